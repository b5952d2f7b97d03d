package holdfast.storage;

import holdfast.storage.RequestPacker.Kept;
import java.util.Optional;

/// Packs requests that are in no block, since the index had better things to do when they were
/// remembered: reads them from their rows, the newest first, a block at a time with rests between.
/// After a flood, a start would otherwise read them all itself, before it serves anybody.
///
/// What it reads is committed; should power loss take it back, the next start drops the block (see
/// `IndexFile.open`). Owned by the thread that writes the index.
final class RequestBackfill {
  private final RequestRows rows;
  private final IndexFile index;
  private final int blockRequests;
  private final IndexPace pace;

  /// Present while there may be something to do.
  private Optional<Kept> kept = Optional.empty();

  private long restUntil = System.nanoTime();

  /// @param main a connection of this thread's own
  /// @param blockRequests requests of a block
  RequestBackfill(Sqlite main, IndexFile index, int blockRequests, IndexPace pace) {
    this.pace = pace;
    rows = new RequestRows(main);
    this.index = index;
    this.blockRequests = blockRequests;
  }

  /// A block was put; others before it may be missing.
  void onPut(Kept of) {
    kept = Optional.of(of);
  }

  /// How long to wait for something better to do before the next step; for ever if there is none.
  long restNanos() {
    return kept.isPresent() ? Math.max(0, restUntil - System.nanoTime()) : Long.MAX_VALUE;
  }

  /// Puts the newest block that is missing.
  void step() {
    pace.begin();
    Kept wanted = kept.orElseThrow();
    Optional<RequestBlock> missing = newestMissing(wanted);
    if (missing.isPresent()) {
      index.putRequests(missing.get(), wanted.blocks());
      index.checkpointIfLong();
    } else {
      kept = Optional.empty();
    }
    restUntil = System.nanoTime() + pace.restNanos();
  }

  /// A stretch of ids with a request that is in no block, below the newest block and not below what
  /// is kept, ends with this block.
  private Optional<RequestBlock> newestMissing(Kept wanted) {
    long toId = Long.MAX_VALUE;
    int blocks = 0;
    for (RequestBlock.Span span : index.requestSpans(wanted.blocks())) {
      if (blocks > 0 && hasRows(span.lastId() + 1, toId, wanted)) {
        return Optional.of(packed(toId, wanted));
      }
      toId = Math.min(toId, span.afterId());
      blocks++;
    }
    boolean more = blocks > 0 && blocks < wanted.blocks();
    return more && hasRows(0, toId, wanted) ? Optional.of(packed(toId, wanted)) : Optional.empty();
  }

  private boolean hasRows(long fromId, long toId, Kept wanted) {
    long from = Math.max(fromId, wanted.oldestId());
    return from <= toId && rows.newest(from, toId, 1).count() > 0;
  }

  /// The newest requests up to `toId`, as many as make a block, even where another one has some of
  /// them: so that the blocks kept have as many requests as are kept.
  private RequestBlock packed(long toId, Kept wanted) {
    RequestRows.Newest newest = rows.newest(wanted.oldestId(), toId, blockRequests);
    boolean full = newest.count() == blockRequests;
    long afterId = (full ? newest.firstId() : wanted.oldestId()) - 1;
    RequestBlock.Packer packer =
        new RequestBlock.Packer(afterId, RequestBlock.room(newest.count()));
    rows.read(
        newest.firstId(),
        toId,
        request -> {
          packer.add(request);
          pace.breathe();
        });
    return packer.block();
  }
}

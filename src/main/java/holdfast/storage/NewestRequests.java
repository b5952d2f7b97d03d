package holdfast.storage;

import holdfast.chat.RememberedRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the newest remembered requests back at the start. Stored messages are their own memory,
/// the others have rows of their own; and most are in blocks of the index, which is ten times as
/// fast. What comes of it depends on the rows alone: a block has all requests of a stretch of ids,
/// and where there is none, or one that is not what it should be, the rows are read.
///
/// It is planned from the newest stretch back, and then read from the oldest on, a stretch at a
/// time: two million requests at once would take more memory than the table that is made of them.
final class NewestRequests {
  private static final Logger LOG = LoggerFactory.getLogger(NewestRequests.class);

  /// What takes longer than this is told.
  private static final Duration REPORTED_FROM = Duration.ofSeconds(1);

  private final Sqlite index;
  private final RequestPacker packer;
  private final RequestRows rows;
  private final Query spans;
  private final Query block;

  /// The requests with these ids, both inclusive, which are in the block with this last id, if
  /// there is one.
  private record Stretch(long fromId, long toId, Optional<Long> block) {}

  /// Which stretches to read, the oldest first; made from the newest on.
  private final class Plan {
    private final long oldestId;
    private final Deque<Stretch> stretches = new ArrayDeque<>();
    private long toId = Long.MAX_VALUE;
    private int left;
    private int rows;

    Plan(long oldestId, int limit) {
      this.oldestId = oldestId;
      left = limit;
    }

    boolean isComplete() {
      return left == 0 || toId < oldestId;
    }

    /// Rows from `fromId` up to what is planned already. The newest ones are read even if there is
    /// none: what comes next follows them.
    void addRows(long fromId) {
      RequestRows.Newest newest = NewestRequests.this.rows.newest(fromId, toId, left);
      long from = newest.count() == left ? newest.firstId() : fromId;
      if (newest.count() > 0 || stretches.isEmpty()) {
        stretches.addFirst(new Stretch(from, toId, Optional.empty()));
      }
      left -= newest.count();
      rows += newest.count();
      toId = from - 1;
    }

    /// All that this block has and is not planned yet.
    void addBlock(RequestBlock added) {
      int end = added.countBelow(toId + 1);
      int first = Math.max(added.countBelow(oldestId), end - left);
      if (first < end) {
        stretches.addFirst(new Stretch(added.id(first), toId, Optional.of(added.lastId())));
        left -= end - first;
      }
      toId = added.afterId();
    }
  }

  NewestRequests(Sqlite main, Sqlite index, RequestPacker packer) {
    this.index = index;
    this.packer = packer;
    rows = new RequestRows(main);
    spans =
        index.prepare(
            "SELECT after_id, last_id FROM request_block WHERE last_id <= ? ORDER BY last_id DESC");
    block =
        index.prepare("SELECT after_id, checksum, requests FROM request_block WHERE last_id = ?");
  }

  /// See `ChatState.newestRequests`. Blocks behind `appliedId` are of something that is lost.
  void read(long since, int limit, long appliedId, Consumer<RememberedRequest> into) {
    long begun = System.nanoTime();
    Plan plan = planned(since, limit, appliedId);
    packer.keep(limit, plan.oldestId);
    for (Stretch stretch : plan.stretches) {
      Optional<RequestBlock> found = stretch.block().flatMap(this::block);
      if (found.isPresent()) {
        RequestBlock stored = found.get();
        for (int i = stored.countBelow(stretch.fromId()); i < stored.count(); i++) {
          if (stored.id(i) > stretch.toId()) {
            break;
          }
          into.accept(stored.request(i));
        }
      } else {
        readRows(stretch, into);
      }
    }
    Duration taken = Duration.ofNanos(System.nanoTime() - begun);
    if (taken.compareTo(REPORTED_FROM) > 0) {
      LOG.info(
          "{} remembered requests read in {} ms, {} of them row by row",
          limit - plan.left,
          taken.toMillis(),
          plan.rows);
    }
  }

  private void readRows(Stretch stretch, Consumer<RememberedRequest> into) {
    packer.follow(stretch.fromId() - 1);
    rows.read(
        stretch.fromId(),
        stretch.toId(),
        request -> {
          into.accept(request);
          packer.add(request);
          packer.committed();
        });
  }

  private Plan planned(long since, int limit, long appliedId) {
    long oldestId = rows.firstSince(since);
    Plan plan = new Plan(oldestId, limit);
    int useless = 0;
    for (RequestBlock.Span span : spans(appliedId)) {
      if (plan.isComplete()) {
        break;
      }
      if (span.afterId() >= plan.toId) {
        continue;
      }
      Optional<RequestBlock> found = block(span.lastId()).filter(this::isOfTheseRows);
      if (found.isEmpty()) {
        useless++;
        continue;
      }
      if (span.lastId() < plan.toId) {
        plan.addRows(Math.max(oldestId, span.lastId() + 1));
      }
      if (!plan.isComplete()) {
        plan.addBlock(found.get());
      }
    }
    if (!plan.isComplete()) {
      plan.addRows(oldestId);
    }
    if (useless > 0) {
      LOG.warn("{}: {} blocks of requests do not fit, and are not used", index.file(), useless);
    }
    return plan;
  }

  private List<RequestBlock.Span> spans(long appliedId) {
    try {
      return spans
          .with(appliedId)
          .list(row -> new RequestBlock.Span(row.getLong(1), row.getLong(2)));
    } catch (DiskFailedException e) {
      LOG.warn("blocks of requests cannot be read: {}", e.getMessage());
      IndexFile.condemnIfDamaged(index.file(), e);
      return List.of();
    }
  }

  private Optional<RequestBlock> block(long lastId) {
    try {
      return block
          .with(lastId)
          .first(row -> RequestBlock.read(row.getLong(1), row.getLong(2), row.getBytes(3)))
          .flatMap(found -> found)
          .filter(found -> found.lastId() == lastId);
    } catch (DiskFailedException e) {
      IndexFile.condemnIfDamaged(index.file(), e);
      return Optional.empty();
    }
  }

  /// Whether the block tells of this database: its last request is there.
  private boolean isOfTheseRows(RequestBlock found) {
    RememberedRequest last = found.request(found.count() - 1);
    return rows.at(last.id()).equals(Optional.of(last));
  }
}

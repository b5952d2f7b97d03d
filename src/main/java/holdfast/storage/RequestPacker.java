package holdfast.storage;

import holdfast.chat.RememberedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Packs requests into blocks as they are remembered, and hands those that are full and committed
/// to the thread that writes the index. It waits for nothing: a block that is lost costs the next
/// start a little time. Owned by the replica thread.
final class RequestPacker {
  /// Blocks kept beyond those that the requests kept fill: the oldest may be cut by the limit, the
  /// newest by the end, and those that were packed later tell of some requests twice.
  private static final int BLOCKS_EXTRA = 8;

  private final IndexTail tail;
  private final int blockRequests;

  /// Full, of the open transaction.
  private final List<RequestBlock> full = new ArrayList<>();

  /// Of a block that was dropped, for the next one: in a flood all are dropped, and what lives as
  /// long as one waits is no longer young when it dies, so that the collector would stop all.
  private Optional<byte[]> spare = Optional.empty();

  private RequestBlock.Packer filling;

  /// How many of those in `filling` are committed.
  private int committed;

  /// Whether `filling` has all since its beginning. Not before `follow`.
  private boolean following;

  private Kept kept = new Kept(0, 0);

  /// How many blocks are of use, and from which id on their requests are.
  record Kept(int blocks, long oldestId) {}

  /// A full block, and what is of use with it.
  record Full(RequestBlock block, Kept kept) {}

  /// @param blockRequests requests of a block
  RequestPacker(IndexTail tail, int blockRequests) {
    this.tail = tail;
    this.blockRequests = blockRequests;
    filling = new RequestBlock.Packer(0, RequestBlock.room(blockRequests));
  }

  /// So many requests are kept at most, and none with ids below `oldestId`.
  void keep(int requests, long oldestId) {
    kept = new Kept(requests / blockRequests + BLOCKS_EXTRA, oldestId);
  }

  /// From now on every request with an id above `afterId` is added. What is not full is dropped.
  void follow(long afterId) {
    full.clear();
    begin(afterId);
    following = true;
  }

  private void begin(long afterId) {
    filling =
        new RequestBlock.Packer(afterId, spare.orElseGet(() -> RequestBlock.room(blockRequests)));
    spare = Optional.empty();
    committed = 0;
  }

  /// Adds the newest request. Called for every one that is remembered.
  void add(RememberedRequest request) {
    if (following) {
      filling.add(request);
      if (filling.isFull()) {
        full.add(filling.block());
        begin(request.id());
      }
    }
  }

  /// All that was added is committed.
  void committed() {
    committed = filling.count();
    if (!full.isEmpty()) {
      for (RequestBlock block : full) {
        tail.offer(new Full(block, kept))
            .ifPresent(old -> spare = Optional.of(old.block().bytes()));
      }
      full.clear();
    }
  }

  /// What was added since the last commit was rolled back. If that is anything, the requests are
  /// about to be read anew, and `follow` is called.
  void rolledBack() {
    if (filling.count() != committed || !full.isEmpty()) {
      full.clear();
      begin(0);
      following = false;
    }
  }
}

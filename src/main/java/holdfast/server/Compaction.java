package holdfast.server;

import holdfast.replication.Replica;
import holdfast.storage.SqliteStore;

/// Deletes applied log rows beyond `log.keep`, whoever may still lack them: a member that does gets
/// a snapshot. Only what follows a snapshot that is on its way is kept for longer (DESIGN 10.18).
/// Owned by the replica thread.
final class Compaction {
  /// So many times `log.keep` may the log become while a snapshot is on its way.
  static final int PINNED_FACTOR = 4;

  /// The log grows beyond `log.keep` by this part of it, and is then cut by half of that, so that
  /// most transactions delete nothing.
  private static final int SLACK_DIVISOR = 64;

  private final long keepBytes;
  private boolean cutting;
  private long pinnedIndex = Long.MAX_VALUE;

  Compaction(long keepBytes) {
    this.keepBytes = keepBytes;
  }

  /// What follows `index` is needed until told otherwise; `Long.MAX_VALUE`: nothing is.
  void pin(long index) {
    pinnedIndex = index;
  }

  /// Whether the log has grown by `log.keep` since a member is without a vote: none of that may go,
  /// since the member may come back with a log of its own to hold against it (SURVIVOR.md rule 8).
  /// Looked at anew each time: who is refused for it brings no transaction that would.
  boolean isFull(SqliteStore store) {
    return store.logBytesSinceHeld() > keepBytes;
  }

  /// Deletes what is not needed any more, as part of the store's open transaction.
  void run(SqliteStore store, Replica replica, long appliedIndex) {
    long slack = keepBytes / SLACK_DIVISOR;
    cutting = store.logBytes() > keepBytes + (cutting ? slack / 2 : slack);
    if (!cutting) {
      return;
    }
    boolean tooLong = store.logBytes() > PINNED_FACTOR * keepBytes;
    // What is applied and not settled may be taken back, and is then needed once more; and so may
    // be what was deleted, which the core need not know.
    long settled = Math.min(appliedIndex, store.settledIndex());
    long upTo = tooLong ? settled : Math.min(pinnedIndex, settled);
    store
        .compact(upTo, keepBytes)
        .filter(start -> start.index() > replica.compacted().index())
        .ifPresent(replica::compacted);
  }
}

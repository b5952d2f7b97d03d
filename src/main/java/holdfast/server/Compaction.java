package holdfast.server;

import holdfast.replication.LogPosition;
import holdfast.replication.Replica;
import holdfast.storage.SqliteStore;
import java.util.Optional;

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
  private boolean full;
  private long pinnedIndex = Long.MAX_VALUE;

  Compaction(long keepBytes) {
    this.keepBytes = keepBytes;
  }

  /// What follows `index` is needed until told otherwise; `Long.MAX_VALUE`: nothing is.
  void pin(long index) {
    pinnedIndex = index;
  }

  /// Whether the log is longer than `log.keep` and none of it may go, since a member without a vote
  /// may have to be told what follows the last point at which all had theirs (SURVIVOR.md rule 8).
  boolean isFull() {
    return full;
  }

  /// Deletes what is not needed any more, as part of the store's open transaction.
  void run(SqliteStore store, Replica replica, long appliedIndex) {
    long slack = keepBytes / SLACK_DIVISOR;
    cutting = store.logBytes() > keepBytes + (cutting ? slack / 2 : slack);
    if (!cutting) {
      full = false;
      return;
    }
    boolean tooLong = store.logBytes() > PINNED_FACTOR * keepBytes;
    long upTo = tooLong ? appliedIndex : Math.min(pinnedIndex, appliedIndex);
    Optional<LogPosition> compacted = store.compact(upTo, keepBytes);
    compacted.ifPresent(replica::compacted);
    full = compacted.isEmpty() && store.heldIndex().isPresent();
  }
}

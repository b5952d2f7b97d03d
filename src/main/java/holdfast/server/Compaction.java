package holdfast.server;

import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.storage.SqliteStore;
import java.util.Optional;

/// Deletes applied log rows beyond `log.keep`, but never one that a configured member still lacks:
/// the primary tells everyone how far that is (DESIGN 10.18). Owned by the replica thread.
final class Compaction {
  private final ServerId self;
  private final long keepBytes;
  private long toldIndex;
  private boolean overfull;

  Compaction(ServerId self, long keepBytes) {
    this.self = self;
    this.keepBytes = keepBytes;
  }

  /// As primary: the index up to which every member is known to have the log; 0 elsewhere.
  long safeIndex(Replica replica) {
    if (replica.role() != Role.PRIMARY) {
      return 0;
    }
    long safe = replica.commitIndex();
    for (Member member : replica.membership().members()) {
      if (!member.id().equals(self)) {
        safe = Math.min(safe, replica.matchIndex(member.id()));
      }
    }
    return safe;
  }

  /// The primary says that every member has the log up to `index`. That never ceases to be true.
  void onTold(long index) {
    toldIndex = Math.max(toldIndex, index);
  }

  /// Deletes what is not needed any more, as part of the store's open transaction.
  void run(SqliteStore store, Replica replica, long appliedIndex) {
    overfull = store.logBytes() > keepBytes;
    if (!overfull) {
      return;
    }
    toldIndex = Math.max(toldIndex, safeIndex(replica));
    Optional<LogPosition> compacted = store.compact(Math.min(toldIndex, appliedIndex));
    compacted.ifPresent(replica::compacted);
  }

  /// A sentence for STATUS while the log is larger than it should be.
  Optional<String> warning(SqliteStore store, Replica replica) {
    if (!overfull || store.logBytes() <= keepBytes + keepBytes / 4) {
      return Optional.empty();
    }
    StringBuilder lagging = new StringBuilder();
    if (replica.role() == Role.PRIMARY) {
      for (Member member : replica.membership().members()) {
        if (!member.id().equals(self)
            && replica.matchIndex(member.id()) < replica.compacted().index() + 1) {
          lagging.append(lagging.isEmpty() ? "" : ", ").append(member.id());
        }
      }
    }
    return Optional.of(
        "the log is at %d MiB, beyond log.keep (%d MiB), because a member still lacks its beginning%s: start it"
            .formatted(
                store.logBytes() >> 20,
                keepBytes >> 20,
                lagging.isEmpty() ? "" : " (server " + lagging + ")"));
  }
}

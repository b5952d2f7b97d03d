package holdfast.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// The writes of one connection in the order sent, so that they take effect in that order whatever
/// server is primary (DESIGN 10.6). Owned by the replica thread.
final class WriteLane {
  /// Not yet answered, oldest first.
  final Deque<PendingWrite> pending = new ArrayDeque<>();

  /// This lane's number towards the primary; a new one whenever the numbering starts anew.
  long laneId;

  /// The number of the next write forwarded in this term, from 1.
  long nextNumber = 1;

  /// The request_id that failed with `retry` true: later writes fail until it comes again.
  Optional<String> blockedBy = Optional.empty();

  /// The connection is gone.
  boolean closed;

  void renumber(long newLaneId) {
    laneId = newLaneId;
    nextNumber = 1;
    for (PendingWrite write : pending) {
      write.unnumber();
    }
  }
}

package holdfast.server;

import holdfast.replication.LogPosition;
import holdfast.replication.Replica;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.List;

/// As primary: the writes with ack=all that wait until every voter that is up has them. Who is up
/// is judged anew each time, since a voter may die meanwhile (DESIGN 10.13). Owned by the replica
/// thread.
///
/// @param <O> whom to tell
final class AckAlls<O> {
  private final List<Waiting<O>> waiting = new ArrayList<>();

  private record Waiting<O>(LogPosition position, O origin) {}

  /// Told of a write that every voter up has.
  interface Settled<O> {
    void onAllAcked(O origin, LogPosition position, int acked);
  }

  void add(LogPosition position, O origin) {
    waiting.add(new Waiting<>(position, origin));
  }

  /// This server is primary no more, or anew: whoever waits asks again.
  void clear() {
    waiting.clear();
  }

  /// Tells `settled` of each write that is applied here and on every voter up, and how many have
  /// it.
  void settle(Replica replica, long appliedIndex, Settled<O> settled) {
    for (Waiting<O> write : List.copyOf(waiting)) {
      int acked = 0;
      boolean all = write.position().index() <= appliedIndex;
      for (ServerId voter : replica.membership().voters()) {
        boolean has = replica.matchIndex(voter) >= write.position().index();
        acked += has ? 1 : 0;
        all &= has || !replica.isUp(voter);
      }
      if (all) {
        waiting.remove(write);
        settled.onAllAcked(write.origin(), write.position(), acked);
      }
    }
  }
}

package holdfast.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/// The linearizable reads that a primary has not answered yet (ReadIndex, thesis §6.4). A read is
/// confirmed by a heartbeat round begun after it arrived; all that wait share the next one.
final class ReadIndexes {
  /// Reads waiting at once, confirmed by no round yet; one more is refused.
  static final int WAITING_MAX = 65_536;

  private record Group(long round, long index, List<Long> readIds) {}

  private final List<Long> unasked = new ArrayList<>();
  private final ArrayDeque<Group> asked = new ArrayDeque<>();
  private int waiting;

  /// False: too many are waiting.
  boolean add(long readId) {
    if (waiting >= WAITING_MAX) {
      return false;
    }
    unasked.add(readId);
    waiting++;
    return true;
  }

  boolean roundWanted() {
    return !unasked.isEmpty();
  }

  /// `round` begins now; `index` is the commit index that the reads must see.
  void asked(long round, long index) {
    asked.addLast(new Group(round, index, List.copyOf(unasked)));
    unasked.clear();
  }

  /// The answers to the reads whose round is confirmed.
  List<Answer.ReadReady> takeReady(LongPredicate confirmed) {
    List<Answer.ReadReady> ready = new ArrayList<>();
    while (!asked.isEmpty() && confirmed.test(asked.getFirst().round())) {
      Group group = asked.removeFirst();
      for (long readId : group.readIds()) {
        ready.add(new Answer.ReadReady(readId, group.index()));
      }
    }
    waiting -= ready.size();
    return ready;
  }

  /// All that wait, in the order of their arrival; this server can confirm none of them any more.
  List<Answer.ReadRefused> takeAll() {
    List<Answer.ReadRefused> refused = new ArrayList<>();
    for (Group group : asked) {
      for (long readId : group.readIds()) {
        refused.add(new Answer.ReadRefused(readId));
      }
    }
    for (long readId : unasked) {
      refused.add(new Answer.ReadRefused(readId));
    }
    asked.clear();
    unasked.clear();
    waiting = 0;
    return refused;
  }
}

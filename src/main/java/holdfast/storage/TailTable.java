package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.check.Check;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// A stretch of the log's rows, in memory, in the shape of the index: what the index lacks as long
/// as they are not merged. Filled by one thread while others read; entries are never taken out.
final class TailTable {
  private final ConcurrentHashMap<ConversationId, Run> runs = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<ReadKey, Long> reads = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Set<ConversationId>> started = new ConcurrentHashMap<>();
  private int size;
  private long lastId;

  /// Whose read position, and where.
  record ReadKey(long account, ConversationId conversation) implements Comparable<ReadKey> {
    @Override
    public int compareTo(ReadKey other) {
      int byAccount = Long.compare(account, other.account);
      return byAccount != 0 ? byAccount : conversation.compareTo(other.conversation);
    }
  }

  /// Consecutive messages of one conversation: the one with seq `firstSeq + i` has id `ids[i]`.
  /// Runs that grew out of each other share the array; each looks only at its own `count`.
  record Run(long firstSeq, int count, long[] ids) {
    private static final int CAPACITY_FIRST = 4;

    static Run of(long seq, long id) {
      long[] ids = new long[CAPACITY_FIRST];
      ids[0] = id;
      return new Run(seq, 1, ids);
    }

    Run plus(long seq, long id) {
      Check.that(seq == lastSeq() + 1, "seq %d after %d", seq, lastSeq());
      long[] room = count == ids.length ? Arrays.copyOf(ids, 2 * count) : ids;
      room[count] = id;
      return new Run(firstSeq, count + 1, room);
    }

    long lastSeq() {
      return firstSeq + count - 1;
    }

    long lastId() {
      return ids[count - 1];
    }

    boolean holds(long seq) {
      return seq >= firstSeq && seq <= lastSeq();
    }

    long idOf(long seq) {
      Check.that(holds(seq), "seq %d is not in %d..%d", seq, firstSeq, lastSeq());
      return ids[(int) (seq - firstSeq)];
    }
  }

  /// Adds a committed row. Other threads may look in between, so a message shows in the order in
  /// which it is asked for last: as a new conversation, then as one's head, then as read by its
  /// sender, whom it must never count as unread.
  void add(TailRow row) {
    ConversationId conversation = row.conversation();
    reads.merge(new ReadKey(row.account(), conversation), row.seq(), Math::max);
    if (row instanceof TailRow.Sent) {
      Run run = runs.get(conversation);
      runs.put(
          conversation, run == null ? Run.of(row.seq(), row.id()) : run.plus(row.seq(), row.id()));
      if (row.seq() == 1 && !conversation.isRoom()) {
        start(conversation.low(), conversation);
        start(conversation.high(), conversation);
      }
    }
    size++;
    lastId = row.id();
  }

  private void start(long account, ConversationId conversation) {
    started.computeIfAbsent(account, _ -> ConcurrentHashMap.newKeySet()).add(conversation);
  }

  /// The conversation's messages of this stretch, in the newest of `tables` that has any.
  static Optional<Run> newestRun(List<TailTable> tables, ConversationId conversation) {
    for (TailTable table : tables.reversed()) {
      Run run = table.runs.get(conversation);
      if (run != null) {
        return Optional.of(run);
      }
    }
    return Optional.empty();
  }

  /// The id of one message, if it is in any of `tables`.
  static OptionalLong idOf(List<TailTable> tables, ConversationId conversation, long seq) {
    for (TailTable table : tables) {
      Run run = table.runs.get(conversation);
      if (run != null && run.holds(seq)) {
        return OptionalLong.of(run.idOf(seq));
      }
    }
    return OptionalLong.empty();
  }

  /// How far `account` has read as far as any of `tables` knows.
  static OptionalLong readSeq(List<TailTable> tables, long account, ConversationId conversation) {
    ReadKey key = new ReadKey(account, conversation);
    for (TailTable table : tables.reversed()) {
      Long seq = table.reads.get(key);
      if (seq != null) {
        return OptionalLong.of(seq);
      }
    }
    return OptionalLong.empty();
  }

  /// The direct conversations of `account` whose first message is in this stretch.
  Set<ConversationId> started(long account) {
    return started.getOrDefault(account, Set.of());
  }

  /// How many rows were added; for the filling thread, or once filling is over.
  int size() {
    return size;
  }

  /// The last row's command; for the filling thread, or once filling is over.
  long lastId() {
    return lastId;
  }

  /// Everything, in the order of the index, once filling is over.
  Map<ConversationId, Run> sortedRuns() {
    return new TreeMap<>(runs);
  }

  Map<ReadKey, Long> sortedReads() {
    return new TreeMap<>(reads);
  }

  Map<Long, Set<ConversationId>> sortedStarted() {
    return new TreeMap<>(started);
  }
}

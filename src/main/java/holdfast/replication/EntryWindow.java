package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayList;

/// A gapless stretch of entries in memory: grows at the end, shrinks at both.
final class EntryWindow {
  /// Empty slots at the front that are worth moving the rest for.
  private static final int FREE_SLOTS_MAX = 1_024;

  /// Stands in a freed slot, so that the entry itself can go.
  private static final LogEntry GONE = new LogEntry(0, 0, new byte[0]);

  private final ArrayList<LogEntry> slots = new ArrayList<>();
  private int head;
  private long firstIndex;

  /// @param firstIndex where the first entry will stand
  EntryWindow(long firstIndex) {
    this.firstIndex = firstIndex;
  }

  /// The first entry's index; when empty, the next one's.
  long firstIndex() {
    return firstIndex;
  }

  /// One past the last entry's index.
  long endIndex() {
    return firstIndex + slots.size() - head;
  }

  boolean holds(long index) {
    return index >= firstIndex && index < endIndex();
  }

  LogEntry at(long index) {
    Check.that(holds(index), "entry %d is not in memory", index);
    return slots.get(head + (int) (index - firstIndex));
  }

  void append(LogEntry entry) {
    Check.that(entry.index() == endIndex(), "entry %s after index %d", entry, endIndex() - 1);
    slots.add(entry);
  }

  LogEntry removeFirst() {
    LogEntry first = at(firstIndex);
    slots.set(head, GONE);
    head++;
    firstIndex++;
    if (head > FREE_SLOTS_MAX && head > slots.size() / 2) {
      slots.subList(0, head).clear();
      head = 0;
    }
    return first;
  }

  /// Removes the entries from `index` on; the next one to append is `index`.
  void removeFrom(long index) {
    if (index <= firstIndex) {
      slots.clear();
      head = 0;
      firstIndex = index;
    } else {
      slots.subList(head + (int) (index - firstIndex), slots.size()).clear();
    }
  }
}

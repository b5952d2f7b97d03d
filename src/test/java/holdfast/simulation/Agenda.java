package holdfast.simulation;

import holdfast.check.Check;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/// Virtual time and what is to happen in it. Things due at the same microsecond happen in the order
/// in which they were entered.
final class Agenda {
  static final long MS = 1_000;
  static final long SECOND = 1_000 * MS;

  /// A hundred times what a run takes; more means that something goes round in circles.
  private static final long ITEMS_MAX = 1_000_000;

  private record Item(long at, long order, Runnable action) implements Comparable<Item> {
    @Override
    public int compareTo(Item other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Item> items = new PriorityQueue<>();
  private long now;
  private long order;

  /// Microseconds since the beginning.
  long now() {
    return now;
  }

  /// How many things have happened so far.
  long happened() {
    return order - items.size();
  }

  void after(long delay, Runnable action) {
    Check.that(delay >= 0, "delay %d", delay);
    items.add(new Item(now + delay, order++, action));
  }

  /// Lets everything happen that is due up to `time`.
  void runUntil(long time) {
    while (!items.isEmpty() && items.peek().at() <= time) {
      runNext();
    }
    now = Math.max(now, time);
  }

  /// Lets things happen until `done` or the deadline; whether `done`.
  boolean runUntil(BooleanSupplier done, long deadline) {
    while (!done.getAsBoolean()) {
      if (items.isEmpty() || items.peek().at() > deadline) {
        now = Math.max(now, deadline);
        return false;
      }
      runNext();
    }
    return true;
  }

  private void runNext() {
    Item next = items.remove();
    Violation.unless(happened() <= ITEMS_MAX, "more than %d things happen", ITEMS_MAX);
    now = next.at();
    next.action().run();
  }
}

package holdfast.bench;

import holdfast.check.Check;

/// The requests of one connection that wait for their reply, at most a fixed number of them. A
/// request's number tells its place by itself, so that replies may overtake each other and a number
/// that was not given out, or was answered already, is known as such. Numbers are never given out
/// twice.
final class InFlight {
  private static final long NOTHING = -1;

  /// Which request waits in each place.
  private final long[] numbers;

  /// When it was begun, as System.nanoTime.
  private final long[] begun;

  /// The free places are the first `free` of these.
  private final int[] places;

  private int free;
  private long rounds;

  InFlight(int max) {
    Check.that(max > 0, "%d requests in flight", max);
    numbers = new long[max];
    begun = new long[max];
    places = new int[max];
    for (int place = 0; place < max; place++) {
      numbers[place] = NOTHING;
      places[place] = max - 1 - place;
    }
    free = max;
  }

  boolean isFull() {
    return free == 0;
  }

  int size() {
    return numbers.length - free;
  }

  /// Gives out the number of a request that begins now.
  long begin(long now) {
    Check.that(free > 0, "more than %d requests in flight", numbers.length);
    int place = places[--free];
    long number = rounds++ * numbers.length + place;
    numbers[place] = number;
    begun[place] = now;
    return number;
  }

  /// Whether this request waits for its reply.
  boolean holds(long number) {
    return number >= 0 && numbers[place(number)] == number;
  }

  /// Takes out a request that waits, and returns when it was begun.
  long end(long number) {
    Check.that(holds(number), "request %d is not in flight", number);
    int place = place(number);
    numbers[place] = NOTHING;
    places[free++] = place;
    return begun[place];
  }

  /// When a request that waits was begun.
  long begun(long number) {
    Check.that(holds(number), "request %d is not in flight", number);
    return begun[place(number)];
  }

  /// How many requests were begun before this one.
  long turn(long number) {
    return number / numbers.length;
  }

  private int place(long number) {
    return Math.toIntExact(number % numbers.length);
  }
}

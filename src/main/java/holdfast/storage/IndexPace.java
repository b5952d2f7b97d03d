package holdfast.storage;

import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// How long the index's work rests: the longer, the more messages come meanwhile, because on a
/// small machine it takes the processors from those; and all servers have it to do at the same
/// time, since they have the same messages.
///
/// Work is done in pieces of a fifth of a millisecond, with a rest after each, since a thread that
/// wakes up waits for the one that runs: Linux lets that go on for some 3 ms before another has its
/// turn. Shorter pieces lose more to waking up and cold caches. When somebody waits for the thread
/// there are no rests until the step is done.
///
/// For one thread.
final class IndexPace {
  /// Rests are so many times as long as the work before: of a server that hardly writes,
  static final int CALM = 1;

  /// of one that does,
  static final int WRITING = 25;

  /// and of one that does little else.
  static final int FLOODED = 40;

  /// Merging a table rests so many times as long at the most: the next one is filling.
  static final int MERGING_MAX = 4;

  /// Rows a second that came of late, from which a server counts as writing.
  static final int WRITING_ROWS = 100;

  /// The same for flooded.
  static final int FLOODED_ROWS = 4_000;

  /// Work goes on for so long at a time, where it can be left.
  static final long PIECE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  /// How many rows come is looked at so often.
  static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier rowsEver;
  private final LongSupplier nanoTime;
  private final LongPredicate rest;
  private final int factorMax;
  private boolean urgent;
  private int factor = CALM;
  private long rows;
  private long lookedAtNanos;
  private long pieceBegunNanos;

  /// @param rowsEver how many rows have come since the start
  /// @param nanoTime the clock
  /// @param rest waits so many nanoseconds; false: not so long, because something is urgent
  /// @param factorMax rests are no more than so many times as long as the work
  IndexPace(LongSupplier rowsEver, LongSupplier nanoTime, LongPredicate rest, int factorMax) {
    this.rowsEver = rowsEver;
    this.nanoTime = nanoTime;
    this.rest = rest;
    this.factorMax = factorMax;
    rows = rowsEver.getAsLong();
    lookedAtNanos = nanoTime.getAsLong();
    pieceBegunNanos = lookedAtNanos;
  }

  /// Of work that nobody waits for: urgent are full tables of `tail`.
  static IndexPace ofLeisure(IndexTail tail) {
    return new IndexPace(tail::rowsEver, System::nanoTime, tail::restUnlessFull, FLOODED);
  }

  /// Of merging a table of `tail`: urgent is the next one.
  static IndexPace ofMerging(IndexTail tail) {
    return new IndexPace(tail::rowsEver, System::nanoTime, tail::restUnlessCrowded, MERGING_MAX);
  }

  /// A step of the work begins.
  void begin() {
    urgent = false;
    pieceBegunNanos = nanoTime.getAsLong();
  }

  /// Rests if the work has gone on for long enough. To be called wherever it can be left for a
  /// while.
  void breathe() {
    if (nanoTime.getAsLong() - pieceBegunNanos >= PIECE_NANOS) {
      urgent = !rest.test(restNanos());
      pieceBegunNanos = nanoTime.getAsLong();
    }
  }

  /// What was done since the last rest does not count.
  void leaveOut() {
    pieceBegunNanos = nanoTime.getAsLong();
  }

  /// Whether somebody waits for the thread, so that the step had better end.
  boolean isUrgent() {
    return urgent;
  }

  /// How long to rest after the piece of work that is over now.
  long restNanos() {
    long now = nanoTime.getAsLong();
    if (now - lookedAtNanos >= LOOK_NANOS) {
      look(now);
    }
    return (now - pieceBegunNanos) * Math.min(factor, factorMax);
  }

  private void look(long now) {
    long ever = rowsEver.getAsLong();
    double rowsPerSecond = (ever - rows) * SECOND_NANOS / (now - lookedAtNanos);
    rows = ever;
    lookedAtNanos = now;
    int unlessFlooded = rowsPerSecond < WRITING_ROWS ? CALM : WRITING;
    factor = rowsPerSecond < FLOODED_ROWS ? unlessFlooded : FLOODED;
  }
}

package holdfast.storage;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How long the index's work that nobody waits for rests after each step: the longer, the more
/// messages come meanwhile, because on a small machine it takes the processors from those.
///
/// For one thread.
final class IndexPace {
  /// Rests are so many times as long as the step was: of a server that hardly writes,
  static final int CALM = 1;

  /// of one that does,
  static final int WRITING = 10;

  /// and of one that does little else.
  static final int FLOODED = 40;

  /// Rows a second that came since the last rest began, from which a server counts as writing.
  static final int WRITING_ROWS = 100;

  /// The same for flooded.
  static final int FLOODED_ROWS = 4_000;

  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier rowsEver;
  private final LongSupplier nanoTime;
  private long rows;
  private long atNanos;

  /// @param rowsEver how many rows have come since the start
  IndexPace(LongSupplier rowsEver) {
    this(rowsEver, System::nanoTime);
  }

  /// With a clock of the caller's own.
  IndexPace(LongSupplier rowsEver, LongSupplier nanoTime) {
    this.rowsEver = rowsEver;
    this.nanoTime = nanoTime;
    rows = rowsEver.getAsLong();
    atNanos = nanoTime.getAsLong();
  }

  /// How long to rest after a step that began at `begunNanos` (System.nanoTime) and is over now.
  long restNanos(long begunNanos) {
    long now = nanoTime.getAsLong();
    long ever = rowsEver.getAsLong();
    double rowsPerSecond = (ever - rows) * SECOND_NANOS / Math.max(1, now - atNanos);
    rows = ever;
    atNanos = now;
    int factor = rowsPerSecond < WRITING_ROWS ? CALM : WRITING;
    return (now - begunNanos) * (rowsPerSecond < FLOODED_ROWS ? factor : FLOODED);
  }
}

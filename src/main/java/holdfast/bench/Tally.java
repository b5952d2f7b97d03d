package holdfast.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// What came of a load's requests, counted by the one thread that drives it. Errors count from the
/// first request on, all else since `restart`.
final class Tally {
  /// Latencies up to this are told apart; longer ones count as this.
  private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

  private static final int SIGNIFICANT_DIGITS = 3;

  /// Different errors whose words are kept.
  private static final int WORDS_KEPT = 5;

  private final Histogram latencies = new Histogram(LATENCY_NANOS_MAX, SIGNIFICANT_DIGITS);
  private final List<Long> perSecond = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private long errors;
  private long untilLastSecond;
  private long bytesSent;
  private long bytesReceived;
  private long eventsReceived;

  /// Forgets what was a warm-up.
  void restart() {
    latencies.reset();
    perSecond.clear();
    untilLastSecond = 0;
    bytesSent = 0;
    bytesReceived = 0;
    eventsReceived = 0;
  }

  void done(long nanos) {
    latencies.recordValue(Math.clamp(nanos, 0, LATENCY_NANOS_MAX));
  }

  void error(String what) {
    errors++;
    if (words.size() < WORDS_KEPT && !words.contains(what)) {
      words.add(what);
    }
  }

  void sent(long bytes) {
    bytesSent += bytes;
  }

  void received(long bytes) {
    bytesReceived += bytes;
  }

  void event() {
    eventsReceived++;
  }

  /// Ends a second of the clock; returns how many requests were done in it.
  long endSecond() {
    long done = done();
    long inSecond = done - untilLastSecond;
    perSecond.add(inSecond);
    untilLastSecond = done;
    return inSecond;
  }

  long done() {
    return latencies.getTotalCount();
  }

  long errors() {
    return errors;
  }

  /// The first few different errors, as the servers put them.
  List<String> errorWords() {
    return List.copyOf(words);
  }

  /// What has been counted since `restart`.
  Counts counts() {
    return new Counts(
        done(),
        new Latencies(
            latencies.getValueAtPercentile(50),
            latencies.getValueAtPercentile(99),
            latencies.getValueAtPercentile(99.9),
            latencies.getMaxValue(),
            (long) latencies.getMean()),
        List.copyOf(perSecond),
        bytesSent,
        bytesReceived,
        eventsReceived);
  }

  /// The counts of a measurement.
  ///
  /// @param done requests answered with OK
  /// @param perSecond the same for each second of the clock
  /// @param events pushed by the servers
  record Counts(
      long done,
      Latencies latencies,
      List<Long> perSecond,
      long bytesSent,
      long bytesReceived,
      long events) {}

  /// From a request's beginning to its reply, in nanoseconds.
  record Latencies(long p50, long p99, long p999, long max, long mean) {}
}

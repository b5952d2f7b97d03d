package holdfast.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// What came of a load's requests, counted by the one thread that drives it. Errors and the totals
/// count from the first request on, all else since `restart`. Instants are System.nanoTime.
final class Tally {
  /// Latencies up to this are told apart; longer ones count as this.
  private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

  private static final int SIGNIFICANT_DIGITS = 3;

  /// Different errors whose words are kept.
  private static final int WORDS_KEPT = 5;

  /// What holds requests up although it is no matter of the servers.
  interface Disturbance {
    /// Whether there was any between `begun` and `now`.
    boolean met(long begun, long now);
  }

  private final Histogram latencies = histogram();
  private final Histogram undisturbed = histogram();
  private final Histogram deliveryLatencies = histogram();
  private final List<Second> seconds = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private Disturbance disturbance = (begun, now) -> false;
  private long errors;
  private long doneEver;
  private long deliveriesEver;
  private long doneBefore;
  private long deliveriesBefore;
  private long bytesSent;
  private long bytesReceived;

  private long doneInSecond;
  private long deliveriesInSecond;
  private long gapInSecond;
  private long lastDoneAt;

  private static Histogram histogram() {
    return new Histogram(LATENCY_NANOS_MAX, SIGNIFICANT_DIGITS);
  }

  /// From now on the latencies that meet `disturbance` are told apart.
  void disturbedBy(Disturbance disturbance) {
    this.disturbance = disturbance;
  }

  /// Forgets what was a warm-up, which ends now.
  void restart(long now) {
    latencies.reset();
    undisturbed.reset();
    deliveryLatencies.reset();
    seconds.clear();
    doneBefore = doneEver;
    deliveriesBefore = deliveriesEver;
    bytesSent = 0;
    bytesReceived = 0;
    lastDoneAt = now;
    beginSecond();
  }

  private void beginSecond() {
    doneInSecond = 0;
    deliveriesInSecond = 0;
    gapInSecond = 0;
  }

  /// A request that was to begin at `begun` has its OK now.
  void done(long begun, long now) {
    long nanos = Math.clamp(now - begun, 0, LATENCY_NANOS_MAX);
    latencies.recordValue(nanos);
    if (!disturbance.met(begun, now)) {
      undisturbed.recordValue(nanos);
    }
    gapInSecond = Math.max(gapInSecond, now - lastDoneAt);
    lastDoneAt = now;
    doneEver++;
    doneInSecond++;
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

  /// A message was pushed to one connection.
  void delivery() {
    deliveriesEver++;
    deliveriesInSecond++;
  }

  /// One of the deliveries of which it is known when the message was sent.
  void deliveryTook(long sent, long now) {
    deliveryLatencies.recordValue(Math.clamp(now - sent, 0, LATENCY_NANOS_MAX));
  }

  /// Ends a second of the clock and returns what was in it.
  Second endSecond(long now) {
    // A silence that goes on counts here with what it has come to, and in full when it ends.
    long gap = Math.max(gapInSecond, now - lastDoneAt);
    Second second = new Second(doneInSecond, deliveriesInSecond, gap);
    seconds.add(second);
    beginSecond();
    return second;
  }

  long errors() {
    return errors;
  }

  /// The first few different errors, as the servers put them.
  List<String> errorWords() {
    return List.copyOf(words);
  }

  long doneEver() {
    return doneEver;
  }

  long deliveriesEver() {
    return deliveriesEver;
  }

  /// What has been counted since `restart`.
  Counts counts() {
    return new Counts(
        doneEver - doneBefore,
        deliveriesEver - deliveriesBefore,
        List.copyOf(seconds),
        bytesSent,
        bytesReceived);
  }

  /// From a request's beginning, or the time it was due, to its OK, since `restart`.
  Latencies latencies() {
    return Latencies.of(latencies);
  }

  /// Of those requests that met no disturbance.
  Latencies undisturbed() {
    return Latencies.of(undisturbed);
  }

  /// From a message's sending to its being pushed, since `restart`.
  Latencies deliveryLatencies() {
    return Latencies.of(deliveryLatencies);
  }

  /// The counts of a measurement.
  ///
  /// @param done requests answered with OK
  /// @param deliveries messages pushed, counted for each connection
  record Counts(
      long done, long deliveries, List<Second> seconds, long bytesSent, long bytesReceived) {}

  /// A second of the clock.
  ///
  /// @param gapNanos the longest time without any OK
  record Second(long done, long deliveries, long gapNanos) {}
}

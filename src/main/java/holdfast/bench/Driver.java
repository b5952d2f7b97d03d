package holdfast.bench;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/// Drives connections, on the calling thread, so that each always has as many requests in flight as
/// it may: a reply is what lets the next request begin.
final class ClosedLoop implements AutoCloseable {
  /// A server answers every request sooner; see `request.timeout`.
  private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

  /// More errors than this, and what is measured is no longer the load.
  private static final long ERRORS_MAX = 10_000;

  private final List<LoadConnection> connections;
  private final Tally tally;
  private final Selector selector = Selector.open();
  private boolean draining;
  private long heardAt;

  ClosedLoop(List<LoadConnection> connections, Tally tally) throws IOException {
    this.connections = List.copyOf(connections);
    this.tally = tally;
    for (LoadConnection connection : this.connections) {
      connection.register(selector);
    }
  }

  /// Goes on for a time, and tells each second how many requests were done in it.
  void run(Duration time, LongConsumer eachSecond) throws IOException, BenchException {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    long second = start + TimeUnit.SECONDS.toNanos(1);
    heardAt = start;
    for (LoadConnection connection : connections) {
      connection.fill(start);
      connection.flush();
    }
    for (long now = start; now - end < 0; now = System.nanoTime()) {
      turn(Math.min(second, end) - now);
      if (System.nanoTime() - second >= 0) {
        eachSecond.accept(tally.endSecond());
        second += TimeUnit.SECONDS.toNanos(1);
      }
    }
  }

  /// Begins nothing more and waits for the replies to come; returns how many never came.
  long drain() throws IOException, BenchException {
    draining = true;
    heardAt = System.nanoTime();
    long end = heardAt + SILENCE_MAX.toNanos();
    while (waiting() > 0 && System.nanoTime() - end < 0) {
      turn(TimeUnit.SECONDS.toNanos(1));
    }
    return waiting();
  }

  private long waiting() {
    return connections.stream().mapToLong(LoadConnection::waiting).sum();
  }

  /// Waits for something to come, for at most so long, and does what it asks for.
  private void turn(long nanosMax) throws IOException, BenchException {
    selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanosMax)));
    long now = System.nanoTime();
    for (SelectionKey key : selector.selectedKeys()) {
      LoadConnection connection = (LoadConnection) key.attachment();
      if (key.isReadable()) {
        connection.receive(now);
        heardAt = now;
      }
      if (!draining) {
        connection.fill(now);
      }
      connection.flush();
    }
    selector.selectedKeys().clear();
    if (now - heardAt > SILENCE_MAX.toNanos()) {
      throw new BenchException("no server said anything for " + SILENCE_MAX.toSeconds() + " s");
    }
    if (tally.errors() > ERRORS_MAX) {
      throw new BenchException("too many errors: " + tally.errorWords());
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    for (LoadConnection connection : connections) {
      connection.close();
    }
  }
}

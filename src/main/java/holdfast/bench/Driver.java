package holdfast.bench;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Drives connections on the calling thread: requests begin as the pace has it, and all that comes
/// is taken in.
final class Driver implements AutoCloseable {
  /// A server answers every request sooner; see `request.timeout`.
  private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

  /// What has not come after so much silence is missing: sooner than silence ends a run, later than
  /// any reply.
  private static final Duration MISSING_AFTER = Duration.ofSeconds(15);

  /// More errors than this, and what is measured is no longer the load.
  private static final long ERRORS_MAX = 10_000;

  private final List<LoadConnection> senders;
  private final List<Listening> listeners;
  private final Tally tally;
  private final Selector selector = Selector.open();
  private long heardAt;

  Driver(List<LoadConnection> senders, List<Listening> listeners, Tally tally) throws IOException {
    this.senders = List.copyOf(senders);
    this.listeners = List.copyOf(listeners);
    this.tally = tally;
    for (Driven connection : this.senders) {
      connection.register(selector);
    }
    for (Driven connection : this.listeners) {
      connection.register(selector);
    }
  }

  /// Goes on for a time at this pace, and tells each second what was done in it.
  void run(Pace pace, Duration time, Consumer<Tally.Second> eachSecond)
      throws IOException, BenchException, InterruptedException {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    long second = start + TimeUnit.SECONDS.toNanos(1);
    heardAt = start;
    pace.start(start);
    flush();
    long wake = pace.wakeNanos();
    Optional<Waker> waker =
        wake > 0 ? Optional.of(new Waker(selector, start, wake)) : Optional.empty();
    try {
      long now = start;
      while (now - end < 0) {
        turn(Math.min(second, end) - now, pace);
        now = System.nanoTime();
        if (now - second >= 0) {
          eachSecond.accept(tally.endSecond(now));
          second += TimeUnit.SECONDS.toNanos(1);
        }
      }
    } finally {
      if (waker.isPresent()) {
        waker.get().stop();
      }
    }
  }

  /// Goes on until `enough`.
  void runUntil(Pace pace, BooleanSupplier enough) throws IOException, BenchException {
    heardAt = System.nanoTime();
    pace.start(heardAt);
    flush();
    while (!enough.getAsBoolean()) {
      turn(TimeUnit.SECONDS.toNanos(1), pace);
    }
  }

  /// Begins nothing more and waits for the replies to come; returns how many never came.
  long drain() throws IOException, BenchException {
    await(() -> waiting() == 0);
    return waiting();
  }

  /// Begins nothing more and waits for something that what comes will bring about, or for silence.
  void await(BooleanSupplier condition) throws IOException, BenchException {
    heardAt = System.nanoTime();
    while (!condition.getAsBoolean() && System.nanoTime() - heardAt < MISSING_AFTER.toNanos()) {
      turn(TimeUnit.SECONDS.toNanos(1), Pace.NOTHING);
    }
  }

  private int waiting() {
    return senders.stream().mapToInt(LoadConnection::waiting).sum();
  }

  /// Waits for something to come, for at most so long, and does what it asks for.
  private void turn(long nanosMax, Pace pace) throws IOException, BenchException {
    selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanosMax)));
    long now = System.nanoTime();
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isReadable()) {
        Driven connection = (Driven) key.attachment();
        connection.receive(now);
        heardAt = now;
        if (connection instanceof LoadConnection sender) {
          pace.onNews(sender, now);
        }
      }
    }
    selector.selectedKeys().clear();
    pace.onTurn(System.nanoTime());
    flush();
    if (now - heardAt > SILENCE_MAX.toNanos() && waiting() > 0) {
      throw new BenchException("no server said anything for " + SILENCE_MAX.toSeconds() + " s");
    }
    if (tally.errors() > ERRORS_MAX) {
      throw new BenchException("too many errors: " + tally.errorWords());
    }
  }

  private void flush() throws IOException {
    for (LoadConnection sender : senders) {
      sender.flush();
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    for (LoadConnection sender : senders) {
      sender.close();
    }
    for (Listening listener : listeners) {
      listener.close();
    }
  }
}

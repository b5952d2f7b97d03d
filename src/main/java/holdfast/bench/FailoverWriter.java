package holdfast.bench;

import holdfast.demo.WireSession;
import holdfast.replication.Member;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Writes one message after the other while primaries go, each repeated with its `request_id` until
/// it is acknowledged, and remembers when each was. Its conversation is its own, so that their
/// numbers tell whether one was lost or done twice.
final class FailoverWriter implements Runnable {
  /// From an acknowledgement to the next message. Without it, a writer would use up the processor
  /// that the servers need to fail over.
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final String name;
  private final String to;
  private final WireSession session;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Long> acknowledged = new ArrayList<>();
  private OptionalInt place = OptionalInt.empty();
  private long begun;
  private long lastBegun;
  private SortedMap<String, Long> repeats = new TreeMap<>();
  private Optional<String> failure = Optional.empty();

  FailoverWriter(String name, String to, List<Member> servers) {
    this.name = name;
    this.to = to;
    this.session = new WireSession(name, Accounts.PASSWORD, servers, 0);
  }

  @Override
  public void run() {
    try (session) {
      session.register();
      long last = 0;
      for (long number = 1; ; number++) {
        begin();
        String text = "message " + number;
        OkPayload.Sent sent =
            session.write(
                name + "-" + number,
                header -> new ClientRequest.Send(header, "@" + to, text, Optional.empty()),
                OkPayload.Sent.class);
        if (sent.seq() != last + 1) {
          fail("message %d followed message %d".formatted(sent.seq(), last));
          return;
        }
        last = sent.seq();
        onAcknowledged(System.nanoTime());
        session.rest(PAUSE);
      }
    } catch (InterruptedException e) {
      // The measurement ends.
    } catch (WireSession.RefusedException e) {
      fail(e.getMessage());
    }
  }

  private void begin() {
    lock.lock();
    try {
      place.ifPresent(session::moveTo);
      place = OptionalInt.empty();
      begun = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private void onAcknowledged(long now) {
    lock.lock();
    try {
      acknowledged.add(now);
      lastBegun = begun;
      repeats = session.repeats();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(String why) {
    lock.lock();
    try {
      failure = Optional.of(name + ": " + why);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Goes to the server with that index, forgets what was acknowledged, and returns when the first
  /// message was acknowledged there.
  void moveTo(int server, Duration patience) throws InterruptedException, BenchException {
    lock.lock();
    try {
      place = OptionalInt.of(server);
      acknowledged.clear();
    } finally {
      lock.unlock();
    }
    awaitAcknowledged(System.nanoTime(), patience);
  }

  /// Returns when a message begun after `instant` (System.nanoTime) was acknowledged.
  void awaitAcknowledged(long instant, Duration patience)
      throws InterruptedException, BenchException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (failure.isEmpty() && (acknowledged.isEmpty() || lastBegun - instant <= 0)) {
        if (left <= 0) {
          throw new BenchException(
              name + ": no write was acknowledged for " + patience.toSeconds() + " s");
        }
        left = changed.awaitNanos(left);
      }
      if (failure.isPresent()) {
        throw new BenchException(failure.get());
      }
    } finally {
      lock.unlock();
    }
  }

  /// The longest time between two acknowledgements since `moveTo`, of those that ended after
  /// `instant`.
  Outage outageAround(long instant) {
    lock.lock();
    try {
      return Outage.of(acknowledged, instant);
    } finally {
      lock.unlock();
    }
  }

  /// How often requests were sent again so far, by what had become of them.
  SortedMap<String, Long> repeats() {
    lock.lock();
    try {
      return repeats;
    } finally {
      lock.unlock();
    }
  }
}

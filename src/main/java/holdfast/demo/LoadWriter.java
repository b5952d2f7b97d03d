package holdfast.demo;

import holdfast.replication.Member;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// One writer of the steady load: numbered messages, one after the other, at a steady pace, each
/// repeated with its request_id until it is acknowledged. Remembers when each one was.
final class LoadWriter implements Runnable {
  private final String name;
  private final String to;
  private final Duration pace;
  private final Ledger ledger;
  private final WireSession session;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long[] acknowledgedAt = new long[1024];
  private int count;
  private boolean paused = true;
  private boolean idle;
  private long lastBegun;
  private Optional<String> failure = Optional.empty();

  /// @param to the account written to, with its `@`
  /// @param pace from one message to the next, or as soon as that one is acknowledged
  /// @param first index of the server to begin at
  LoadWriter(
      String name, String to, Duration pace, Ledger ledger, List<Member> servers, int first) {
    this.name = name;
    this.to = to;
    this.pace = pace;
    this.ledger = ledger;
    this.session = new WireSession(name, "password of " + name, servers, first);
  }

  @Override
  public void run() {
    try (session) {
      session.register();
      for (long number = 1; ; number++) {
        long begun = begin();
        String text = "message " + number + " of " + name;
        OkPayload.Sent sent =
            session.write(
                name + "-" + number,
                header -> new ClientRequest.Send(header, to, text, Optional.empty()),
                OkPayload.Sent.class);
        acknowledged(text, sent.seq(), begun);
        Duration rest = pace.minusNanos(System.nanoTime() - begun);
        if (rest.isPositive()) {
          Thread.sleep(rest);
        }
      }
    } catch (InterruptedException e) {
      // The load ends.
    } catch (WireSession.RefusedException e) {
      fail(e.getMessage());
    }
  }

  /// Waits while paused; the instant the next message begins.
  private long begin() throws InterruptedException {
    lock.lock();
    try {
      while (paused) {
        idle = true;
        changed.signalAll();
        changed.await();
      }
      idle = false;
      return System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private void acknowledged(String text, long seq, long begun) {
    long now = System.nanoTime();
    ledger.add(name, text, seq);
    lock.lock();
    try {
      if (count == acknowledgedAt.length) {
        acknowledgedAt = Arrays.copyOf(acknowledgedAt, 2 * count);
      }
      acknowledgedAt[count++] = now;
      lastBegun = begun;
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

  /// Why this writer gave up, if it did.
  Optional<String> failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  void resume() {
    setPaused(false);
  }

  /// After the message under way; see `awaitIdle`.
  void pause() {
    setPaused(true);
  }

  private void setPaused(boolean value) {
    lock.lock();
    try {
      paused = value;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Whether, within `patience`, this writer (paused before) had its last message acknowledged.
  boolean awaitIdle(Duration patience) throws InterruptedException {
    return awaitThat(() -> idle, patience);
  }

  /// Whether, within `patience`, a message begun after `instant` was acknowledged.
  boolean awaitProgressSince(long instant, Duration patience) throws InterruptedException {
    return awaitThat(() -> count > 0 && lastBegun - instant > 0, patience);
  }

  /// Whether, within `patience`, `messages` more than now were acknowledged.
  boolean awaitMore(int messages, Duration patience) throws InterruptedException {
    int wanted = acknowledged() + messages;
    return awaitThat(() -> count >= wanted, patience);
  }

  private int acknowledged() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitThat(BooleanSupplier condition, Duration patience)
      throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean() && failure.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return condition.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  /// The longest time between two acknowledgements after `instant` (System.nanoTime), or from it to
  /// the first one.
  Duration longestWaitSince(long instant) {
    lock.lock();
    try {
      long longest = 0;
      long before = instant;
      for (int i = 0; i < count; i++) {
        if (acknowledgedAt[i] - instant > 0) {
          longest = Math.max(longest, acknowledgedAt[i] - before);
          before = acknowledgedAt[i];
        }
      }
      return Duration.ofNanos(longest);
    } finally {
      lock.unlock();
    }
  }
}

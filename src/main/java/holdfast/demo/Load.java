package holdfast.demo;

import holdfast.replication.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The steady load: several writers, each an account of its own with a connection to a server of
/// its own choice, all writing to one account.
final class Load implements AutoCloseable {
  /// No acknowledgement for that long is an outage, not a failover.
  static final Duration RECOVERY_MAX = Duration.ofSeconds(30);

  private static final String READER = "reader";

  private final List<LoadWriter> writers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private Load() {}

  /// Makes the accounts; the writers wait for `resume`.
  static Load start(int writers, Duration pace, Ledger ledger, List<Member> servers)
      throws InterruptedException, DrillException {
    try (WireSession reader = new WireSession(READER, "password of the reader", servers, 0)) {
      reader.register();
    } catch (WireSession.RefusedException e) {
      throw new DrillException("the first account was refused: " + e.getMessage());
    }
    Load load = new Load();
    for (int i = 1; i <= writers; i++) {
      LoadWriter writer = new LoadWriter("writer-" + i, "@" + READER, pace, ledger, servers, i);
      load.writers.add(writer);
      load.threads.add(Thread.ofVirtual().name("writer-" + i).start(writer));
    }
    for (LoadWriter writer : load.writers) {
      load.check(writer.awaitIdle(RECOVERY_MAX), "the writers' accounts are not made");
    }
    return load;
  }

  void resume() {
    writers.forEach(LoadWriter::resume);
  }

  /// Returns when every message sent is acknowledged.
  void pause() throws InterruptedException, DrillException {
    writers.forEach(LoadWriter::pause);
    for (LoadWriter writer : writers) {
      check(writer.awaitIdle(RECOVERY_MAX), "a message is not acknowledged");
    }
  }

  /// Returns when every writer had a message acknowledged that it began after `instant`.
  void awaitProgressSince(long instant) throws InterruptedException, DrillException {
    for (LoadWriter writer : writers) {
      check(writer.awaitProgressSince(instant, RECOVERY_MAX), "no writes");
    }
  }

  /// Returns when every writer had `messages` more acknowledged.
  void awaitMore(int messages) throws InterruptedException, DrillException {
    for (LoadWriter writer : writers) {
      check(writer.awaitMore(messages, RECOVERY_MAX), "no %d more writes".formatted(messages));
    }
  }

  private void check(boolean inTime, String what) throws DrillException {
    for (LoadWriter writer : writers) {
      if (writer.failure().isPresent()) {
        throw new DrillException("a server refused what it must take: " + writer.failure().get());
      }
    }
    if (!inTime) {
      throw new DrillException(what + " within " + RECOVERY_MAX.toSeconds() + " s");
    }
  }

  /// For each writer the longest time without an acknowledgement since `instant`.
  List<Duration> longestWaitsSince(long instant) {
    return writers.stream().map(writer -> writer.longestWaitSince(instant)).toList();
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

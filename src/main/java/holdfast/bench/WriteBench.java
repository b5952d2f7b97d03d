package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A closed loop of direct messages, each with a `request_id` and acknowledged by a majority. The
/// senders are few and have many messages in flight; the receivers are logged in nowhere, so that
/// no push to them is measured along.
public final class WriteBench {
  private final Subject subject;
  private final WriteSettings settings;
  private final Consumer<String> progress;
  private final Tally tally = new Tally();

  private WriteBench(Subject subject, WriteSettings settings, Consumer<String> progress) {
    this.subject = subject;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement; `progress` is told each second how it goes.
  ///
  /// @throws BenchException if the load cannot be as the settings say, or the servers refuse it
  public static WriteResult run(Subject subject, WriteSettings settings, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    return new WriteBench(subject, settings, progress).run();
  }

  private WriteResult run() throws BenchException, IOException, InterruptedException {
    ServerId primary = subject.primary();
    List<Member> entrances = subject.entrances(settings.through(), primary);
    int senders = Math.min(settings.outstanding(), settings.connections() * entrances.size());
    int each = Math.ceilDiv(settings.outstanding(), senders);
    if (each > LoadConnection.IN_FLIGHT_MAX) {
      throw new BenchException(
          "%d messages in flight on a connection; at most %d are allowed: more connections"
              .formatted(each, LoadConnection.IN_FLIGHT_MAX));
    }
    List<String> from = Accounts.names("sender", senders);
    List<String> to = Accounts.names("receiver", Math.ceilDiv(settings.conversations(), senders));
    progress.accept("making %,d accounts".formatted(from.size() + to.size()));
    List<String> names = new ArrayList<>(from);
    names.addAll(to);
    Accounts.make(names, subject.members());

    String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    List<LoadConnection> connections = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      // What cannot be shared out evenly goes to the first.
      int share = settings.outstanding() / senders + (i < settings.outstanding() % senders ? 1 : 0);
      connections.add(
          LoadConnection.open(
              entrances.get(i % entrances.size()),
              from.get(i),
              Accounts.PASSWORD,
              tally,
              new SendFrames(run, to),
              share));
    }
    try (ClosedLoop loop = new ClosedLoop(connections, tally)) {
      return measure(loop, primary, new WriteResult.Load(senders, to.size()));
    }
  }

  private WriteResult measure(ClosedLoop loop, ServerId primary, WriteResult.Load load)
      throws BenchException, IOException, InterruptedException {
    loop.run(settings.warmup(), rate -> say("warm-up", rate));
    tally.restart();
    Used before = Used.now(subject);
    long begun = System.nanoTime();
    loop.run(settings.measured(), rate -> say("measuring", rate));
    long nanos = System.nanoTime() - begun;
    Used used = Used.now(subject).since(before);
    Tally.Counts counts = tally.counts();
    long missing = loop.drain();
    if (!subject.primary().equals(primary)) {
      tally.error("the primary changed while measuring");
    }
    return new WriteResult(
        settings,
        load,
        subject.members().stream().map(Member::id).toList(),
        primary,
        nanos,
        counts,
        used,
        missing,
        tally.errors(),
        tally.errorWords());
  }

  private void say(String phase, long rate) {
    progress.accept("%s: %,7d messages/s, %d errors".formatted(phase, rate, tally.errors()));
  }

  /// What processes have used: each server's that is known, this one's, and all of this machine's.
  record Used(
      Map<ServerId, ProcessUsage> servers, Optional<ProcessUsage> driver, Optional<Long> machine) {
    static Used now(Subject subject) {
      return new Used(
          subject.usage(),
          ProcessUsage.of(ProcessHandle.current().pid()),
          ProcessUsage.machineMicros());
    }

    Used since(Used before) {
      Map<ServerId, ProcessUsage> difference = new TreeMap<>();
      servers.forEach((id, usage) ->
          Optional.ofNullable(before.servers.get(id))
              .ifPresent(earlier -> difference.put(id, usage.since(earlier))));
      return new Used(
          difference,
          driver.flatMap(d -> before.driver.map(d::since)),
          machine.flatMap(m -> before.machine.map(b -> m - b)));
    }

    /// Processor time that went neither to the servers nor to this process.
    Optional<Long> elsewhereMicros() {
      long known =
          servers.values().stream().mapToLong(ProcessUsage::micros).sum()
              + driver.map(ProcessUsage::micros).orElse(0L);
      return machine.map(all -> Math.max(0, all - known));
    }
  }
}

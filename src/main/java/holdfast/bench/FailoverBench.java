package holdfast.bench;

import holdfast.demo.ClusterDrill;
import holdfast.demo.DrillException;
import holdfast.operate.ClusterStatus;
import holdfast.operate.Poll;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Takes the primary away, round after round, and measures how long its writers wait.
public final class FailoverBench {
  /// Of undisturbed writes before each round, and up to so much more, so that no round begins in
  /// step with the heartbeats.
  private static final Duration CALM = Duration.ofMillis(800);

  private static final Duration JITTER_MAX = Duration.ofMillis(400);

  /// After the first write got through: what comes of the change belongs to it.
  private static final Duration AFTERMATH = Duration.ofMillis(500);

  private static final Duration OUTAGE_MAX = Duration.ofSeconds(30);
  private static final Duration END_MAX = Duration.ofSeconds(30);

  private final ClusterDrill drill;
  private final FailoverSettings settings;
  private final Consumer<String> progress;
  private final List<FailoverWriter> writers = new ArrayList<>();
  private final List<FailoverResult.Round> rounds = new ArrayList<>();

  private FailoverBench(ClusterDrill drill, FailoverSettings settings, Consumer<String> progress) {
    this.drill = drill;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement on servers that run; `progress` is told of each round.
  ///
  /// @throws BenchException if writes do not go on, or one was lost or done twice
  public static BenchResult run(
      ClusterDrill drill, FailoverSettings settings, Consumer<String> progress)
      throws BenchException, DrillException, IOException, InterruptedException {
    return new FailoverBench(drill, settings, progress).run();
  }

  private BenchResult run()
      throws BenchException, DrillException, IOException, InterruptedException {
    List<Member> members = drill.cluster().members();
    Accounts.make(Accounts.names("reader", 1), members);
    String reader = Accounts.names("reader", 1).getFirst();
    // Closing it would wait for the writers' end.
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (String name : Accounts.names("writer", settings.writers())) {
        FailoverWriter writer = new FailoverWriter(name, reader, members);
        writers.add(writer);
        threads.execute(writer);
      }
      for (int round = 1; round <= settings.rounds(); round++) {
        FailoverResult.Round result = round();
        rounds.add(result);
        progress.accept(
            "round %d of %d: server %s %s, %.0f ms without an acknowledgement"
                .formatted(
                    round,
                    settings.rounds(),
                    result.primary(),
                    settings.kind().participle(),
                    Latencies.ms(
                        result.outages().stream().mapToLong(Outage::gapNanos).max().orElse(0))));
      }
    } finally {
      threads.shutdownNow();
    }
    return new FailoverResult(settings, members.size(), rounds, repeats());
  }

  private FailoverResult.Round round()
      throws BenchException, DrillException, IOException, InterruptedException {
    drill.awaitAllUp();
    ClusterStatus.Answer primary =
        drill.status().primary().orElseThrow(() -> new BenchException("there is no primary"));
    ServerId id = primary.member().id();
    place(id);
    Thread.sleep(CALM.plusNanos(ThreadLocalRandom.current().nextLong(JITTER_MAX.toNanos())));
    long instant = strike(id);
    awaitWrites();
    // That may have been the last one before the end: a server told to end serves on for a moment.
    awaitSuccessor(primary.status().term());
    awaitWrites();
    Thread.sleep(AFTERMATH);
    List<Outage> outages = writers.stream().map(writer -> writer.outageAround(instant)).toList();
    mend(id);
    drill.awaitAllUp();
    long term = drill.status().primary().map(answer -> answer.status().term()).orElse(0L);
    return new FailoverResult.Round(id, outages, Math.max(0, term - primary.status().term()));
  }

  /// Returns when every writer has had a message acknowledged that it began after this was called.
  private void awaitWrites() throws InterruptedException, BenchException {
    long now = System.nanoTime();
    for (FailoverWriter writer : writers) {
      writer.awaitAcknowledged(now, OUTAGE_MAX);
    }
  }

  /// Returns when there is a primary of a term after `term`.
  private void awaitSuccessor(long term) throws InterruptedException, BenchException {
    if (Poll.until(OUTAGE_MAX, () -> drill.status().primary().filter(p -> p.status().term() > term))
        .isEmpty()) {
      throw new BenchException("no other primary within " + OUTAGE_MAX.toSeconds() + " s");
    }
  }

  /// Puts each writer where it is to be.
  private void place(ServerId primary) throws InterruptedException, BenchException {
    List<Member> members = drill.cluster().members();
    List<Integer> entrances = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      boolean isPrimary = members.get(i).id().equals(primary);
      boolean wanted =
          switch (settings.through()) {
            case ALL -> true;
            case PRIMARY -> isPrimary;
            case BACKUPS -> !isPrimary;
          };
      if (wanted) {
        entrances.add(i);
      }
    }
    for (int i = 0; i < writers.size(); i++) {
      writers.get(i).moveTo(entrances.get(i % entrances.size()), OUTAGE_MAX);
    }
  }

  private SortedMap<String, Long> repeats() {
    SortedMap<String, Long> all = new TreeMap<>();
    writers.forEach(
        writer -> writer.repeats().forEach((reason, count) -> all.merge(reason, count, Long::sum)));
    return all;
  }

  /// Does to the primary what is to be done; returns the instant before, as System.nanoTime.
  private long strike(ServerId id) throws IOException, InterruptedException {
    return switch (settings.kind()) {
      case KILL -> drill.cluster().kill(id);
      case PAUSE -> drill.cluster().pause(id);
      case HANDOVER -> drill.cluster().terminate(id);
    };
  }

  /// Brings it back.
  private void mend(ServerId id) throws IOException, InterruptedException, BenchException {
    switch (settings.kind()) {
      case KILL, HANDOVER -> {
        if (!drill.cluster().awaitEnd(id, END_MAX)) {
          throw new BenchException("server " + id + " does not end");
        }
        drill.restart(List.of(id));
      }
      case PAUSE -> drill.cluster().resume(id);
    }
  }
}

package holdfast.bench;

import holdfast.demo.ClusterDrill;
import holdfast.demo.DrillException;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/// Kills the server that a crowd of clients is signed in on: how long until all are back, on the
/// others, and what a healthy client there notices.
public final class ReconnectBench {
  private static final Duration GATHER_MAX = Duration.ofMinutes(2);
  private static final Duration RETURN_MAX = Duration.ofMinutes(1);

  /// After the last is back, and in between: what comes of it belongs to it.
  private static final Duration STEP = Duration.ofMillis(500);

  private final ClusterDrill drill;
  private final ReconnectSettings settings;
  private final Consumer<String> progress;
  private final SortedMap<String, Long> setbacks = new TreeMap<>();

  private ReconnectBench(
      ClusterDrill drill, ReconnectSettings settings, Consumer<String> progress) {
    this.drill = drill;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement on servers that run; `progress` is told how it goes.
  ///
  /// @throws BenchException if somebody does not come back
  public static BenchResult run(
      ClusterDrill drill, ReconnectSettings settings, Consumer<String> progress)
      throws BenchException, DrillException, IOException, InterruptedException {
    return new ReconnectBench(drill, settings, progress).run();
  }

  private BenchResult run()
      throws BenchException, DrillException, IOException, InterruptedException {
    List<Member> members = drill.cluster().members();
    progress.accept("making %,d accounts".formatted(settings.accounts()));
    List<String> names = Accounts.names("idle", settings.accounts());
    Accounts.make(names, members);
    Accounts.make(Accounts.names("pair", 2), members);
    List<String> tokens = Accounts.tokens(names, members);
    List<ReconnectResult.Round> rounds = new ArrayList<>();
    try (Crowd crowd = new Crowd(settings.connections(), tokens)) {
      for (int round = 1; round <= settings.rounds(); round++) {
        progress.accept("round %d of %d".formatted(round, settings.rounds()));
        rounds.add(round(crowd, round));
      }
    }
    return new ReconnectResult(settings, members.size(), rounds, setbacks);
  }

  private ReconnectResult.Round round(Crowd crowd, int number)
      throws BenchException, DrillException, IOException, InterruptedException {
    drill.awaitAllUp();
    Subject subject = Subject.of(drill.cluster());
    ServerId primary = subject.primary();
    Through where =
        switch (settings.victim()) {
          case PRIMARY -> Through.PRIMARY;
          case BACKUP -> Through.BACKUPS;
        };
    Member victim = subject.entrances(where, primary).getFirst();
    List<Member> others =
        subject.members().stream().filter(member -> !member.equals(victim)).toList();
    crowd.gather(victim, GATHER_MAX);
    crowd.refuge(others);

    Tally tally = new Tally();
    SendFrames frames =
        SendFrames.of(
            Long.toString(System.currentTimeMillis(), Character.MAX_RADIX),
            List.of("@" + Accounts.names("pair", 2).getLast()));
    List<LoadConnection> sender =
        Senders.open(
            Accounts.names("pair", 1),
            List.of(others.getLast()),
            tally,
            _ -> frames,
            LoadConnection.IN_FLIGHT_MAX);
    try (Driver driver = new Driver(sender, List.of(), tally)) {
      Pace pace = new OpenPace(sender, settings.rate());
      if (number == 1) {
        driver.run(pace, settings.timing().warmup(), _ -> {});
      }
      tally.restart(System.nanoTime());
      driver.run(pace, settings.timing().measured(), _ -> {});
      Latencies before = tally.latencies();
      tally.restart(System.nanoTime());
      FutureTask<List<Long>> crowdReturns = new FutureTask<>(() -> crowd.awaitReturn(RETURN_MAX));
      Thread.ofPlatform().name("crowd").start(crowdReturns);
      long instant = drill.cluster().kill(victim.id());
      while (!crowdReturns.isDone()) {
        driver.run(pace, STEP, _ -> {});
      }
      driver.run(pace, STEP, _ -> {});
      long missing = driver.drain();
      List<Double> backMs =
          returned(crowdReturns).stream().map(at -> Latencies.ms(at - instant)).toList();
      crowd.setbacks().forEach((why, count) -> setbacks.merge(why, count, Long::sum));
      drill.restart(List.of(victim.id()));
      return new ReconnectResult.Round(backMs, before, tally.latencies(), tally.errors() + missing);
    }
  }

  private static List<Long> returned(FutureTask<List<Long>> crowd)
      throws BenchException, IOException, InterruptedException {
    try {
      return crowd.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BenchException late) {
        throw late;
      }
      throw new IOException("the crowd: " + e.getCause(), e.getCause());
    }
  }
}

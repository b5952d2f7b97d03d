package holdfast.demo;

import holdfast.server.ConfigException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// The check behind test-scripts/kill-two-of-five.sh: round after round, kills two of five servers
/// under load, brings them back, and compares what all five have on disk.
public final class KillTwo {
  private static final int SERVERS = 5;

  /// Between two messages of a writer.
  private static final Duration PACE = Duration.ofMillis(20);

  /// Of every writer, undisturbed before each death.
  private static final int CALM_MESSAGES = 40;

  private final ClusterDrill drill;
  private final Narrator narrator;
  private final Rounds rounds;
  private final List<Duration> waits = new ArrayList<>();
  private long terms;

  private KillTwo(ClusterDrill drill, Narrator narrator) {
    this.drill = drill;
    this.narrator = narrator;
    this.rounds = new Rounds(drill, narrator);
  }

  /// Whether all rounds went as they must. Slowness fails nothing, as long as writes go on within
  /// 30 s.
  public static boolean run(int rounds, int writers, List<String> sets, Narrator narrator)
      throws IOException, ConfigException, InterruptedException, SQLException {
    try (ClusterDrill drill = ClusterDrill.of(SERVERS, sets);
        Interruption _ = Interruption.closes(drill.cluster(), narrator)) {
      return new KillTwo(drill, narrator).run(rounds, writers);
    }
  }

  private boolean run(int number, int writers)
      throws IOException, InterruptedException, SQLException {
    narrator.chapter(
        "Five servers in %s, %d writers. Each round kills the primary and then its successor"
                .formatted(drill.cluster().folder(), writers)
            + " (kill -9), restarts both, and compares all five databases.");
    boolean held =
        rounds.run(
            number,
            () -> {
              drill.startAll();
              drill.startLoad(writers, PACE);
            },
            this::round);
    if (held) {
      conclude(number);
    }
    return held;
  }

  private boolean round(int round)
      throws InterruptedException, DrillException, IOException, SQLException {
    drill.awaitMessages(CALM_MESSAGES);
    Failover first = drill.awaitFailover(drill.killPrimary());
    drill.awaitMessages(CALM_MESSAGES);
    Failover second = drill.awaitFailover(drill.killPrimary());
    drill.restart(List.of(first.killed(), second.killed()));
    drill.awaitAllUp();
    Databases.Report report = drill.compare();
    String line =
        String.format(
            Locale.ROOT,
            "round %2d: killed %s and %s; writes again after %d ms (longest %d) and %d ms (longest"
                + " %d); %s messages, %s",
            round,
            first.killed(),
            second.killed(),
            first.median().toMillis(),
            first.longest().toMillis(),
            second.median().toMillis(),
            second.longest().toMillis(),
            Narrator.grouped(report.messages()),
            report.faults().isEmpty() ? "the same on all five" : "NOT AS THEY MUST BE");
    for (Failover failover : List.of(first, second)) {
      waits.addAll(failover.waits());
      terms += failover.terms();
    }
    if (!rounds.told(line, report.faults())) {
      return false;
    }
    drill.resumeLoad();
    return true;
  }

  private void conclude(int rounds) {
    narrator.good(
        "%d rounds: no acknowledged message lost, doubled or out of order".formatted(rounds));
    narrator.say(
        String.format(
            Locale.ROOT,
            "Without writes, as the writers saw it: median %d ms (target %d), longest %d ms (target"
                + " %d). %d deaths, %d terms.",
            Failover.median(waits).toMillis(),
            Failover.MEDIAN_TARGET.toMillis(),
            Collections.max(waits).toMillis(),
            Failover.LONGEST_TARGET.toMillis(),
            2 * rounds,
            terms));
  }
}

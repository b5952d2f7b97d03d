package holdfast.demo;

import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// The check behind test-scripts/kill-two-of-three.sh: round after round, kills two of three
/// servers under load, one after the other, until the third goes on alone; brings them back, and
/// compares what all three have on disk.
public final class LastSurvivor {
  /// What makes the last one go on; may be overridden.
  public static final String TAKEOVER = "survivor.takeover=4s";

  private static final int SERVERS = 3;

  /// Between two messages of a writer.
  private static final Duration PACE = Duration.ofMillis(20);

  /// Of every writer, undisturbed before each death, and while one is alone.
  private static final int CALM_MESSAGES = 40;

  private final ClusterDrill drill;
  private final Narrator narrator;
  private final Rounds rounds;
  private final List<Duration> first = new ArrayList<>();
  private final List<Duration> second = new ArrayList<>();

  private LastSurvivor(ClusterDrill drill, Narrator narrator) {
    this.drill = drill;
    this.narrator = narrator;
    this.rounds = new Rounds(drill, narrator);
  }

  /// Whether all rounds went as they must. Slowness fails nothing, as long as writes go on within
  /// 30 s.
  public static boolean run(int rounds, int writers, List<String> sets, Narrator narrator)
      throws IOException, ConfigException, InterruptedException, SQLException {
    List<String> all = new ArrayList<>(List.of(TAKEOVER));
    all.addAll(sets);
    try (ClusterDrill drill = ClusterDrill.of(SERVERS, all);
        Interruption _ = Interruption.closes(drill.cluster(), narrator)) {
      return new LastSurvivor(drill, narrator).run(rounds, writers);
    }
  }

  private boolean run(int number, int writers)
      throws IOException, InterruptedException, SQLException {
    narrator.chapter(
        "Three servers in %s, %d writers. Each round kills two, one after the other (kill -9): the"
                .formatted(drill.cluster().folder(), writers)
            + " third goes on alone. Both come back, and all three databases are compared.");
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
    drill.awaitTolerated(1);
    drill.awaitMessages(CALM_MESSAGES);
    Failover one = drill.awaitFailover(drill.killPrimary());
    ClusterStatus.Answer pair = drill.awaitTolerated(1);
    drill.awaitMessages(CALM_MESSAGES);
    // By turns the primary and the backup of the two that are left.
    ServerId victim =
        round % 2 == 1 ? pair.member().id() : backup(pair.member().id(), one.killed());
    Failover two = drill.awaitFailover(drill.kill(victim));
    Member survivor = member(two.successor());
    drill.awaitSolo(survivor);
    drill.awaitMessages(CALM_MESSAGES);
    bringBack(round, one.killed(), two.killed());
    drill.awaitAllUp();
    drill.awaitTolerated(1);
    drill.awaitRescued();
    Databases.Report report = drill.compare();
    List<String> faults = drill.faults(report);
    first.addAll(one.waits());
    second.addAll(two.waits());
    String line =
        String.format(
            Locale.ROOT,
            "round %2d: killed %s, writes again after %d ms; killed %s, and %s alone after %d ms;"
                + " both back: %s messages, %s",
            round,
            one.killed(),
            one.median().toMillis(),
            two.killed(),
            two.successor(),
            two.median().toMillis(),
            Narrator.grouped(report.messages()),
            faults.isEmpty() ? "the same on all three" : "NOT AS THEY MUST BE");
    if (!rounds.told(line, faults)) {
      return false;
    }
    drill.resumeLoad();
    return true;
  }

  /// By turns together, the one that died last before the other, and the other way round: that one
  /// lacks what the other two wrote, and must not lead.
  private void bringBack(int round, ServerId diedFirst, ServerId diedLast)
      throws IOException, InterruptedException, DrillException {
    switch (round % 3) {
      case 0 -> {
        drill.restart(List.of(diedLast));
        drill.awaitMessages(CALM_MESSAGES);
        drill.restart(List.of(diedFirst));
      }
      case 1 -> drill.restart(List.of(diedFirst, diedLast));
      default -> {
        drill.restart(List.of(diedFirst));
        drill.awaitMessages(CALM_MESSAGES);
        drill.restart(List.of(diedLast));
      }
    }
  }

  private ServerId backup(ServerId primary, ServerId dead) {
    return drill.cluster().members().stream()
        .map(Member::id)
        .filter(id -> !id.equals(primary) && !id.equals(dead))
        .findFirst()
        .orElseThrow();
  }

  private Member member(ServerId id) {
    return drill.cluster().members().stream()
        .filter(member -> member.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private void conclude(int rounds) {
    narrator.good(
        "%d rounds: no acknowledged message lost, doubled or out of order".formatted(rounds));
    narrator.say(
        String.format(
            Locale.ROOT,
            "Without writes, as the writers saw it: after the first death median %d ms, longest %d"
                + " ms; after the second, which costs %s, median %d ms, longest %d ms.",
            Failover.median(first).toMillis(),
            Collections.max(first).toMillis(),
            TAKEOVER.substring(0, TAKEOVER.indexOf('=')),
            Failover.median(second).toMillis(),
            Collections.max(second).toMillis()));
  }
}

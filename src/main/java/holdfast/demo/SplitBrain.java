package holdfast.demo;

import holdfast.operate.ClusterStatus;
import holdfast.operate.Poll;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The check behind test-scripts/split-brain.sh: round after round, cuts the last two of three
/// servers from each other until each goes on alone, has people write on both sides, mends the
/// cable, and looks whether all messages of both sides are on all three disks, once and the same.
public final class SplitBrain {
  private static final int SERVERS = 3;

  private static final Duration START_MAX = Duration.ofSeconds(60);

  private final ClusterDrill drill;
  private final Narrator narrator;
  private final Rounds rounds;
  private final int messages;

  private SplitBrain(ClusterDrill drill, Narrator narrator, int messages) {
    this.drill = drill;
    this.narrator = narrator;
    this.rounds = new Rounds(drill, narrator);
    this.messages = messages;
  }

  /// Whether all rounds went as they must.
  ///
  /// @param messages that each person writes in a round, on a side
  public static boolean run(int rounds, int messages, List<String> sets, Narrator narrator)
      throws IOException, ConfigException, InterruptedException, SQLException {
    List<String> all = new ArrayList<>(List.of(LastSurvivor.TAKEOVER));
    all.addAll(sets);
    try (ClusterDrill drill = ClusterDrill.of(SERVERS, all);
        Interruption _ = Interruption.closes(drill.cluster(), narrator)) {
      return new SplitBrain(drill, narrator, messages).run(rounds);
    }
  }

  private boolean run(int number) throws IOException, InterruptedException, SQLException {
    narrator.chapter(
        "Three servers in %s. Each round stops one, cuts the other two from each other, lets people"
                .formatted(drill.cluster().folder())
            + " write on both sides, and puts all together again.");
    boolean held =
        rounds.run(
            number,
            () -> {
              drill.cluster().layProxies();
              drill.startAll();
              drill.awaitAllUp();
            },
            this::round);
    if (held) {
      narrator.good(
          "%d rounds: every message of both sides is there exactly once, the same on all three"
              .formatted(number));
    }
    return held;
  }

  private boolean round(int round)
      throws InterruptedException, DrillException, IOException, SQLException {
    LocalCluster cluster = drill.cluster();
    ServerId third = cluster.members().get(round % SERVERS).id();
    drill.awaitTolerated(1);
    try (SplitPeople people = SplitPeople.signUp(round, cluster.members(), drill.ledger())) {
      cluster.kill(third);
      awaitPairWithout(third);
      List<Member> pair =
          cluster.members().stream().filter(member -> !member.id().equals(third)).toList();
      Member left = pair.getFirst();
      Member right = pair.getLast();
      cluster.cut(left.id(), right.id());
      drill.awaitSolo(left);
      drill.awaitSolo(right);
      people.write(left, right, messages);
      long before = Databases.messages(cluster.databases().get(left.id()));
      // By turns the third server comes back to a cluster of one, and to one of two.
      boolean thirdFirst = round % 2 == 0;
      if (thirdFirst) {
        drill.restart(List.of(third));
      }
      cluster.mend();
      if (!thirdFirst) {
        drill.restart(List.of(third));
      }
      drill.awaitAllUp();
      drill.awaitTolerated(1);
      drill.awaitRescued();
      people.writeTogether();
      return conclude(round, left, right, before);
    } catch (WireSession.RefusedException e) {
      throw new DrillException("somebody was refused: " + e.getMessage());
    }
  }

  /// The two that are left must both know that they are two: only then may either go on alone.
  private void awaitPairWithout(ServerId third) throws InterruptedException, DrillException {
    boolean gone =
        Poll.until(
                START_MAX,
                () -> drill.status().primary().filter(primary -> isPairWithout(primary, third)))
            .isPresent();
    if (!gone) {
      throw new DrillException("server " + third + " is dead and still has its vote");
    }
  }

  private static boolean isPairWithout(ClusterStatus.Answer primary, ServerId third) {
    return !primary.member().id().equals(third)
        && primary.status().failuresTolerated() >= 1
        && primary.status().servers().stream()
            .noneMatch(row -> row.voter() && row.serverId().equals(third.toString()));
  }

  private boolean conclude(int round, Member left, Member right, long before)
      throws InterruptedException, DrillException, SQLException {
    Databases.Report report = drill.compare(Databases.Numbering.GIVEN_ANEW);
    List<String> faults = drill.faults(report);
    String line =
        "round %2d: servers %s and %s each alone, %s messages on the first; together %s messages, %s"
            .formatted(
                round,
                left.id(),
                right.id(),
                Narrator.grouped(before),
                Narrator.grouped(report.messages()),
                faults.isEmpty() ? "the same on all three" : "NOT AS THEY MUST BE");
    return rounds.told(line, faults);
  }
}

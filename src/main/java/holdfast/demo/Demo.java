package holdfast.demo;

import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.wire.ServerStatus;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The tour for somebody who has never seen this: five servers, two people chatting, two servers
/// killed under them, nothing lost. About a minute.
public final class Demo {
  private static final int SERVERS = 5;
  private static final int WRITERS = 4;

  /// Between two messages of a writer.
  private static final Duration PACE = Duration.ofMillis(20);

  /// To read a line.
  private static final Duration BEAT = Duration.ofMillis(1500);

  private final ClusterDrill drill;
  private final Narrator narrator;

  private Demo(ClusterDrill drill, Narrator narrator) {
    this.drill = drill;
    this.narrator = narrator;
  }

  /// Whether all of it held: writes went on each time, and nothing was lost, doubled or reordered.
  public static boolean run(List<String> sets, Narrator narrator)
      throws IOException, ConfigException, InterruptedException, SQLException {
    try (ClusterDrill drill = ClusterDrill.of(SERVERS, sets);
        Interruption _ = Interruption.closes(drill.cluster(), narrator)) {
      Demo demo = new Demo(drill, narrator);
      try {
        return demo.play();
      } catch (DrillException e) {
        narrator.bad("FAILED: " + e.getMessage());
        narrator.say("Logs and databases are left in " + drill.cluster().folder());
        drill.cluster().keepFiles();
        return false;
      }
    }
  }

  private boolean play() throws IOException, InterruptedException, DrillException, SQLException {
    narrator.chapter("1. Five servers");
    narrator.say("Each is a process of its own with a database of its own, on this machine only.");
    ClusterStatus.Answer primary = drill.startAll();
    drill.awaitAllUp();
    narrator.say(
        "They elected server %s primary. It gives every message its place; the other four keep"
            .formatted(primary.member().id()));
    narrator.say("copies. A message counts once three of the five have it on disk.");
    beat();

    narrator.chapter("2. Two people, on two servers, and some traffic");
    Member other =
        drill.cluster().members().stream()
            .filter(member -> !member.id().equals(primary.member().id()))
            .findFirst()
            .orElseThrow();
    try (Person alice = Person.signUp("alice", primary.member(), narrator, drill.ledger());
        Person bob = Person.signUp("bob", other, narrator, drill.ledger())) {
      drill.startLoad(WRITERS, PACE);
      narrator.say(
          "In the background %d writers send a numbered message every %d ms each, without end."
              .formatted(WRITERS, PACE.toMillis()));
      alice.tell(bob, "Hi Bob! I'm on server " + alice.server() + ", the primary. You?");
      beat();
      bob.tell(alice, "On server " + bob.server() + ". Your message came by way of both.");
      beat();

      narrator.chapter("3. The primary dies");
      Failover first = kill(alice, bob, "Can you still read this?");
      bob.tell(alice, "Every word. Where are you now?");
      beat();
      alice.tell(bob, "On server " + alice.server() + ". I just kept typing.");
      beat();

      narrator.chapter("4. And the next one");
      Failover second = kill(bob, alice, "There goes the next one. Still there, Alice?");
      alice.tell(bob, "Still here, on server " + alice.server() + ".");
      beat();
      tellWhoIsLeft();
      bob.tell(alice, "Two of five are dead, and we are still talking.");
      beat();

      narrator.chapter("5. Both come back");
      drill.restart(List.of(first.killed(), second.killed()));
      drill.awaitAllUp();
      narrator.say(
          "Servers %s and %s run again and fetch what they missed, while the traffic goes on."
              .formatted(first.killed(), second.killed()));
      beat();
      alice.tell(bob, "Welcome back, you two.");
      return conclude(List.of(first, second));
    }
  }

  /// Nothing waits for this but whoever reads along.
  private static void beat() throws InterruptedException {
    Thread.sleep(BEAT);
  }

  /// Kills the primary while `speaker` says `words`.
  private Failover kill(Person speaker, Person listener, String words)
      throws InterruptedException, DrillException {
    narrator.say("In the middle of the traffic: kill -9 for the primary.");
    ClusterDrill.Death death = drill.killPrimary();
    narrator.say("Server " + death.id() + " is dead.");
    speaker.tell(listener, words);
    Failover failover = drill.awaitFailover(death);
    narrator.good(
        String.format(
            Locale.ROOT,
            "Server %s took over. The writers were without an answer for %d ms (median of %d;"
                + " longest %d ms).",
            failover.successor(),
            failover.median().toMillis(),
            WRITERS,
            failover.longest().toMillis()));
    beat();
    return failover;
  }

  private void tellWhoIsLeft() throws InterruptedException {
    drill
        .status()
        .primary()
        .ifPresent(primary ->
            narrator.say(
                "Up: servers "
                    + primary.status().servers().stream()
                        .filter(ServerStatus::up)
                        .map(ServerStatus::serverId)
                        .collect(Collectors.joining(", "))
                    + ", primary "
                    + primary.member().id()
                    + ". Three of five is a majority: everything works, and no more may die."));
  }

  private boolean conclude(List<Failover> failovers)
      throws InterruptedException, DrillException, SQLException {
    narrator.chapter("6. Was anything lost?");
    Databases.Report report = drill.compare();
    for (Map.Entry<ServerId, String> digest : report.digests().entrySet()) {
      narrator.say(
          "server %s: %s messages on disk, digest %s"
              .formatted(digest.getKey(), Narrator.grouped(report.messages()), digest.getValue()));
    }
    boolean held = report.faults().isEmpty();
    if (held) {
      narrator.good(
          "All five hold the same messages in the same order. Each of the %s acknowledged ones is"
              .formatted(Narrator.grouped(drill.ledger().entries().size())));
      narrator.good("there exactly once, in its sender's order.");
    } else {
      report.faults().forEach(narrator::bad);
      narrator.bad("FAILED");
      drill.cluster().keepFiles();
      narrator.say("Logs and databases are left in " + drill.cluster().folder());
    }
    narrator.chapter("7. How long did each death hurt?");
    narrator.say(
        "Without writes after kill -9, as the writers saw it (target: median %d ms, none over %d ms):"
            .formatted(Failover.MEDIAN_TARGET.toMillis(), Failover.LONGEST_TARGET.toMillis()));
    for (Failover failover : failovers) {
      narrator.say(
          String.format(
              Locale.ROOT,
              "server %s -> %s: median %4d ms, longest %4d ms",
              failover.killed(),
              failover.successor(),
              failover.median().toMillis(),
              failover.longest().toMillis()));
    }
    return held;
  }
}

package holdfast.cluster;

import static holdfast.protocol.RawClient.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.demo.LastSurvivor;
import holdfast.demo.Narrator;
import holdfast.demo.SplitBrain;
import holdfast.protocol.RawClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The last survivor on real servers: what test-scripts/kill-two-of-three.sh and split-brain.sh
/// run, with few rounds; and what operators and clients see of it.
final class SurvivorIT {
  private static final String ROOM = "#ledger";

  /// Twice as long as a server that may go on alone takes to do so.
  private static final long ALONE_MS = 8_000;

  private static void register(RawClient client, String name) throws IOException {
    String who = json("{'username':'%s','password':'%s'}".formatted(name, Writer.PASSWORD));
    client.patience(30_000);
    client.ok("REGISTER", who);
    client.ok("LOGIN", who);
  }

  private static void say(RawClient client, String to, String text) throws IOException {
    client.ok("SEND", json("{'to':'%s','text':'%s'}".formatted(to, text)));
  }

  /// Returns once every server has it on its disk.
  private static void sayToAll(RawClient client, String to, String text) throws IOException {
    client.ok("SEND", json("{'to':'%s','text':'%s'}".formatted(to, text)), "'ack':'all'");
  }

  private static void awaitSolo(ServerProcesses servers, int number) throws InterruptedException {
    ServerProcesses.await(
        "server " + number + " alone in " + servers.folder(),
        () -> servers.status(number).path("solo").asBoolean());
  }

  private static void awaitWhy(ServerProcesses servers, int number, String words)
      throws InterruptedException {
    ServerProcesses.await(
        "server " + number + " says \"" + words + "\" in " + servers.folder(),
        () -> servers.status(number).path("why").asString("").contains(words));
  }

  private static void awaitRescued(ServerProcesses servers) throws InterruptedException {
    ServerProcesses.await(
        "nothing is left to be logged again in " + servers.folder(),
        () ->
            !servers
                .status(servers.awaitPrimary())
                .path("warning")
                .asString("")
                .contains("being logged again"));
  }

  /// What all servers of three hold of a room, which must be the same.
  private static List<String> everywhere(ServerProcesses servers, String who, String room)
      throws InterruptedException {
    List<Histories.Said> first = Histories.read(servers, 1, who, room);
    assertEquals(first, Histories.read(servers, 2, who, room));
    assertEquals(first, Histories.read(servers, 3, who, room));
    return first.stream().map(Histories.Said::text).toList();
  }

  @Test
  void twoOfThreeServersKilledOneAfterTheOtherLoseDoubleAndReorderNothing() throws Exception {
    StringWriter story = new StringWriter();
    Narrator narrator = new Narrator(new PrintWriter(story), false);
    assertTrue(LastSurvivor.run(2, 4, List.of(), narrator), story::toString);
  }

  @Test
  void bothSidesOfASplitAreWrittenToAndNothingOfEitherIsLost() throws Exception {
    StringWriter story = new StringWriter();
    Narrator narrator = new Narrator(new PrintWriter(story), false);
    assertTrue(SplitBrain.run(1, 20, List.of(), narrator), story::toString);
  }

  @Test
  void ofTwoThatDieAtOnceAnOperatorHasTheThirdGoOnAndWhatItLackedComesBack() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, LastSurvivor.TAKEOVER)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      int last = primary % 3 + 1;
      int other = last % 3 + 1;
      Commands.Said refused =
          Commands.run(servers, "admin", "survive", Integer.toString(last), "--yes");
      assertEquals(4, refused.status(), refused.text());
      assertTrue(refused.text().contains("is primary"), refused.text());
      try (RawClient alice = RawClient.connect(servers.clientPort(primary))) {
        register(alice, "alice");
        alice.ok("CREATE_ROOM", json("{'room':'%s'}".formatted(ROOM)));
        sayToAll(alice, ROOM, "everybody is there");
        // What follows the last one never hears of.
        servers.kill(last);
        say(alice, ROOM, "the last one is away");
      }
      servers.kill(primary);
      servers.kill(other);
      servers.start(last);
      awaitWhy(servers, last, "admin survive " + last);
      Commands.ok(servers, "admin", "survive", Integer.toString(last), "--yes");
      assertTrue(servers.status(last).path("solo").asBoolean());
      try (RawClient bob = RawClient.connect(servers.clientPort(last))) {
        register(bob, "bob");
        bob.ok("JOIN_ROOM", json("{'room':'%s'}".formatted(ROOM)));
        say(bob, ROOM, "alone");
      }
      servers.start(primary);
      servers.start(other);
      servers.awaitVoters(servers.all(), servers.all());
      awaitRescued(servers);
      assertEquals(
          List.of("everybody is there", "alone", "the last one is away"),
          everywhere(servers, "alice", ROOM));
      assertFalse(servers.status(last).path("solo").asBoolean());
      servers.passed();
    }
  }

  /// The third server dies, the two that are left are cut apart, and each goes on alone.
  private static ServerProcesses split() throws Exception {
    ServerProcesses servers = ServerProcesses.createWithProxies(3, LastSurvivor.TAKEOVER);
    servers.startAll();
    servers.awaitPrimary();
    servers.kill(3);
    servers.awaitVoters(List.of(1, 2), List.of(1, 2));
    ServerProcesses.await(
        "both know that they are two",
        () -> servers.status(1).path("failures_tolerated").asInt() == 1);
    servers.isolate(1);
    awaitSolo(servers, 1);
    awaitSolo(servers, 2);
    return servers;
  }

  @Test
  void aNameTakenOnBothSidesStaysWithOneAndTheOthersWritesAreListed() throws Exception {
    try (ServerProcesses servers = split()) {
      for (int side : List.of(1, 2)) {
        try (RawClient client = RawClient.connect(servers.clientPort(side))) {
          register(client, "bob");
          client.ok("CREATE_ROOM", json("{'room':'%s'}".formatted(ROOM)));
          say(client, ROOM, "on side " + side);
        }
      }
      servers.heal();
      servers.start(3);
      servers.awaitVoters(servers.all(), servers.all());
      // Of two timelines of one number that of the higher founder wins.
      ServerProcesses.await(
          "server 1 has brought in what it could, in " + servers.folder(),
          () -> unreplayable(servers, 1) == 3);
      assertEquals(List.of("on side 2"), everywhere(servers, "bob", ROOM));
      JsonNode status = servers.status(servers.awaitPrimary());
      assertTrue(
          status.path("warning").asString().contains("admin unreplayable 1"), status::toString);
      String listed = Commands.ok(servers, "admin", "unreplayable", "1", "--json");
      assertEquals(3, listed.lines().count(), listed);
      assertTrue(listed.contains("on side 1"), listed);
      Commands.ok(servers, "admin", "unreplayable", "1", "--forget", "--yes");
      assertEquals(0, unreplayable(servers, 1));
      ServerProcesses.await(
          "nobody is warned any more, in " + servers.folder(),
          () ->
              !servers
                  .status(servers.awaitPrimary())
                  .path("warning")
                  .asString()
                  .contains("unreplayable"));
      servers.passed();
    }
  }

  private static int unreplayable(ServerProcesses servers, int number)
      throws IOException, InterruptedException {
    String said = Commands.ok(servers, "admin", "unreplayable", Integer.toString(number));
    String count = said.lines().toList().getLast().replaceAll(".*: (\\d+) writes could.*", "$1");
    return Integer.parseInt(count);
  }

  @Test
  void whoWasAwayNeverGoesOnAloneThoughItIsTheOnlyOneLeft() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, LastSurvivor.TAKEOVER)) {
      servers.startAll();
      try (RawClient alice = RawClient.connect(servers.clientPort(servers.awaitPrimary()))) {
        register(alice, "alice");
        sayToAll(alice, "@alice", "everybody is there");
      }
      servers.kill(3);
      servers.awaitVoters(List.of(1, 2), List.of(1, 2));
      servers.kill(1);
      servers.kill(2);
      servers.start(3);
      awaitWhy(servers, 3, "admin survive 3");
      // Nothing that could be waited for: it must not go on alone, however long it is left.
      Thread.sleep(ALONE_MS);
      assertFalse(servers.status(3).path("solo").asBoolean());
      assertTrue(servers.status(3).path("primary").isNull());
      // One of the two that knew that they were two may.
      servers.start(2);
      awaitSolo(servers, 2);
      servers.passed();
    }
  }
}

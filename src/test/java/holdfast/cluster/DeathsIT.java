package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// kill -9, SIGSTOP, SIGTERM and whole-cluster restarts of real processes, under writers.
final class DeathsIT {
  private static final String ROOM = "#ledger";
  private static final int ROUNDS = Integer.getInteger("holdfast.rounds", 2);

  /// How long a paused server sleeps on after its successor serves: four election time-outs.
  private static final long PAUSE_MS = 5_000;

  /// One is needed; each lost round of an election, and a busy machine, cost more. A storm has
  /// dozens.
  private static final long TERMS_A_DEATH_MAX = 6;

  @Test
  void threeServersLoseNothingWhenPrimaryAfterPrimaryIsKilled() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      long term = servers.term(servers.awaitPrimary());
      try (Writers writers = Writers.start(4, ROOM, servers.clientPorts())) {
        for (int round = 0; round < ROUNDS; round++) {
          writers.awaitMore(20);
          int primary = servers.awaitPrimary();
          servers.kill(primary);
          writers.awaitMore(20);
          servers.start(primary);
        }
        int primary = servers.awaitPrimary();
        writers.stop();
        assertTrue(
            servers.term(primary) - term <= ROUNDS * TERMS_A_DEATH_MAX,
            "terms went from " + term + " to " + servers.term(primary));
        writers.check(servers, servers.all());
        System.out.println("killed primaries of 3: longest gap " + writers.longestGapMs() + " ms");
        servers.passed();
      }
    }
  }

  @Test
  void fiveServersGoOnWithThreeAndTheDeadCatchUp() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(5)) {
      servers.startAll();
      servers.awaitPrimary();
      try (Writers writers = Writers.start(4, ROOM, servers.clientPorts())) {
        for (int round = 0; round < ROUNDS; round++) {
          int first = servers.awaitPrimary();
          servers.kill(first);
          writers.awaitMore(10);
          int second = servers.awaitPrimary(servers.allBut(first));
          servers.kill(second);
          writers.awaitMore(20);
          servers.start(first);
          servers.start(second);
        }
        writers.awaitMore(20);
        writers.stop();
        writers.check(servers, servers.all());
        System.out.println("killed two of 5: longest gap " + writers.longestGapMs() + " ms");
        servers.passed();
      }
    }
  }

  /// The primary goes on, and remembers how far the connections of the dead process were.
  @Test
  void aBackupThatWasKilledAndStartedAgainTakesWritesAsBefore() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      int backup = servers.allBut(primary).getFirst();
      writeThrough(servers, backup, "before");
      servers.kill(backup);
      servers.start(backup);
      servers.awaitPrimary();
      writeThrough(servers, backup, "after");
      servers.passed();
    }
  }

  private static void writeThrough(ServerProcesses servers, int number, String name)
      throws Exception {
    for (int connection = 0; connection < 3; connection++) {
      try (RawClient client = RawClient.connect(servers.clientPort(number))) {
        String username = name + connection;
        client.ok(
            "REGISTER", "{'username':'%s','password':'%s'}".formatted(username, Writer.PASSWORD));
        client.ok(
            "LOGIN", "{'username':'%s','password':'%s'}".formatted(username, Writer.PASSWORD));
        for (int i = 1; i <= 3; i++) {
          JsonNode ok = client.ok("SEND", "{'to':'@%s','text':'%d'}".formatted(username, i));
          assertEquals(i, ok.path("seq").asInt());
        }
      }
    }
  }

  private static void awaitBackup(ServerProcesses servers, int paused) throws Exception {
    ServerProcesses.await(
        "the paused primary steps down",
        () ->
            servers
                .hello(paused)
                .map(h -> h.path("role").asString().equals("BACKUP"))
                .orElse(false));
  }

  @Test
  void aPausedPrimaryIsReplacedAndWhenItWakesItServesNothingOld() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      int paused = servers.awaitPrimary();
      try (Writers writers = Writers.start(3, ROOM, servers.clientPorts());
          RawClient reader = RawClient.connect(servers.clientPort(paused))) {
        writers.awaitMore(20);
        reader.ok("LOGIN", "{'username':'writer0','password':'%s'}".formatted(Writer.PASSWORD));
        long before = servers.term(paused);
        servers.signal(paused, "STOP");
        int successor = servers.awaitPrimary(servers.allBut(paused));
        writers.awaitMore(20);
        // Nothing that could be waited for: whatever the sleeper may have trusted has run out.
        Thread.sleep(PAUSE_MS);
        long acknowledged = writers.lastSeq();
        // It lies in the sleeper's socket: the first thing that it reads when it wakes.
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          asked.add(
              reader.send(
                  "HISTORY", "{'conversation':'" + ROOM + "','limit':1}", "'read':'linearizable'"));
        }
        servers.signal(paused, "CONT");
        int answered = 0;
        for (String id : asked) {
          JsonNode reply = reader.reply(id);
          if (reply.path("type").asString().equals("OK")) {
            answered++;
            long seq = reply.path("payload").path("messages").get(0).path("seq").asLong();
            assertTrue(
                seq >= acknowledged, "a linearizable read gave " + seq + " after " + acknowledged);
          } else {
            assertTrue(reply.path("payload").path("retry").asBoolean(), reply::toString);
          }
        }
        awaitBackup(servers, paused);
        int after = servers.awaitPrimary();
        writers.awaitMore(20);
        writers.stop();
        writers.check(servers, servers.all());
        long terms = servers.term(after) - before;
        assertTrue(terms <= TERMS_A_DEATH_MAX, "the pause cost " + terms + " terms");
        System.out.println(
            "paused primary "
                + paused
                + ": "
                + successor
                + " followed, longest gap "
                + writers.longestGapMs()
                + " ms, "
                + terms
                + " terms, "
                + answered
                + " of 20 reads answered");
        servers.passed();
      }
    }
  }

  @Test
  void allServersKilledAtOnceLoseNothingAndAWipedOneIsRefused() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      servers.awaitPrimary();
      try (Writers writers = Writers.start(4, ROOM, servers.clientPorts())) {
        writers.awaitMore(30);
        for (int number : servers.all()) {
          servers.kill(number);
        }
        servers.startAll();
        writers.awaitMore(20);
        int primary = servers.awaitPrimary();
        int wiped = primary % 3 + 1;
        servers.kill(wiped);
        writers.awaitMore(10);
        remove(servers.directory(wiped));
        servers.start(wiped);
        assertEquals(4, servers.awaitExit(wiped));
        String log = servers.logText(wiped);
        String sentence = log.substring(log.lastIndexOf("this server ends"));
        assertTrue(sentence.contains("disk") || sentence.contains("data"), sentence);
        writers.awaitMore(10);
        // It gives no vote either: with the primary dead, the one that is left stays alone.
        int left = servers.allBut(primary, wiped).getFirst();
        writers.stop();
        servers.kill(primary);
        servers.start(wiped);
        int status = servers.awaitExitOrStay(wiped);
        assertTrue(status == 4 || status == ServerProcesses.STAYS, "exit status " + status);
        assertFalse(
            servers.hello(left).orElseThrow().path("role").asString().equals("PRIMARY"),
            "elected by a server that had lost its disk");
        servers.start(primary);
        servers.awaitPrimary(List.of(primary, left));
        writers.check(servers, List.of(primary, left));
        servers.passed();
      }
    }
  }

  @Test
  void anOrderlyEndUnderLoadFailsNoWriteForGood() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      servers.awaitPrimary();
      try (Writers writers = Writers.start(4, ROOM, servers.clientPorts())) {
        writers.awaitMore(30);
        int primary = servers.awaitPrimary();
        servers.signal(primary, "TERM");
        assertEquals(0, servers.awaitExit(primary), "the status of a server that was told to end");
        writers.awaitMore(30);
        servers.awaitPrimary(servers.allBut(primary));
        servers.start(primary);
        servers.awaitPrimary();
        writers.stop();
        writers.check(servers, servers.all());
        System.out.println("SIGTERM of the primary: longest gap " + writers.longestGapMs() + " ms");
        servers.passed();
      }
    }
  }

  static void remove(Path folder) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

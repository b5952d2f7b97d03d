package holdfast.cluster;

import static holdfast.protocol.RawClient.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What an operator does, with the commands as processes of their own: hand over, back up, check,
/// look inside, restore, recover, supervise.
final class OperatorsIT {
  private static final String ROOM = "#ledger";

  private static List<Writer> writers(ServerProcesses servers) throws InterruptedException {
    List<Writer> writers = new ArrayList<>();
    for (int number : servers.all()) {
      writers.add(Writer.start("writer" + number, ROOM, servers.clientPorts(), number - 1));
    }
    for (Writer writer : writers) {
      writer.awaitReady();
    }
    return writers;
  }

  private static void awaitMore(List<Writer> writers, int more) throws InterruptedException {
    for (Writer writer : writers) {
      writer.awaitMore(more);
    }
  }

  private static void stop(List<Writer> writers) throws InterruptedException {
    for (Writer writer : writers) {
      writer.stop();
    }
  }

  private static void deleteDirectory(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void theOfficeChangesHandsUnderLoadAndNoWriteFailsOrIsRepeated() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      List<Writer> writers = writers(servers);
      try {
        awaitMore(writers, 100);
        int repeatsBefore = writers.stream().mapToInt(Writer::repeats).sum();
        for (int hand = 0; hand < 4; hand++) {
          int target = primary % 3 + 1;
          Commands.ok(servers, "admin", "transfer", Integer.toString(target));
          assertEquals(target, servers.awaitPrimary());
          primary = target;
          awaitMore(writers, 50);
        }
        stop(writers);
        assertEquals(repeatsBefore, writers.stream().mapToInt(Writer::repeats).sum());
        System.out.println(
            "admin transfer under load, four times: longest gap of a writer "
                + writers.stream().mapToLong(Writer::longestGapMs).max().orElse(0)
                + " ms");
        Histories.check(servers, servers.all(), writers, ROOM);
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }

  @Test
  void aBackupMadeUnderLoadBeginsANewClusterThatNoStragglerJoins() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, ServerProcesses.CALM)) {
      servers.startAll();
      servers.awaitPrimary();
      List<Writer> writers = writers(servers);
      try {
        awaitMore(writers, 100);
        int before = writers.stream().mapToInt(writer -> writer.acknowledged().size()).sum();
        Commands.ok(servers, "admin", "backup", "--server", "3", "monday.backup");
        awaitMore(writers, 20);
        String dump = Commands.ok(servers, "admin", "dump", "--file", "monday.backup", "--json");
        long inBackup = dump.lines().filter(line -> line.contains("\"type\":\"message\"")).count();
        assertTrue(inBackup >= before, inBackup + " messages, " + before + " were acknowledged");
        stop(writers);
        String checked = Commands.ok(servers, "admin", "check");
        assertTrue(checked.endsWith("all is well\n"), checked);
        long inServer =
            Commands.ok(servers, "admin", "dump", "--server", "2", "--conversation", ROOM)
                .lines()
                .count();
        assertTrue(inServer >= inBackup, inServer + " on server 2, " + inBackup + " in the backup");

        assertEquals(3, Commands.run(servers, "restore", "monday.backup").status(), "servers run");
        servers.stopAll();
        assertEquals(
            4, Commands.run(servers, "restore", "monday.backup").status(), "data is in the way");
        Commands.ok(servers, "restore", "monday.backup", "--put-aside");
        // Server 3 stays a server of the old cluster.
        deleteDirectory(servers.directory(3));
        Files.move(putAside(servers, 3), servers.directory(3));
        servers.startAll();
        servers.awaitPrimary(List.of(1, 2));
        ServerProcesses.await(
            "server 3 is told that it belongs elsewhere",
            () -> servers.logText(3).contains("belongs to cluster"));
        for (int number : List.of(1, 2)) {
          assertEquals(inBackup, messages(servers, number));
        }
        assertNotEquals(inBackup, messages(servers, 3));
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }

  private static Path putAside(ServerProcesses servers, int number) throws IOException {
    try (Stream<Path> files = Files.list(servers.folder().resolve("data"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("server-" + number + ".old-"))
          .findFirst()
          .orElseThrow();
    }
  }

  /// Messages in a server's database file, running or not.
  private static long messages(ServerProcesses servers, int number) throws Exception {
    return Commands.ok(servers, "admin", "dump", "--server", Integer.toString(number), "--json")
        .lines()
        .filter(line -> line.contains("\"type\":\"message\""))
        .count();
  }

  @Test
  void aLostQuorumIsRecoveredFromTheMostAdvancedSurvivor() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(5, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      List<Writer> writers = writers(servers);
      try {
        awaitMore(writers, 30);
        int behind = primary % 5 + 1;
        servers.kill(behind);
        awaitMore(writers, 30);
        stop(writers);
        servers.stopAll();
        // Left are the primary and the one that was behind.
        List<String> left = new ArrayList<>(List.of("recover"));
        for (int number : servers.all()) {
          if (number == primary || number == behind) {
            left.add(servers.directory(number).toString());
          } else {
            deleteDirectory(servers.directory(number));
          }
        }
        Files.delete(servers.directory(behind).resolve("redo-1"));
        Commands.Said refused = Commands.run(servers, left.toArray(String[]::new));
        assertEquals(4, refused.status(), refused.text());
        assertTrue(refused.text().contains("--without-redo-log"), refused.text());
        left.add("--without-redo-log");
        Commands.Said asked = Commands.run(servers, left.toArray(String[]::new));
        assertEquals(1, asked.status(), asked.text());
        assertTrue(asked.text().contains("may be lost"), asked.text());
        assertTrue(asked.text().contains("without its redo log, counts as missing"), asked.text());
        left.add("--yes");
        String recovered = Commands.ok(servers, left.toArray(String[]::new));
        assertTrue(
            recovered
                .lines()
                .anyMatch(line ->
                    line.contains("taken") && line.startsWith(servers.directory(primary) + " ")),
            recovered);
        // Two of the new cluster begin empty, as on another machine.
        deleteDirectory(servers.directory(behind));
        deleteDirectory(servers.directory(primary));
        servers.startAll();
        servers.awaitPrimary();
        Histories.check(servers, servers.all(), writers, ROOM);
        try (RawClient client = RawClient.connect(servers.clientPort(primary))) {
          String credentials =
              json("{'username':'writer1','password':'%s'}".formatted(Writer.PASSWORD));
          client.patience(30_000);
          client.ok("LOGIN", credentials);
          client.ok("SEND", json("{'to':'%s','text':'on we go'}".formatted(ROOM)));
        }
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }

  @Test
  void aSupervisedServerThatIsKilledComesBackAndThePreferredOneIsPrimaryAgain() throws Exception {
    try (ServerProcesses servers =
        ServerProcesses.create(3, ServerProcesses.CALM, "primary.preference=lowest")) {
      Path log = servers.folder().resolve("supervise.log");
      Process supervisor =
          Commands.start(servers, "supervise").redirectOutput(log.toFile()).start();
      try {
        servers.awaitPrimary();
        ServerProcesses.await("the preferred server is primary", () -> servers.awaitPrimary() == 1);
        long pid = pid(servers, 1);
        assertEquals(0, Commands.run(servers, "health", "1").status());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        ServerProcesses.await("server 1 comes back", () -> pid(servers, 1) != pid);
        ServerProcesses.await(
            "server 1 is handed the office again", () -> servers.awaitPrimary() == 1);
      } finally {
        supervisor.destroy();
        assertTrue(supervisor.waitFor(ServerProcesses.PATIENCE_SECONDS, TimeUnit.SECONDS));
      }
      assertEquals(0, supervisor.exitValue());
      String said = Files.readString(log);
      assertTrue(said.contains("server 1 ended with exit status 137"), said);
      assertEquals(
          1, Commands.run(servers, "health", "1", "--live").status(), "all were told to end");
      for (int number : servers.all()) {
        assertFalse(Files.exists(servers.directory(number).resolve("pid")));
      }
      servers.passed();
    }
  }

  @Test
  void aServerWhoseDiskIsLostIsReplacedByAFreshOneWithoutAnybodyAwake() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, ServerProcesses.CALM)) {
      Path log = servers.folder().resolve("supervise.log");
      Process supervisor =
          Commands.start(servers, "supervise", "--replace-after", "10s")
              .redirectOutput(log.toFile())
              .start();
      try {
        servers.awaitPrimary();
        servers.awaitVoters(List.of(1, 2, 3), List.of(1, 2));
        long pid = pid(servers, 3);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        deleteDirectory(servers.directory(3));
        servers.awaitVoters(List.of(1, 2, 4), List.of(1, 2));
      } finally {
        supervisor.destroy();
        assertTrue(supervisor.waitFor(ServerProcesses.PATIENCE_SECONDS, TimeUnit.SECONDS));
      }
      String said = Files.readString(log);
      assertTrue(said.contains("server 3 stayed dead and is replaced by server 4"), said);
      servers.passed();
    }
  }

  private static long pid(ServerProcesses servers, int number) throws IOException {
    return Long.parseLong(
        Files.readAllLines(servers.directory(number).resolve("pid")).getFirst().strip());
  }
}

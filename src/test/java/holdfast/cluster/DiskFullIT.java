package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A server's disk fills up. Needs the right to mount a small tmpfs.
final class DiskFullIT {
  private static final String ROOM = "#ledger";

  /// Without room for a redo log, and with room for one.
  private static final String SMALL = "size=12m";

  private static final String LARGER = "size=256m";
  private static final int BALLAST_STEP_BYTES = 64 << 10;
  private static final String HERE = "{'conversation':'@alice','limit':1}";

  /// Writes that are not messages.
  private static final List<Asked> KINDS =
      List.of(
          new Asked("CREATE_ROOM", "{'room':'#one'}"),
          new Asked("REGISTER", credentials("bob")),
          new Asked("SET_PREFERENCE", "{'name':'a','value':'b'}"));

  private record Asked(String type, String payload) {}

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  private interface Story {
    void tell(ServerProcesses servers) throws Exception;
  }

  /// Gives each server a small disk of its own; without the right to do so there is no test.
  private static void onDisks(int count, String size, Story story) throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(count, ServerProcesses.CALM)) {
      boolean mounted = true;
      for (int number : servers.all()) {
        Files.createDirectories(servers.directory(number));
        mounted &= run("mount", "-t", "tmpfs", "-o", size, "holdfast-it", folder(servers, number));
      }
      try {
        if (mounted) {
          story.tell(servers);
        }
      } finally {
        servers.stopAll();
        for (int number : servers.all()) {
          run("umount", folder(servers, number));
        }
      }
      servers.passed();
      assumeTrue(mounted, "mounting a tmpfs is not allowed here");
    }
  }

  @Test
  void aFullDiskOfThePrimaryCostsItsOfficeAndNoMessage() throws Exception {
    onDisks(3, SMALL, DiskFullIT::assertRecovery);
  }

  /// It can take nothing, so the others must not count on it.
  @Test
  void aBackupWithAFullDiskCountsAsDownUntilThereIsRoom() throws Exception {
    onDisks(3, LARGER, DiskFullIT::assertCountsAsDown);
  }

  /// Of one server, which nobody can take the office from.
  @Test
  void writesGetDiskFullReadsGoOnAndOnceThereIsRoomEachWriteIsDoneOnce() throws Exception {
    onDisks(1, SMALL, DiskFullIT::assertRefusals);
  }

  private static String folder(ServerProcesses servers, int number) {
    return servers.directory(number).toString();
  }

  private static void assertRecovery(ServerProcesses servers) throws Exception {
    servers.startAll();
    int first = servers.awaitPrimary();
    // All at the one whose disk will fill.
    try (Writers writers =
        Writers.start(3, ROOM, servers.clientPorts(), List.of(servers.clientPort(first)))) {
      int full = servers.awaitPrimary();
      Path ballast = servers.directory(full).resolve("ballast");
      fill(ballast);
      // Whether it hands over, answers DISK_FULL or ends: the writers get their answers.
      writers.awaitMore(50);
      servers.awaitPrimary(servers.allBut(full));
      // It answers reads from what it has, and STATUS.
      servers.status(full);
      try (RawClient reader = RawClient.connect(servers.clientPort(full))) {
        reader.ok("LOGIN", credentials("writer0"));
        JsonNode page = reader.ok("HISTORY", "{'conversation':'%s','limit':1}".formatted(ROOM));
        assertEquals(1, page.path("messages").size(), page::toString);
      }
      Files.delete(ballast);
      assertTrue(servers.isAlive(full), "a server must outlive a full disk");
      writers.awaitMore(10);
      servers.awaitPrimary();
      writers.stop();
      writers.check(servers, servers.all());
      System.out.println("full disk: longest gap " + writers.longestGapMs() + " ms");
    }
  }

  private static void assertCountsAsDown(ServerProcesses servers) throws Exception {
    servers.startAll();
    int primary = servers.awaitPrimary();
    int full = primary % servers.all().size() + 1;
    assertTrue(Files.exists(servers.directory(full).resolve("redo-2")), "no redo log");
    List<Integer> port = List.of(servers.clientPort(primary));
    try (Writers writers = Writers.start(3, ROOM, servers.clientPorts(), port)) {
      awaitTolerated(servers, primary, 1);
      Path ballast = servers.directory(full).resolve("ballast");
      fill(ballast);
      awaitTolerated(servers, primary, 0);
      writers.awaitMore(50);
      Files.delete(ballast);
      assertTrue(servers.isAlive(full), "a server must outlive a full disk");
      awaitTolerated(servers, primary, 1);
      writers.awaitMore(10);
      writers.stop();
      writers.check(servers, servers.all());
    }
  }

  private static int tolerated(ServerProcesses servers, int number) throws IOException {
    return servers.status(number).path("failures_tolerated").asInt();
  }

  private static void awaitTolerated(ServerProcesses servers, int number, int failures)
      throws InterruptedException {
    ServerProcesses.await("tolerating " + failures, () -> tolerated(servers, number) == failures);
  }

  private static String credentials(String name) {
    return "{'username':'%s','password':'%s'}".formatted(name, Writer.PASSWORD);
  }

  /// How long the disk stays full is the server's own affair: a checkpoint may make room for some
  /// writes. And a write whose log entry is on disk gets its OK before it is applied: who made it
  /// reads on (BEHIND) once there is room, everybody else reads all the time.
  private static void assertRefusals(ServerProcesses servers) throws Exception {
    servers.startAll();
    int port = servers.clientPort(servers.awaitPrimary());
    Path ballast = servers.directory(1).resolve("ballast");
    try (RawClient writer = RawClient.connect(port);
        RawClient other = RawClient.connect(port);
        RawClient reader = RawClient.connect(port)) {
      writer.ok("REGISTER", credentials("alice"));
      for (RawClient client : List.of(writer, other, reader)) {
        client.ok("LOGIN", credentials("alice"));
      }
      AtomicInteger number = new AtomicInteger(1);
      assertEquals("OK", next(writer, number));
      fill(ballast);
      ServerProcesses.await("DISK_FULL", () -> next(writer, number).equals("DISK_FULL"));
      for (Asked kind : KINDS) {
        JsonNode reply = other.ask(kind.type(), kind.payload());
        if (reply.path("type").asString().equals("ERROR")) {
          RawClient.errorPayload("DISK_FULL", reply);
        }
        assertReads(reader);
      }
      Files.delete(ballast);
      assertTrue(servers.isAlive(1), "a server must outlive a full disk");
      ServerProcesses.await("room again", () -> next(writer, number).equals("OK"));
      assertEquals("OK", next(writer, number));
      JsonNode page = writer.ok("HISTORY", HERE);
      assertEquals(
          number.get() - 1, page.path("messages").path(0).path("seq").asInt(), page::toString);
      other.ok("CREATE_ROOM", "{'room':'#later'}");
    }
  }

  /// What becomes of the next message: OK, after which comes another one; DISK_FULL; or TIMEOUT of
  /// the one that meets the full disk, which may be done yet; its repeat is not.
  private static String next(RawClient writer, AtomicInteger number) throws IOException {
    String code = write(writer, number.get());
    assertTrue(List.of("OK", "TIMEOUT", "DISK_FULL").contains(code), code);
    if (code.equals("OK")) {
      number.incrementAndGet();
    }
    return code;
  }

  /// OK, or an ERROR's code.
  private static String write(RawClient client, int number) throws IOException {
    String payload = "{'to':'@alice','text':'%d %s'}".formatted(number, "x".repeat(4_000));
    JsonNode reply = client.ask("SEND", payload, "'request_id':'%d'".formatted(number));
    client.forgetEvents();
    return reply.path("type").asString().equals("OK")
        ? "OK"
        : reply.path("payload").path("code").asString();
  }

  private static void assertReads(RawClient client) throws IOException {
    client.ok("HISTORY", HERE);
    assertEquals(1, client.ok("CONVERSATIONS", "{}").path("conversations").size());
    client.ok("SEARCH", "{'query':'x'}");
    client.ok("USERS", "{}");
    client.ok("STATUS", "{}");
    client.ok("LOGIN", credentials("alice"));
    client.error("BAD_CREDENTIALS", "LOGIN", credentials("nobody-at-all"));
    client.forgetEvents();
  }

  /// Until not one byte more goes in.
  private static void fill(Path ballast) throws Exception {
    try (var out = Files.newOutputStream(ballast)) {
      int step = BALLAST_STEP_BYTES;
      while (step > 0) {
        try {
          out.write(new byte[step]);
        } catch (IOException e) {
          step /= 2;
        }
      }
    }
  }
}

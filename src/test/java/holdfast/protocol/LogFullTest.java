package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.Asking.Ask;
import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// No more may be logged: a member is away whose log may have to be held against all of it
/// (DESIGN.md, Compaction). What that means to clients, at the primary and through a backup.
/// `DiskFullIT` has the same of a disk.
final class LogFullTest {
  private static final int LONG_MESSAGES_MAX = 200;
  private static final int WAITS_MAX = 30;
  private static final String LONG_TEXT = "\ud83d\ude00".repeat(8_000);

  @TempDir private static Path folder;
  private static TestServers servers;
  private static DeathWorld world;
  private static Person alice;
  private static int away;
  private static final Map<Door, Integer> numbers = new EnumMap<>(Door.class);

  @BeforeAll
  static void fillTheLog() throws Exception {
    servers = TestServers.start(folder, 3, "survivor.takeover=1h", "log.keep=1MiB");
    alice = servers.person("alice");
    world = DeathWorld.make(servers);
    for (Door door : Door.values()) {
      numbers.put(door, servers.number(door));
    }
    away = 6 - numbers.get(Door.PRIMARY) - numbers.get(Door.BACKUP);
    servers.server(away).close();
    try (RawClient client = servers.as(alice, numbers.get(Door.PRIMARY))) {
      while (isVoter(client, away)) {
        client.ok("SEND", say("x"));
      }
      String code = "";
      for (int i = 0; code.isEmpty(); i++) {
        assertTrue(i < LONG_MESSAGES_MAX, "the log takes whatever comes");
        code = client.ask("SEND", say(LONG_TEXT)).path("payload").path("code").asString("");
        client.forgetEvents();
      }
      assertEquals("DISK_FULL", code);
    }
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static boolean isVoter(RawClient client, int number) throws IOException {
    JsonNode rows = client.ok("STATUS", "{}").path("servers");
    return rows.path(number - 1).path("voter").asBoolean();
  }

  private static String say(String text) {
    return "{'to':'@%s','text':'%s'}".formatted(alice.name(), text);
  }

  private static Map<String, String> each(List<Ask> asks, String code) {
    Map<String, String> codes = new LinkedHashMap<>();
    asks.forEach(ask -> codes.put(ask.name(), code));
    return codes;
  }

  @Test
  void everyWriteIsRefusedReadsGoOnAndOnceTheMemberIsBackTheRepeatsAreDone() throws Exception {
    List<Ask> writes = world.writes();
    for (Door door : Door.values()) {
      Map<String, JsonNode> refused = Asking.firstReplies(servers, numbers.get(door), writes);
      assertEquals(each(writes, "DISK_FULL"), Asking.codes(refused), door::name);
      assertEquals(
          each(reads(), "OK"),
          Asking.codes(Asking.firstReplies(servers, numbers.get(door), reads())),
          door::name);
      assertOrderHolds(door);
    }
    servers.restart(away);
    awaitRoom();
    for (Door door : Door.values()) {
      try (RawClient client = servers.as(alice, numbers.get(door))) {
        client.ok("SEND", say("at last"), "'request_id':'refused %s'".formatted(door));
      }
    }
    Map<String, JsonNode> done =
        Asking.lastReplies(servers, numbers.get(Door.BACKUP), world.writes());
    assertEquals(each(writes, "OK"), Asking.codes(done));
  }

  private static List<Ask> reads() {
    String talk = "{'conversation':'%s'}".formatted(world.talk());
    String linearizable = "'read':'linearizable'";
    return List.of(
        Ask.ofNobody("LOGIN", TestServers.credentials(alice.name()), ""),
        Ask.ofNobody("EXISTS", "{'username':'nobody-at-all'}", ""),
        Ask.of(world.owner(), "HISTORY", talk),
        Ask.of(world.owner(), "HISTORY", talk, linearizable),
        Ask.of(world.owner(), "CONVERSATIONS", "{}", linearizable),
        Ask.of(world.owner(), "SEARCH", "{'query':'word'}", linearizable),
        Ask.of(world.owner(), "TYPING", talk));
  }

  /// What is refused is not overtaken by what came behind it.
  private static void assertOrderHolds(Door door) throws IOException {
    try (RawClient client = servers.as(alice, numbers.get(door))) {
      String id = "'request_id':'refused %s'".formatted(door);
      client.error("DISK_FULL", "SEND", say("at last"), id);
      client.error("BUSY", "SEND", say("x"), "'request_id':'behind %s'".formatted(door));
      client.error("DISK_FULL", "SEND", say("at last"), id);
    }
  }

  private static void awaitRoom() throws IOException {
    try (RawClient client = servers.as(alice, numbers.get(Door.PRIMARY))) {
      JsonNode reply = client.ask("SEND", say("x"));
      for (int i = 0; !reply.path("type").asString().equals("OK"); i++) {
        RawClient.errorPayload("DISK_FULL", reply);
        assertTrue(i < WAITS_MAX, "it stays full though everybody is there");
        // Two seconds for what is yet to come.
        client.error("BEHIND", "ROOMS", "{}", "'min_index':'i1.zzzzz'");
        reply = client.ask("SEND", say("x"));
      }
    }
  }
}

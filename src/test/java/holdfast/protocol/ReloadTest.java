package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.operate.NewCluster;
import holdfast.operate.Recovery;
import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import holdfast.replication.ServerId;
import holdfast.server.Server;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Who cannot resume: what they missed cannot be told, and they are told that.
final class ReloadTest {
  private static final int OWN_CHANGES_MAX = 10_000;
  private static final int BATCH = 500;

  /// Three times the longest election timeout, which is the least.
  private static final String TAKEOVER = "survivor.takeover=4500ms";

  @TempDir private Path folder;

  /// How far one server has told its clients.
  ///
  /// @param cursor of the last event
  /// @param index of what caused it
  private record Place(String cursor, String index) {}

  /// Says something to herself there.
  private static Place say(TestServers servers, Person alice, int number) throws IOException {
    try (RawClient client = servers.as(alice, number)) {
      JsonNode sent = client.ok("SEND", "{'to':'@%s','text':'x'}".formatted(alice.name()));
      JsonNode event = client.event("MESSAGE");
      return new Place(event.path("cursor").asString(), sent.path("index").asString());
    }
  }

  /// Server `number` knows of a timeline that took the place's: one begins anew there.
  private static void assertLost(TestServers servers, Person alice, int number, Place place)
      throws IOException {
    try (RawClient client = servers.client(number)) {
      JsonNode login = client.ok("LOGIN", withCursor(alice, place.cursor()));
      assertTrue(login.path("reset").asBoolean(), login::toString);
      // Pushes begin here and now.
      Place fresh = say(servers, alice, number);
      assertEquals(fresh.cursor(), client.event("MESSAGE").path("cursor").asString());
      JsonNode synced = client.ok("SYNC", "{'cursor':'%s'}".formatted(place.cursor()));
      assertReset(synced);
      // Whatever was done there is lost, or was done here, too: nobody waits for it for long.
      client.ok("ROOMS", "{}", "'min_index':'%s'".formatted(place.index()));
      assertGoesOn(servers, alice, number, new Place(login.path("cursor").asString(), ""));
    }
  }

  private static void assertReset(JsonNode synced) {
    assertTrue(synced.path("reset").asBoolean(), synced::toString);
    assertFalse(synced.path("more").asBoolean(), synced::toString);
    assertFalse(synced.path("cursor").isString(), synced::toString);
  }

  /// What was said since comes first, then what is said now.
  private static void assertGoesOn(TestServers servers, Person alice, int number, Place place)
      throws IOException {
    Place now = say(servers, alice, number);
    try (RawClient client = servers.client(number)) {
      JsonNode login = client.ok("LOGIN", withCursor(alice, place.cursor()));
      assertFalse(login.path("reset").asBoolean(), login::toString);
      JsonNode event = client.event("MESSAGE");
      while (!event.path("cursor").asString().equals(now.cursor())) {
        event = client.event("MESSAGE");
      }
    }
    try (RawClient client = servers.as(alice, number)) {
      JsonNode synced = client.ok("SYNC", "{'cursor':'%s'}".formatted(place.cursor()));
      assertFalse(synced.path("reset").asBoolean(), synced::toString);
      assertTrue(synced.path("cursor").isString(), synced::toString);
    }
  }

  private static String withCursor(Person person, String cursor) {
    return "{'token':'%s','cursor':'%s'}".formatted(person.token(), cursor);
  }

  /// A read waits for a primary, for up to three seconds.
  private static void awaitAPrimary(TestServers servers, Person alice, int number)
      throws IOException {
    try (RawClient client = servers.client(number)) {
      client.ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
      JsonNode reply = client.ask("ROOMS", "{}", "'read':'linearizable'");
      while (!reply.path("type").asString().equals("OK")) {
        reply = client.ask("ROOMS", "{}", "'read':'linearizable'");
      }
    }
  }

  /// A server that takes over the state of another, of a later timeline, begins anew with it.
  private static void awaitTakenIn(TestServers servers, int number) throws Exception {
    servers.restart(number);
    assertEquals(Server.RESTART, servers.server(number).awaitExit());
    servers.server(number).stop();
    servers.restart(number);
  }

  @Test
  void inAClusterBegunAnewFromWhatWasLeftEveryCursorFromBeforeGivesResetAtEachServer()
      throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      Person alice = servers.person("alice");
      Place before = say(servers, alice, servers.primary());
      ServerConfig config = servers.config();
      Path left = config.directory(new ServerId(servers.primary()));
      servers.endAll();
      Recovery.look(List.of(left), false).begin(config, NewCluster.here(config), Instant.now());
      for (int number = 1; number <= servers.size(); number++) {
        servers.restart(number);
      }
      servers.awaitPrimary();
      Person again = new Person(alice.name(), signIn(servers, alice));
      Place after = say(servers, again, servers.backup());
      for (Door door : Door.values()) {
        assertLost(servers, again, servers.number(door), before);
        assertGoesOn(servers, again, servers.number(door), after);
      }
    }
  }

  /// Tokens of the cluster before are worth nothing.
  private static String signIn(TestServers servers, Person person) throws IOException {
    try (RawClient client = servers.client(Door.BACKUP)) {
      client.error("BAD_CREDENTIALS", "LOGIN", "{'token':'%s'}".formatted(person.token()));
      JsonNode login = client.ok("LOGIN", TestServers.credentials(person.name()));
      return login.path("token").asString();
    }
  }

  /// Two go on alone one after the other, and the second has heard nothing of the first. Of such
  /// timelines the one whose founder has the greater number stays.
  @Test
  void whoWentOnInATimelineThatIsLostBeginsAnewAndWhoDidNotGoesOn() throws Exception {
    try (TestServers servers =
        TestServers.start(folder, 3, TAKEOVER, "election.timeout=1s-1500ms")) {
      Person alice = servers.person("alice");
      int primary = servers.primary();
      int backup = servers.backup();
      int first = Math.min(primary, backup);
      int second = Math.max(primary, backup);
      int third = 6 - first - second;
      Place before = say(servers, alice, first);
      servers.server(third).close();
      awaitTwoVoters(servers, alice, primary);
      servers.server(second).close();
      awaitAPrimary(servers, alice, first);
      assertGoesOn(servers, alice, first, before);
      Place there = say(servers, alice, first);
      servers.server(first).close();
      servers.restart(second);
      awaitAPrimary(servers, alice, second);
      assertLost(servers, alice, second, there);
      assertGoesOn(servers, alice, second, before);
      awaitTakenIn(servers, third);
      awaitAPrimary(servers, alice, third);
      assertEquals(second, servers.primary());
      assertLost(servers, alice, third, there);
      assertGoesOn(servers, alice, third, before);
    }
  }

  /// Each knows that the other does.
  private static void awaitTwoVoters(TestServers servers, Person alice, int primary)
      throws IOException {
    try (RawClient client = servers.as(alice, primary)) {
      long tolerated = -1;
      while (tolerated != 1) {
        client.ok("SEND", "{'to':'@%s','text':'x'}".formatted(alice.name()));
        JsonNode status = client.ok("STATUS", "{}");
        tolerated =
            status.path("quorum").asInt() == 2 && votersOf(status) == 2
                ? status.path("failures_tolerated").asInt()
                : -1;
      }
    }
  }

  private static int votersOf(JsonNode status) {
    int voters = 0;
    for (JsonNode row : status.path("servers").values()) {
      voters += row.path("voter").asBoolean() ? 1 : 0;
    }
    return voters;
  }

  @Test
  void whoCameAndWentTooOftenSinceIsToldAtEachServer() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      Person alice = servers.person("alice");
      String room = "{'room':'#%s'}".formatted(TestServers.freshName("revolving"));
      String cursor;
      try (RawClient owner = servers.as(servers.person("owner"), Door.PRIMARY);
          RawClient client = servers.client(Door.PRIMARY)) {
        owner.ok("CREATE_ROOM", room);
        JsonNode login = client.ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
        cursor = login.path("cursor").asString();
        for (int made = 0; made <= OWN_CHANGES_MAX; made += BATCH) {
          comeAndGo(client, room);
          owner.ok("PING", "{}");
          owner.forgetEvents();
        }
      }
      for (Door door : Door.values()) {
        try (RawClient client = servers.as(alice, door)) {
          assertReset(client.ok("SYNC", "{'cursor':'%s'}".formatted(cursor)));
          client.ok("LOGIN", withCursor(alice, cursor));
          RawClient.errorPayload("INTERNAL", client.push());
          client.ended();
        }
      }
    }
  }

  private static void comeAndGo(RawClient client, String room) throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      ids.add(client.send(i % 2 == 0 ? "JOIN_ROOM" : "LEAVE_ROOM", room));
    }
    for (String id : ids) {
      RawClient.okPayload(client.reply(id));
    }
    client.forgetEvents();
  }
}

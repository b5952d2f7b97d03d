package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Invitations, kicks, roles and topics, at a primary and through a backup.
final class RoomRolesTest {
  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person alice;
  private static Person bob;
  private static Person carol;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
    alice = servers.person("alice");
    bob = servers.person("bob");
    carol = servers.person("carol");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String room(String name) {
    return "{'room':'" + name + "'}";
  }

  private static String fresh() {
    return "#" + TestServers.freshName("room");
  }

  private static String about(String room, Person who) {
    return "{'room':'%s','username':'%s'}".formatted(room, who.name());
  }

  private static String role(String room, Person who, String role) {
    return "{'room':'%s','username':'%s','role':'%s'}".formatted(room, who.name(), role);
  }

  private static String topic(String room, String topic) {
    return "{'room':'%s','topic':'%s'}".formatted(room, topic);
  }

  private static JsonNode assertChange(
      RawClient client, String room, String change, Person who, Person by) throws IOException {
    JsonNode event = client.event("ROOM");
    assertEquals(room, event.path("room").asString(), event::toString);
    assertEquals(change, event.path("change").asString(), event::toString);
    assertEquals(who.name(), event.path("username").asString(), event::toString);
    assertEquals(by.name(), event.path("by").asString(), event::toString);
    assertEquals(change.equals("role"), event.has("role"), event::toString);
    assertEquals(change.equals("topic"), event.has("topic"), event::toString);
    return event;
  }

  private static Map<String, String> roles(RawClient client, String name) throws IOException {
    Map<String, String> roles = new TreeMap<>();
    client
        .ok("MEMBERS", room(name))
        .path("members")
        .forEach(m -> roles.put(m.path("username").asString(), m.path("role").asString()));
    return roles;
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aPrivateRoomOpensToWhoIsInvited(Door door) throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, 1);
        RawClient b2 = servers.as(bob, 2)) {
      a.ok("CREATE_ROOM", "{'room':'%s','private':true}".formatted(name));
      assertChange(a, name, "created", alice, alice);
      b.error("FORBIDDEN", "JOIN_ROOM", room(name));
      a.ok("INVITE", about(name, bob));
      for (RawClient told : List.of(a, b, b2)) {
        assertChange(told, name, "invited", bob, alice);
      }
      a.ok("INVITE", about(name, bob));
      JsonNode listed = b.ok("ROOMS", "{'pattern':'" + name + "'}").path("rooms").get(0);
      assertTrue(listed.path("invited").asBoolean());
      assertFalse(listed.path("member").asBoolean());
      b.error("NOT_A_MEMBER", "MEMBERS", room(name));
      b.error("NOT_A_MEMBER", "HISTORY", "{'conversation':'" + name + "'}");
      b.ok("JOIN_ROOM", room(name));
      for (RawClient told : List.of(a, b, b2)) {
        assertChange(told, name, "joined", bob, bob);
      }
      JsonNode own = b.ok("ROOMS", "{'pattern':'" + name + "'}").path("rooms").get(0);
      assertFalse(own.has("invited"));
      b.error("FORBIDDEN", "INVITE", about(name, carol));
      a.error("NO_SUCH_USER", "INVITE", "{'room':'%s','username':'nobody-x'}".formatted(name));
      a.error("NO_SUCH_ROOM", "INVITE", about("#nowhere-at-all", carol));
      // Taken back before it was used.
      a.ok("INVITE", about(name, carol));
      a.ok("KICK", about(name, carol));
      try (RawClient c = servers.as(carol, door)) {
        c.error("FORBIDDEN", "JOIN_ROOM", room(name));
        c.error("NOT_A_MEMBER", "INVITE", about(name, carol));
        c.error("NOT_A_MEMBER", "SET_TOPIC", topic(name, "x"));
        c.error("NOT_A_MEMBER", "KICK", about(name, bob));
        c.error("NOT_A_MEMBER", "SET_ROLE", role(name, bob, "owner"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whoIsKickedIsOutFromTheNextRequestOn(Door door) throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, 2)) {
      a.ok("CREATE_ROOM", room(name));
      b.ok("JOIN_ROOM", room(name));
      b.event("ROOM");
      a.error("NOT_A_MEMBER", "KICK", about(name, carol));
      b.error("FORBIDDEN", "KICK", about(name, alice));
      a.error("FORBIDDEN", "KICK", about(name, alice));
      a.ok("KICK", about(name, bob));
      assertChange(b, name, "kicked", bob, alice);
      b.error("NOT_A_MEMBER", "SEND", "{'to':'%s','text':'?'}".formatted(name));
      a.ok("SEND", "{'to':'%s','text':'he is gone'}".formatted(name));
      // Nothing of the room reaches him any more: the next event is of something else.
      b.ok("SEND", "{'to':'@%s','text':'why?'}".formatted(alice.name()));
      assertEquals("why?", b.event("MESSAGE").path("text").asString());
      // A public room is open to anybody.
      b.ok("JOIN_ROOM", room(name));
      assertEquals(Map.of(alice.name(), "owner", bob.name(), "member"), roles(b, name));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void rolesAndTopicsAreForThoseWhoMay(Door door) throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, 1)) {
      a.ok("CREATE_ROOM", room(name));
      a.event("ROOM");
      b.ok("JOIN_ROOM", room(name));
      a.event("ROOM");
      b.event("ROOM");
      b.error("FORBIDDEN", "SET_TOPIC", topic(name, "mine"));
      b.error("FORBIDDEN", "SET_ROLE", role(name, bob, "owner"));
      b.error("FORBIDDEN", "INVITE", about(name, carol));
      a.error("BAD_REQUEST", "SET_ROLE", role(name, bob, "king"));
      a.error("BAD_REQUEST", "SET_TOPIC", topic(name, "x".repeat(513)));
      a.error("BAD_REQUEST", "SET_TOPIC", room(name));
      a.ok("SET_ROLE", role(name, bob, "moderator"));
      for (RawClient told : List.of(a, b)) {
        JsonNode event = assertChange(told, name, "role", bob, alice);
        assertEquals("moderator", event.path("role").asString());
      }
      a.ok("SET_ROLE", role(name, bob, "moderator"));
      b.ok("SET_TOPIC", topic(name, "ours"));
      for (RawClient told : List.of(a, b)) {
        assertEquals("ours", assertChange(told, name, "topic", bob, bob).path("topic").asString());
      }
      b.ok("SET_TOPIC", topic(name, "ours"));
      assertEquals(
          "ours",
          a.ok("ROOMS", "{'pattern':'" + name + "'}")
              .path("rooms")
              .get(0)
              .path("topic")
              .asString());
      b.error("FORBIDDEN", "SET_ROLE", role(name, bob, "owner"));
      a.error("NOT_A_MEMBER", "SET_ROLE", role(name, carol, "owner"));
      // The last owner steps down: the moderator follows.
      a.ok("SET_ROLE", role(name, alice, "member"));
      for (RawClient told : List.of(a, b)) {
        assertEquals(
            "member", assertChange(told, name, "role", alice, alice).path("role").asString());
        assertEquals("owner", assertChange(told, name, "role", bob, alice).path("role").asString());
      }
      assertEquals(Map.of(alice.name(), "member", bob.name(), "owner"), roles(a, name));
      a.ok("LEAVE_ROOM", room(name));
      b.error("FORBIDDEN", "SET_ROLE", role(name, bob, "member"));
    }
  }

  @Test
  void whoWasAwayIsToldOfInvitationsKicksRolesAndTopics() throws IOException {
    String open = fresh();
    String closed = fresh();
    try (RawClient a = servers.as(alice, 1)) {
      a.ok("CREATE_ROOM", room(open));
      a.ok("CREATE_ROOM", "{'room':'%s','private':true}".formatted(closed));
      String cursor;
      try (RawClient b = servers.as(bob, 2)) {
        b.ok("JOIN_ROOM", room(open));
        cursor = b.event("ROOM").path("cursor").asString();
      }
      a.ok("SET_TOPIC", topic(open, "while you were out"));
      a.ok("SET_ROLE", role(open, bob, "moderator"));
      a.ok("SET_TOPIC", topic(closed, "not for you"));
      a.ok("INVITE", about(closed, bob));
      a.ok("SET_TOPIC", topic(closed, "nor this"));
      String last = a.ok("KICK", about(open, bob)).path("index").asString();
      a.ok("SET_TOPIC", topic(open, "nor that"));
      for (int number = 1; number <= servers.size(); number++) {
        try (RawClient b = servers.client(number)) {
          String login = "{'token':'%s','cursor':'%s'}".formatted(bob.token(), cursor);
          b.ok("LOGIN", login, "'min_index':'%s'".formatted(last));
          List<String> changes = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            JsonNode event = b.event("ROOM");
            changes.add(event.path("room").asString() + " " + event.path("change").asString());
          }
          assertEquals(
              List.of(open + " topic", open + " role", closed + " invited", open + " kicked"),
              changes);
          b.ok("SEND", "{'to':'@%s','text':'mark'}".formatted(bob.name()));
          assertEquals("mark", lastOf(b).path("text").asString());
        }
      }
    }
  }

  /// The next message, which no event of a room may come before. The notes of the turns before come
  /// first.
  private static JsonNode lastOf(RawClient client) throws IOException {
    return client.event("MESSAGE");
  }

  @Test
  void everyRequestAboutRoomsIsDoneOnce() throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, Door.BACKUP);
        RawClient b = servers.as(bob, 1)) {
      a.ok("CREATE_ROOM", "{'room':'%s','private':true}".formatted(name));
      String first = a.ok("INVITE", about(name, bob), "'request_id':'i1'").path("index").asString();
      b.event("ROOM");
      b.ok("JOIN_ROOM", room(name));
      a.ok("KICK", about(name, bob), "'request_id':'k1'");
      assertEquals(
          first, a.ok("INVITE", about(name, bob), "'request_id':'i1'").path("index").asString());
      b.error("FORBIDDEN", "JOIN_ROOM", room(name));
      a.error("BAD_REQUEST", "KICK", about(name, carol), "'request_id':'k1'");
      a.ok("SET_TOPIC", topic(name, "one"), "'request_id':'t1'");
      a.ok("SET_TOPIC", topic(name, "two"), "'request_id':'t2'");
      a.ok("SET_TOPIC", topic(name, "one"), "'request_id':'t1'");
      assertEquals(
          "two",
          a.ok("ROOMS", "{'pattern':'" + name + "'}")
              .path("rooms")
              .get(0)
              .path("topic")
              .asString());
    }
  }
}

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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Rooms, from their creation to their end, at a primary and through a backup.
final class RoomsTest {
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

  private static String say(String room, String text) {
    return "{'to':'%s','text':'%s'}".formatted(room, text);
  }

  private static void assertRoomEvent(
      JsonNode event, String room, String change, Person who, Person by) {
    assertEquals(room, event.path("room").asString(), event::toString);
    assertEquals(change, event.path("change").asString(), event::toString);
    assertEquals(who.name(), event.path("username").asString(), event::toString);
    assertEquals(by.name(), event.path("by").asString(), event::toString);
    assertTrue(event.path("cursor").isString(), event::toString);
  }

  private static Map<String, String> roles(RawClient client, String name) throws IOException {
    Map<String, String> roles = new TreeMap<>();
    JsonNode page = client.ok("MEMBERS", room(name));
    assertEquals("false", page.path("more").toString());
    page.path("members")
        .forEach(m -> roles.put(m.path("username").asString(), m.path("role").asString()));
    return roles;
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aRoomFromItsCreationToItsEnd(Door door) throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, door)) {
      assertTrue(
          a.ok(
                  "CREATE_ROOM",
                  "{'room':'%s','topic':'a\\tb\\nc'}".formatted(name.toUpperCase(Locale.ROOT)))
              .path("index")
              .isString());
      assertRoomEvent(a.event("ROOM"), name, "created", alice, alice);
      a.error("ROOM_EXISTS", "CREATE_ROOM", room(name));
      b.error("ROOM_EXISTS", "CREATE_ROOM", room(name));
      a.ok("SEND", say(name, "before"));
      assertEquals(name, a.event("MESSAGE").path("conversation").asString());
      b.error("NOT_A_MEMBER", "LEAVE_ROOM", room(name));
      b.ok("JOIN_ROOM", room(name));
      assertRoomEvent(a.event("ROOM"), name, "joined", bob, bob);
      assertRoomEvent(b.event("ROOM"), name, "joined", bob, bob);
      // Twice: OK, and nobody hears of it.
      b.ok("JOIN_ROOM", room(name));
      assertEquals(Map.of(alice.name(), "owner", bob.name(), "member"), roles(b, name));
      JsonNode history = b.ok("HISTORY", "{'conversation':'" + name + "'}");
      assertEquals("before", history.path("messages").get(0).path("text").asString());
      JsonNode listed = b.ok("CONVERSATIONS", "{'limit':1}").path("conversations").get(0);
      assertEquals(name, listed.path("conversation").asString());
      assertEquals(0, listed.path("unread").asInt());
      assertEquals(1, listed.path("read_seq").asInt());
      assertEquals(2, b.ok("SEND", say(name, "after")).path("seq").asInt());
      assertEquals("after", a.event("MESSAGE").path("text").asString());
      assertEquals("after", b.event("MESSAGE").path("text").asString());
      a.ok("LEAVE_ROOM", room(name));
      assertRoomEvent(b.event("ROOM"), name, "left", alice, alice);
      assertRoomEvent(a.event("ROOM"), name, "left", alice, alice);
      a.error("NOT_A_MEMBER", "SEND", say(name, "x"));
      a.error("NOT_A_MEMBER", "HISTORY", "{'conversation':'" + name + "'}");
      a.error("NOT_A_MEMBER", "LEAVE_ROOM", room(name));
      assertRoomEvent(b.event("ROOM"), name, "role", bob, alice);
      assertEquals(Map.of(bob.name(), "owner"), roles(b, name));
      b.ok("LEAVE_ROOM", room(name));
      assertEquals("left", b.event("ROOM").path("change").asString());
      assertEquals("closed", b.event("ROOM").path("change").asString());
      b.error("NO_SUCH_ROOM", "JOIN_ROOM", room(name));
      b.error("NO_SUCH_ROOM", "LEAVE_ROOM", room(name));
      b.error("NO_SUCH_ROOM", "SEND", say(name, "x"));
      b.error("NO_SUCH_ROOM", "HISTORY", "{'conversation':'" + name + "'}");
      b.error("NO_SUCH_ROOM", "MEMBERS", room(name));
      // Its name is free, for a new history.
      b.ok("CREATE_ROOM", room(name));
      assertEquals(1, b.ok("SEND", say(name, "new")).path("seq").asInt());
      JsonNode anew = b.ok("HISTORY", "{'conversation':'" + name + "'}");
      assertEquals(1, anew.path("messages").size());
      a.error("NOT_A_MEMBER", "HISTORY", "{'conversation':'" + name + "'}");
    }
  }

  @Test
  void theLongestStandingMemberFollowsTheLastOwner() throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, 1);
        RawClient b = servers.as(bob, 2);
        RawClient c = servers.as(carol, 3)) {
      c.ok("CREATE_ROOM", room(name));
      b.ok("JOIN_ROOM", room(name));
      a.ok("JOIN_ROOM", room(name));
      c.ok("LEAVE_ROOM", room(name));
      assertEquals(Map.of(alice.name(), "member", bob.name(), "owner"), roles(c, name));
      // Who comes back has stood for the shortest time.
      c.ok("JOIN_ROOM", room(name));
      b.ok("LEAVE_ROOM", room(name));
      assertEquals(Map.of(alice.name(), "owner", carol.name(), "member"), roles(b, name));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aPrivateRoomIsForItsMembersOnly(Door door) throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, door)) {
      a.ok("CREATE_ROOM", "{'room':'%s','topic':'secret','private':true}".formatted(name));
      b.error("FORBIDDEN", "JOIN_ROOM", room(name));
      b.error("NOT_A_MEMBER", "HISTORY", "{'conversation':'" + name + "'}");
      b.error("NOT_A_MEMBER", "SEND", say(name, "x"));
      b.error("NOT_A_MEMBER", "LEAVE_ROOM", room(name));
      b.error("NOT_A_MEMBER", "MEMBERS", room(name));
      b.error("ROOM_EXISTS", "CREATE_ROOM", room(name));
      assertEquals(0, b.ok("ROOMS", "{'pattern':'" + name + "'}").path("rooms").size());
      JsonNode own = a.ok("ROOMS", "{'pattern':'" + name + "'}").path("rooms").get(0);
      assertEquals("true", own.path("private").toString());
      assertEquals("secret", own.path("topic").asString());
      assertEquals(Map.of(alice.name(), "owner"), roles(a, name));
      // Joining where one is already is no knocking at a door.
      a.ok("JOIN_ROOM", room(name));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void roomsAndMembersAreListedInTheOrderOfTheirNamesPageByPage(Door door) throws IOException {
    String stem = fresh();
    List<String> made = new ArrayList<>();
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, door);
        RawClient c = servers.as(carol, door)) {
      for (String tail : List.of("c", "a", "b")) {
        made.add(stem + tail);
        a.ok("CREATE_ROOM", room(stem + tail));
      }
      made.sort(null);
      b.ok("JOIN_ROOM", room(made.get(0)));
      c.ok("JOIN_ROOM", room(made.get(0)));
      // Alice's and carol's writes came by other connections: the last of them confirms them all.
      JsonNode page =
          b.ok("ROOMS", "{'pattern':'%s*','limit':2}".formatted(stem), "'read':'linearizable'");
      assertTrue(page.path("more").asBoolean());
      JsonNode first = page.path("rooms").get(0);
      assertEquals(made.get(0), first.path("room").asString());
      assertEquals(3, first.path("members").asInt());
      assertEquals("true", first.path("member").toString());
      assertEquals("false", first.path("private").toString());
      assertEquals("false", page.path("rooms").get(1).path("member").toString());
      JsonNode rest = b.ok("ROOMS", "{'pattern':'%s*','after':'%s'}".formatted(stem, made.get(1)));
      assertFalse(rest.path("more").asBoolean());
      assertEquals(1, rest.path("rooms").size());
      assertEquals(made.get(2), rest.path("rooms").get(0).path("room").asString());
      // The # of a pattern may be left out.
      assertEquals(
          3, b.ok("ROOMS", "{'pattern':'%s*'}".formatted(stem.substring(1))).path("rooms").size());
      List<String> names = new ArrayList<>(List.of(alice.name(), bob.name(), carol.name()));
      names.sort(null);
      JsonNode two = b.ok("MEMBERS", "{'room':'%s','limit':2}".formatted(made.get(0)));
      assertTrue(two.path("more").asBoolean());
      assertEquals(names.get(1), two.path("members").get(1).path("username").asString());
      JsonNode third =
          b.ok("MEMBERS", "{'room':'%s','after':'%s'}".formatted(made.get(0), names.get(1)));
      assertEquals(1, third.path("members").size());
      assertEquals(names.get(2), third.path("members").get(0).path("username").asString());
      assertTrue(third.path("members").get(0).path("online").isBoolean());
    }
  }

  @Test
  void aTopicHasUpTo512Characters() throws IOException {
    try (RawClient a = servers.as(alice, 1)) {
      String topic = "\ud83d\ude00".repeat(512);
      String name = fresh();
      a.ok("CREATE_ROOM", "{'room':'%s','topic':'%s'}".formatted(name, topic));
      assertEquals(
          topic,
          a.ok("ROOMS", "{'pattern':'%s'}".formatted(name))
              .path("rooms")
              .get(0)
              .path("topic")
              .asString());
      a.error(
          "BAD_REQUEST", "CREATE_ROOM", "{'room':'%s','topic':'%sx'}".formatted(fresh(), topic));
      a.error("BAD_REQUEST", "CREATE_ROOM", "{'room':'%s','topic':'\\u0007'}".formatted(fresh()));
    }
  }

  @Test
  void onlyTheReaderHearsOfReadingInARoom() throws IOException {
    String name = fresh();
    try (RawClient a = servers.as(alice, 1);
        RawClient b = servers.as(bob, 2);
        RawClient b2 = servers.as(bob, 3)) {
      a.ok("CREATE_ROOM", room(name));
      a.event("ROOM");
      b.ok("JOIN_ROOM", room(name));
      a.ok("SEND", say(name, "one"));
      a.event("ROOM");
      a.event("MESSAGE");
      b.event("ROOM");
      b.event("MESSAGE");
      b2.event("ROOM");
      b2.event("MESSAGE");
      b.ok("MARK_READ", "{'conversation':'%s','seq':1}".formatted(name));
      for (RawClient own : List.of(b, b2)) {
        JsonNode read = own.event("READ");
        assertEquals(name, read.path("conversation").asString());
        assertEquals(bob.name(), read.path("username").asString());
        assertEquals(1, read.path("seq").asInt());
      }
      b.ok("SEND", say(name, "two"));
      assertEquals("two", a.event("MESSAGE").path("text").asString());
    }
  }
}

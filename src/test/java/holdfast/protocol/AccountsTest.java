package holdfast.protocol;

import static holdfast.protocol.TestServers.PASSWORD;
import static holdfast.protocol.TestServers.credentials;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// What accounts can do beyond signing in, at a primary and through a backup.
final class AccountsTest {
  private static final String OTHER = "battery staple";

  @TempDir private static Path folder;
  private static TestServers servers;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String username(String name) {
    return "{'username':'" + name + "'}";
  }

  private static String passwords(String old, String next) {
    return "{'old':'%s','new':'%s'}".formatted(old, next);
  }

  private static String say(Person to, String text) {
    return "{'to':'@%s','text':'%s'}".formatted(to.name(), text);
  }

  private static String with(Person other) {
    return "{'conversation':'@" + other.name() + "'}";
  }

  // ---- EXISTS

  @ParameterizedTest
  @EnumSource(Door.class)
  void whetherANameIsTakenIsToldWithoutLogin(Door door) throws IOException {
    Person alice = servers.person("exists");
    try (RawClient client = servers.client(door)) {
      assertTrue(client.ok("EXISTS", username(alice.name())).path("exists").asBoolean());
      JsonNode none = client.ok("EXISTS", username("nobody-at-all"), "'read':'linearizable'");
      assertEquals("false", none.path("exists").toString());
      client.error("BAD_REQUEST", "EXISTS", "{'username':'#x'}");
      client.error("BAD_REQUEST", "EXISTS", "{}");
    }
  }

  @Test
  void askingForManyNamesIsSlowedDown() throws IOException {
    try (RawClient client = servers.client(1)) {
      String lastId = "";
      for (int i = 0; i < 40; i++) {
        lastId = client.send("EXISTS", username("somebody"));
      }
      JsonNode refused = RawClient.errorPayload("RATE_LIMITED", client.reply(lastId));
      assertTrue(refused.path("retry_after_ms").asLong() > 0, refused::toString);
      // Nothing else is.
      client.ok("HELLO", "{}");
    }
  }

  // ---- what is stored of a password

  @Test
  void noServersDatabaseHasThePassword() throws Exception {
    Person alice = servers.person("stored");
    Set<String> stored = new HashSet<>();
    for (int number = 1; number <= servers.size(); number++) {
      try (RawClient client = servers.as(alice, number)) {
        client.ok("PREFERENCES", "{}", "'read':'linearizable'");
      }
      Path database = folder.resolve("data/server-" + number + "/holdfast.db");
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
          PreparedStatement query =
              connection.prepareStatement("SELECT * FROM account WHERE username = ?")) {
        query.setString(1, alice.name());
        ResultSet row = query.executeQuery();
        assertTrue(row.next(), "server " + number + " has no such account");
        stored.add(row.getString("password_hash"));
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
          assertFalse(String.valueOf(row.getString(column)).contains(PASSWORD));
        }
      }
    }
    // Made once: every server has the same, with the same salt.
    assertEquals(1, stored.size());
    assertTrue(stored.iterator().next().startsWith("$argon2id$"));
  }

  // ---- SET_PASSWORD

  @ParameterizedTest
  @EnumSource(Door.class)
  void anotherPasswordEndsAllOtherLogins(Door door) throws IOException {
    Person alice = servers.person("pw");
    try (RawClient a = servers.as(alice, door);
        RawClient here = servers.as(alice, door);
        RawClient there = servers.as(alice, 3);
        RawClient stranger = servers.client(2)) {
      JsonNode set = a.ok("SET_PASSWORD", passwords(PASSWORD, OTHER));
      assertTrue(set.path("index").isString(), set::toString);
      for (RawClient other : new RawClient[] {here, there}) {
        RawClient.errorPayload("NOT_LOGGED_IN", other.push());
        other.error("NOT_LOGGED_IN", "USERS", "{}");
        other.ok("PING", "{}");
      }
      // The connection that asked stays, and its token is in the reply.
      a.ok("USERS", "{}");
      // LOGIN is a read of that server's own copy, which may not have it yet.
      String since = "'min_index':'%s'".formatted(set.path("index").asString());
      stranger.error("BAD_CREDENTIALS", "LOGIN", "{'token':'%s'}".formatted(alice.token()), since);
      stranger.error("BAD_CREDENTIALS", "LOGIN", credentials(alice.name()), since);
      stranger.ok("LOGIN", "{'token':'%s'}".formatted(set.path("token").asString()));
      String fresh = "{'username':'%s','password':'%s'}".formatted(alice.name(), OTHER);
      stranger.ok("LOGIN", fresh);
      a.ok("SEND", say(alice, "note"));
      assertEquals("note", a.event("MESSAGE").path("text").asString());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aRepeatedChangeOfPasswordIsOneChange(Door door) throws IOException {
    Person alice = servers.person("again");
    try (RawClient a = servers.as(alice, door)) {
      JsonNode first = a.ok("SET_PASSWORD", passwords(PASSWORD, OTHER), "'request_id':'p1'");
      JsonNode again = a.ok("SET_PASSWORD", passwords(PASSWORD, OTHER), "'request_id':'p1'");
      assertEquals(first.path("index"), again.path("index"));
      try (RawClient elsewhere = servers.client(2)) {
        elsewhere.ok("LOGIN", "{'token':'%s'}".formatted(first.path("token").asString()));
        JsonNode third =
            elsewhere.ok("SET_PASSWORD", passwords(PASSWORD, OTHER), "'request_id':'p1'");
        assertEquals(first.path("index"), third.path("index"));
        elsewhere.ok("LOGIN", "{'token':'%s'}".formatted(third.path("token").asString()));
      }
      a.ok("PREFERENCES", "{}");
      // With every server's word for it, too.
      JsonNode all =
          a.ok("SET_PASSWORD", passwords(OTHER, PASSWORD), "'request_id':'p2'", "'ack':'all'");
      assertTrue(all.path("acked").asInt() >= 2, all::toString);
      a.ok("PREFERENCES", "{}");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void theOldPasswordMustFit(Door door) throws IOException {
    Person alice = servers.person("guess");
    try (RawClient a = servers.as(alice, door)) {
      a.error("BAD_CREDENTIALS", "SET_PASSWORD", passwords("not this one", OTHER));
      a.error("BAD_REQUEST", "SET_PASSWORD", passwords(PASSWORD, "short"));
      a.error("BAD_REQUEST", "SET_PASSWORD", "{'old':'x'}");
      for (int i = 0; i < 4; i++) {
        a.error("BAD_CREDENTIALS", "DELETE_ACCOUNT", "{'password':'not this one'}");
      }
      // It is guessed no faster than at LOGIN.
      a.error("RATE_LIMITED", "SET_PASSWORD", passwords(PASSWORD, OTHER));
      a.ok("PREFERENCES", "{}");
    }
    try (RawClient nobody = servers.client(door)) {
      nobody.error("NOT_LOGGED_IN", "SET_PASSWORD", passwords(PASSWORD, OTHER));
      nobody.error("NOT_LOGGED_IN", "DELETE_ACCOUNT", "{'password':'x'}");
    }
  }

  @Test
  void whatIsSentBehindAChangeOfPasswordFindsItDone() throws IOException {
    Person alice = servers.person("behind");
    try (RawClient a = servers.as(alice, Door.BACKUP)) {
      String set = a.send("SET_PASSWORD", passwords(PASSWORD, OTHER));
      String login =
          a.send("LOGIN", "{'username':'%s','password':'%s'}".formatted(alice.name(), OTHER));
      RawClient.okPayload(a.reply(set));
      RawClient.okPayload(a.reply(login));
    }
  }

  // ---- DELETE_ACCOUNT

  @ParameterizedTest
  @EnumSource(Door.class)
  void aDeletedAccountLeavesWhatItSaid(Door door) throws IOException {
    Person alice = servers.person("gone");
    Person bob = servers.person("stays");
    String room = "#" + TestServers.freshName("left");
    try (RawClient a = servers.as(alice, door);
        RawClient here = servers.as(alice, 2);
        RawClient b = servers.as(bob, door)) {
      a.ok("CREATE_ROOM", "{'room':'%s'}".formatted(room));
      b.ok("JOIN_ROOM", "{'room':'%s'}".formatted(room));
      b.event("ROOM");
      a.ok("SEND", say(bob, "remember me"));
      b.event("MESSAGE");
      b.ok("SEND", say(alice, "I will"));
      b.event("MESSAGE");
      assertTrue(a.ok("DELETE_ACCOUNT", "{'password':'%s'}".formatted(PASSWORD)).has("index"));
      a.error("NOT_LOGGED_IN", "USERS", "{}");
      a.error("BAD_CREDENTIALS", "LOGIN", credentials(alice.name()));
      a.error("BAD_CREDENTIALS", "LOGIN", "{'token':'%s'}".formatted(alice.token()));
      a.error("USERNAME_TAKEN", "REGISTER", credentials(alice.name()));
      assertTrue(a.ok("EXISTS", username(alice.name())).path("exists").asBoolean());
      JsonNode last = here.push();
      while (last.path("type").asString().equals("MESSAGE")
          || last.path("type").asString().equals("ROOM")) {
        last = here.push();
      }
      RawClient.errorPayload("NOT_LOGGED_IN", last);
      JsonNode left = b.event("ROOM");
      assertEquals("left", left.path("change").asString());
      assertEquals(alice.name(), left.path("username").asString());
      JsonNode follows = b.event("ROOM");
      assertEquals("role", follows.path("change").asString());
      assertEquals("owner", follows.path("role").asString());
      assertEquals(bob.name(), follows.path("username").asString());
      JsonNode history = b.ok("HISTORY", with(alice)).path("messages");
      assertEquals("remember me", history.get(0).path("text").asString());
      assertTrue(history.get(0).path("sender_deleted").asBoolean());
      assertFalse(history.get(1).has("sender_deleted"));
      JsonNode listed = b.ok("CONVERSATIONS", "{}").path("conversations").get(0);
      assertEquals("@" + alice.name(), listed.path("conversation").asString());
      b.ok("MARK_READ", "{'conversation':'@%s','seq':2}".formatted(alice.name()));
      b.error("NO_SUCH_USER", "SEND", say(alice, "?"));
      b.error("NO_SUCH_USER", "BLOCK", username(alice.name()));
      b.error(
          "NO_SUCH_USER", "INVITE", "{'room':'%s','username':'%s'}".formatted(room, alice.name()));
      assertEquals(
          0, b.ok("USERS", "{'pattern':'%s'}".formatted(alice.name())).path("users").size());
    }
  }

  // ---- preferences

  @ParameterizedTest
  @EnumSource(Door.class)
  void preferencesAreKeptForTheAccount(Door door) throws IOException {
    Person alice = servers.person("prefs");
    try (RawClient a = servers.as(alice, door)) {
      assertEquals(0, a.ok("PREFERENCES", "{}").path("preferences").size());
      a.ok("SET_PREFERENCE", "{'name':'mute.#den','value':'yes'}");
      a.ok("SET_PREFERENCE", "{'name':'page','value':'20'}");
      a.ok("SET_PREFERENCE", "{'name':'page','value':'30'}");
      a.ok("SET_PREFERENCE", "{'name':'empty','value':''}");
      a.ok("SET_PREFERENCE", "{'name':'none'}");
      JsonNode all = a.ok("PREFERENCES", "{}").path("preferences");
      assertEquals("{\"empty\":\"\",\"mute.#den\":\"yes\",\"page\":\"30\"}", all.toString());
      a.ok("SET_PREFERENCE", "{'name':'page','value':null}");
      try (RawClient elsewhere = servers.as(alice, 3)) {
        JsonNode there = elsewhere.ok("PREFERENCES", "{}").path("preferences");
        assertEquals("{\"empty\":\"\",\"mute.#den\":\"yes\"}", there.toString());
      }
      a.error("BAD_REQUEST", "SET_PREFERENCE", "{'name':'No','value':'x'}");
      a.error("BAD_REQUEST", "SET_PREFERENCE", "{'name':'','value':'x'}");
      a.error(
          "BAD_REQUEST", "SET_PREFERENCE", "{'name':'%s','value':''}".formatted("n".repeat(65)));
      a.error(
          "BAD_REQUEST", "SET_PREFERENCE", "{'name':'n','value':'%s'}".formatted("v".repeat(257)));
    }
  }

  @Test
  void allPreferencesFitIntoOneReply() throws IOException {
    Person alice = servers.person("full");
    String value = "\ud83d\ude00".repeat(256);
    try (RawClient a = servers.as(alice, 1)) {
      String lastId = "";
      for (int i = 0; i < 100; i++) {
        String name = "%064d".formatted(i);
        lastId = a.send("SET_PREFERENCE", "{'name':'%s','value':'%s'}".formatted(name, value));
      }
      RawClient.okPayload(a.reply(lastId));
      a.error("LIMIT", "SET_PREFERENCE", "{'name':'one-more','value':'x'}");
      JsonNode all = a.ok("PREFERENCES", "{}").path("preferences");
      assertEquals(100, all.size());
      assertEquals(value, all.path("%064d".formatted(99)).asString());
    }
  }

  // ---- blocks

  @ParameterizedTest
  @EnumSource(Door.class)
  void whoIsBlockedIsRefusedFromTheNextMessageOn(Door door) throws IOException {
    Person alice = servers.person("loud");
    Person bob = servers.person("calm");
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, 1)) {
      a.ok("SEND", say(bob, "one"));
      b.event("MESSAGE");
      b.ok("BLOCK", username(alice.name()));
      b.ok("BLOCK", username(alice.name()));
      a.error("BLOCKED", "SEND", say(bob, "two"));
      b.ok("SEND", say(alice, "the other way is open"));
      JsonNode user =
          b.ok("USERS", "{'pattern':'%s'}".formatted(alice.name())).path("users").get(0);
      assertTrue(user.path("blocked").asBoolean());
      JsonNode seen = a.ok("USERS", "{'pattern':'%s'}".formatted(bob.name())).path("users").get(0);
      assertFalse(seen.has("blocked"), "who is blocked does not learn it here");
      b.ok("UNBLOCK", username(alice.name()));
      b.ok("UNBLOCK", username(alice.name()));
      assertEquals(3, a.ok("SEND", say(bob, "three")).path("seq").asInt());
      b.error("NO_SUCH_USER", "BLOCK", username("nobody-at-all"));
      b.error("NO_SUCH_USER", "UNBLOCK", username("nobody-at-all"));
      b.error("BAD_REQUEST", "BLOCK", username(bob.name()));
    }
  }

  // ---- presence

  @Test
  void whoTalksWithSomebodyHearsOfTheirComingAndGoing() throws IOException {
    // Has never been online, so that coming is news.
    String alice = TestServers.freshName("comes");
    Person bob = servers.person("waits");
    Person carol = servers.person("does-not-know-alice");
    try (RawClient b = servers.as(bob, 1);
        RawClient c = servers.as(carol, 1)) {
      b.ok("REGISTER", credentials(alice));
      b.ok("SEND", "{'to':'@%s','text':'call me'}".formatted(alice));
      b.event("MESSAGE");
      try (RawClient a = servers.client(2)) {
        a.ok("LOGIN", credentials(alice));
        assertPresence(alice, true, b);
      }
      assertPresence(alice, false, b);
      c.ok("PING", "{}");
      assertFalse(c.hasPresence(), "who does not know alice hears nothing of her");
    }
  }

  private static void assertPresence(String who, boolean online, RawClient client)
      throws IOException {
    JsonNode event = client.presence();
    assertEquals(who, event.path("username").asString());
    assertEquals(online, event.path("online").asBoolean());
  }
}

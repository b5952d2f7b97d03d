package holdfast.protocol;

import static holdfast.protocol.TestServers.PASSWORD;
import static holdfast.protocol.TestServers.credentials;
import static holdfast.protocol.TestServers.freshName;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// HELLO, STATUS, REGISTER, LOGIN and LOGOUT, at a primary and through a backup.
final class SignInTest {
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

  private static Set<String> names(JsonNode object) {
    return new TreeSet<>(object.propertyNames());
  }

  // ---- HELLO and STATUS

  @ParameterizedTest
  @EnumSource(Door.class)
  void helloSaysWhoIsThereAndWhoIsPrimary(Door door) throws IOException {
    int number = servers.number(door);
    try (RawClient client = servers.client(number)) {
      client.ok("PING", "{}");
      JsonNode hello = client.ok("HELLO", "{'client':'test/1'}");
      assertEquals(1, hello.path("protocol").asInt());
      assertTrue(hello.path("cluster").isString(), hello::toString);
      assertEquals("\"" + number + "\"", hello.path("server_id").toString());
      assertEquals(door.name(), hello.path("role").asString());
      assertTrue(hello.path("term").isIntegralNumber(), hello::toString);
      assertEquals("\"" + servers.primary() + "\"", hello.path("primary").toString());
      assertEquals("false", hello.path("solo").toString());
      assertEquals(3, hello.path("servers").size());
      for (JsonNode server : hello.path("servers")) {
        assertEquals(Set.of("server_id", "host", "client_port"), names(server));
        int id = Integer.parseInt(server.path("server_id").asString());
        assertEquals(servers.port(id), server.path("client_port").asInt());
      }
      // A second one is as good as the first.
      assertEquals(hello.path("servers"), client.ok("HELLO", "{}").path("servers"));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void statusHasARowForEveryServerWithEveryField(Door door) throws IOException {
    try (RawClient client = servers.client(door)) {
      JsonNode status = client.ok("STATUS", "{}");
      Set<String> fields =
          Set.of("servers", "primary", "term", "quorum", "failures_tolerated", "solo");
      assertTrue(names(status).containsAll(fields), status::toString);
      assertEquals(2, status.path("quorum").asInt());
      assertTrue(status.path("why").isNull() || status.path("why").isMissingNode());
      assertEquals(3, status.path("servers").size());
      int primaries = 0;
      for (JsonNode row : status.path("servers")) {
        assertEquals(
            new TreeSet<>(
                List.of(
                    "server_id",
                    "host",
                    "client_port",
                    "peer_port",
                    "role",
                    "term",
                    "up",
                    "last_index",
                    "commit_index",
                    "applied_index",
                    "voter",
                    "lag_ms",
                    "clients",
                    "version",
                    "up_since",
                    "disk_used",
                    "disk_free")),
            names(row));
        assertTrue(row.path("server_id").isString() && row.path("up").isBoolean());
        assertTrue(row.path("voter").asBoolean(), row::toString);
        primaries += row.path("role").asString().equals("PRIMARY") ? 1 : 0;
      }
      assertEquals(1, primaries, status::toString);
    }
  }

  // ---- REGISTER

  @ParameterizedTest
  @EnumSource(Door.class)
  void registerMakesAnAccountAndDoesNotLogIn(Door door) throws IOException {
    String name = freshName("reg");
    try (RawClient client = servers.client(door)) {
      assertEquals(name, client.ok("REGISTER", credentials(name)).path("username").asString());
      client.error("NOT_LOGGED_IN", "CONVERSATIONS", "{}");
      client.error("USERNAME_TAKEN", "REGISTER", credentials(name));
      String shouted = name.toUpperCase(java.util.Locale.ROOT);
      client.error("USERNAME_TAKEN", "REGISTER", credentials(shouted));
      assertEquals(name, client.ok("LOGIN", credentials(shouted)).path("username").asString());
    }
  }

  @Test
  void upperCaseIsFoldedAtRegister() throws IOException {
    try (RawClient client = servers.client(1)) {
      assertEquals(
          "folded_me.x-1",
          client.ok("REGISTER", credentials("Folded_ME.x-1")).path("username").asString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "''",
        "'_a'",
        "'.a'",
        "'-a'",
        "'a b'",
        "'\u00e4'",
        "'a\u00e4'",
        "'@a'",
        "'#a'",
        "'a/b'",
        "'a\\u0000'",
        "'\u212a'",
        "'\u0131'",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        "7",
        "true",
        "[]",
        "null",
        "'a\\n'"
      })
  void aNameThatNoAccountCanHaveIsABadRequest(String name) throws IOException {
    try (RawClient client = servers.client(1)) {
      JsonNode error =
          client.error(
              "BAD_REQUEST", "REGISTER", "{'username':" + name + ",'password':'12345678'}");
      assertTrue(error.path("message").asString().contains("username"), error::toString);
    }
  }

  @Test
  void aPasswordHasEightTo256CharactersOfAnyKind() throws IOException {
    String grin = "\ud83d\ude00";
    try (RawClient client = servers.client(1)) {
      for (String bad : List.of("1234567", "x".repeat(257), grin.repeat(7), "")) {
        JsonNode error =
            client.error(
                "BAD_REQUEST",
                "REGISTER",
                "{'username':'%s','password':'%s'}".formatted(freshName("pw"), bad));
        assertTrue(error.path("message").asString().contains("password"), error::toString);
      }
      for (String good :
          List.of(grin.repeat(256), "        ", "\\u0000\\n\\t '1234".replace("'", "\\u0027"))) {
        String both = "{'username':'%s','password':'%s'}".formatted(freshName("pw"), good);
        client.ok("REGISTER", both);
        client.ok("LOGIN", both);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aRepeatedRegisterIsOkOnlyIfItsPasswordFits(Door door) throws IOException {
    String name = freshName("again");
    try (RawClient client = servers.client(door)) {
      JsonNode first = client.ok("REGISTER", credentials(name), "'request_id':'r1'");
      assertEquals(first, client.ok("REGISTER", credentials(name), "'request_id':'r1'"));
      try (RawClient other = servers.client(servers.backup())) {
        assertEquals(first, other.ok("REGISTER", credentials(name), "'request_id':'r1'"));
      }
      client.error(
          "USERNAME_TAKEN",
          "REGISTER",
          "{'username':'%s','password':'not the same'}".formatted(name),
          "'request_id':'r1'");
      client.error("USERNAME_TAKEN", "REGISTER", credentials(name), "'request_id':'r2'");
    }
  }

  @Test
  void ofManyWhoRegisterTheSameNameAtOnceOneGetsIt() throws Exception {
    String name = freshName("race");
    int oks = 0;
    try (RawClient one = servers.client(1);
        RawClient two = servers.client(2);
        RawClient three = servers.client(3)) {
      List<RawClient> clients = List.of(one, two, three);
      for (RawClient client : clients) {
        client.frame(RawClient.request("REGISTER", "x", credentials(name)));
      }
      for (RawClient client : clients) {
        JsonNode reply = client.reply("x");
        if (reply.path("type").asString().equals("OK")) {
          oks++;
        } else {
          RawClient.errorPayload("USERNAME_TAKEN", reply);
        }
      }
    }
    assertEquals(1, oks);
  }

  // ---- LOGIN

  @ParameterizedTest
  @EnumSource(Door.class)
  void loginByPasswordAndByItsTokenOnEveryServer(Door door) throws IOException {
    String name = freshName("log");
    String token;
    try (RawClient client = servers.client(door)) {
      client.ok("REGISTER", credentials(name));
      JsonNode login = client.ok("LOGIN", credentials(name));
      assertEquals(
          Set.of("username", "token", "cursor", "unread", "last_seen", "reset"), names(login));
      assertEquals(name, login.path("username").asString());
      assertEquals(0, login.path("unread").path("messages").asInt(-1));
      assertEquals(0, login.path("unread").path("conversations").asInt(-1));
      assertEquals("false", login.path("reset").toString());
      token = login.path("token").asString();
    }
    for (int number = 1; number <= 3; number++) {
      try (RawClient client = servers.client(number)) {
        JsonNode login = client.ok("LOGIN", "{'token':'%s'}".formatted(token));
        assertEquals(name, login.path("username").asString());
        assertTrue(login.path("token").isString());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void badCredentialsSayNoMore(Door door) throws IOException {
    Person person = servers.person("secretive");
    try (RawClient client = servers.client(door)) {
      String wrong = "{'username':'%s','password':'wrong horse'}";
      JsonNode ofSomebody =
          client.error("BAD_CREDENTIALS", "LOGIN", wrong.formatted(person.name()));
      JsonNode ofNobody =
          client.error("BAD_CREDENTIALS", "LOGIN", wrong.formatted(freshName("nobody")));
      assertEquals(ofSomebody, ofNobody);
      for (String token :
          List.of("x", "h1.", "h1.AAAA", person.token() + "A", person.token().substring(1))) {
        client.error("BAD_CREDENTIALS", "LOGIN", "{'token':'%s'}".formatted(token));
      }
      // Any bit of it.
      for (int place : List.of(5, 12, 20, person.token().length() - 3)) {
        char other = person.token().charAt(place) == 'A' ? 'B' : 'A';
        String forged =
            person.token().substring(0, place) + other + person.token().substring(place + 1);
        client.error("BAD_CREDENTIALS", "LOGIN", "{'token':'%s'}".formatted(forged));
      }
    }
  }

  @Test
  void aPasswordIsComparedExactly() throws IOException {
    Person person = servers.person("exact");
    try (RawClient client = servers.client(1)) {
      for (String wrong :
          List.of(PASSWORD + " ", PASSWORD.toUpperCase(java.util.Locale.ROOT), "x")) {
        client.error(
            "BAD_CREDENTIALS",
            "LOGIN",
            "{'username':'%s','password':'%s'}".formatted(person.name(), wrong));
      }
    }
  }

  @Test
  void aFailedLoginChangesNothingAndASecondOneReplacesTheFirst() throws IOException {
    Person alice = servers.person("first");
    Person bob = servers.person("second");
    try (RawClient client = servers.as(alice, 2);
        RawClient writer = servers.as(bob, 3)) {
      client.error("BAD_CREDENTIALS", "LOGIN", "{'token':'h1.no'}");
      assertEquals(
          "@" + alice.name(),
          client
              .ok("SEND", "{'to':'@%s','text':'me'}".formatted(alice.name()))
              .path("conversation")
              .asString());
      assertEquals("me", client.event("MESSAGE").path("text").asString());
      client.ok("LOGIN", "{'token':'%s'}".formatted(bob.token()));
      writer.ok("SEND", "{'to':'@%s','text':'to alice'}".formatted(alice.name()));
      // Bob's own view of it, and nothing for alice.
      JsonNode event = client.event("MESSAGE");
      assertEquals("@" + alice.name(), event.path("conversation").asString());
      try (RawClient other = servers.as(alice, 1)) {
        other.ok("SEND", "{'to':'@%s','text':'alone'}".formatted(alice.name()));
      }
      writer.ok("SEND", "{'to':'@%s','text':'myself'}".formatted(bob.name()));
      assertEquals("myself", client.event("MESSAGE").path("text").asString());
    }
  }

  @Test
  void failuresAreSlowedDownForThatNameOnly() throws IOException {
    Person person = servers.person("guessed");
    Person other = servers.person("unguessed");
    try (RawClient client = servers.client(2)) {
      String wrong = "{'username':'%s','password':'wrong horse'}".formatted(person.name());
      JsonNode last = client.ask("LOGIN", wrong);
      for (int i = 0; i < 20 && !last.toString().contains("RATE_LIMITED"); i++) {
        RawClient.errorPayload("BAD_CREDENTIALS", last);
        last = client.ask("LOGIN", wrong);
      }
      JsonNode limited = RawClient.errorPayload("RATE_LIMITED", last);
      assertTrue(limited.path("retry_after_ms").asLong() > 0, limited::toString);
      client.ok("LOGIN", credentials(other.name()));
      // Who holds a token is not kept out by those who guess.
      client.ok("LOGIN", "{'token':'%s'}".formatted(person.token()));
    }
  }

  @Test
  void requestsSentBehindRegisterAndLoginFindThemDone() throws IOException {
    String name = freshName("eager");
    try (RawClient client = servers.client(Door.BACKUP)) {
      String register = client.send("REGISTER", credentials(name));
      String login = client.send("LOGIN", credentials(name));
      String first = client.send("SEND", "{'to':'@%s','text':'1'}".formatted(name));
      String second = client.send("SEND", "{'to':'@%s','text':'2'}".formatted(name));
      String history = client.send("HISTORY", "{'conversation':'@%s'}".formatted(name));
      String logout = client.send("LOGOUT", "{}");
      String late = client.send("SEND", "{'to':'@%s','text':'3'}".formatted(name));
      RawClient.okPayload(client.reply(register));
      RawClient.okPayload(client.reply(login));
      assertEquals(1, RawClient.okPayload(client.reply(first)).path("seq").asInt());
      assertEquals(2, RawClient.okPayload(client.reply(second)).path("seq").asInt());
      assertEquals(2, RawClient.okPayload(client.reply(history)).path("messages").size());
      RawClient.okPayload(client.reply(logout));
      RawClient.errorPayload("NOT_LOGGED_IN", client.reply(late));
    }
  }

  // ---- LOGOUT

  /// Or a LOGIN of somebody else behind it would be ended by it.
  @ParameterizedTest
  @EnumSource(Door.class)
  void requestsSentBehindALogoutOfAllFindItDone(Door door) throws IOException {
    Person person = servers.person("leaves");
    Person next = servers.person("comes");
    try (RawClient client = servers.as(person, door)) {
      String logout = client.send("LOGOUT", "{'all':true}");
      String late = client.send("SEND", "{'to':'@%s','text':'late'}".formatted(person.name()));
      String history = client.send("HISTORY", "{'conversation':'@%s'}".formatted(person.name()));
      String login = client.send("LOGIN", "{'token':'%s'}".formatted(next.token()));
      String send = client.send("SEND", "{'to':'@%s','text':'mine'}".formatted(next.name()));
      RawClient.okPayload(client.reply(logout));
      RawClient.errorPayload("NOT_LOGGED_IN", client.reply(late));
      RawClient.errorPayload("NOT_LOGGED_IN", client.reply(history));
      RawClient.okPayload(client.reply(login));
      RawClient.okPayload(client.reply(send));
      client.ok("SEND", "{'to':'@%s','text':'still mine'}".formatted(next.name()));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void logoutEndsThisConnectionsLoginOnly(Door door) throws IOException {
    Person person = servers.person("leaver");
    try (RawClient client = servers.as(person, door);
        RawClient other = servers.as(person, door)) {
      JsonNode payload = client.ok("LOGOUT", "{}");
      assertTrue(payload.path("index").isNull() || payload.path("index").isMissingNode());
      client.error("NOT_LOGGED_IN", "LOGOUT", "{}");
      other.ok("SEND", "{'to':'@%s','text':'still here'}".formatted(person.name()));
      other.event("MESSAGE");
      client.ok("PING", "{}");
      client.ok("LOGIN", "{'token':'%s'}".formatted(person.token()));
      other.ok("SEND", "{'to':'@%s','text':'again'}".formatted(person.name()));
      // What was said while logged out is not pushed.
      assertEquals("again", client.event("MESSAGE").path("text").asString());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void logoutOfAllVoidsEveryTokenEverywhereAndConnectionsStayOpen(Door door) throws IOException {
    Person person = servers.person("everywhere");
    try (RawClient client = servers.as(person, door);
        RawClient one = servers.as(person, 1);
        RawClient two = servers.as(person, 2);
        RawClient three = servers.as(person, 3)) {
      JsonNode payload = client.ok("LOGOUT", "{'all':true}");
      String index = payload.path("index").asString();
      assertFalse(index.isEmpty(), payload::toString);
      for (RawClient other : List.of(one, two, three)) {
        JsonNode told = other.push();
        RawClient.errorPayload("NOT_LOGGED_IN", told);
        assertFalse(told.has("id"), told::toString);
        other.error("NOT_LOGGED_IN", "CONVERSATIONS", "{}");
        other.error(
            "BAD_CREDENTIALS",
            "LOGIN",
            "{'token':'%s'}".formatted(person.token()),
            "'min_index':'%s'".formatted(index));
      }
      client.error("NOT_LOGGED_IN", "CONVERSATIONS", "{}");
      String token = one.ok("LOGIN", credentials(person.name())).path("token").asString();
      assertNotEquals(person.token(), token);
      two.ok("LOGIN", "{'token':'%s'}".formatted(token));
    }
  }

  // ---- who is there

  @Test
  void usersShowsWhoIsOnlineOnWhicheverServer() throws IOException {
    Person here = servers.person("zz-here");
    Person away = servers.person("zz-away");
    Person asking = servers.person("zz-asks");
    try (RawClient one = servers.as(here, 1);
        RawClient asker = servers.as(asking, 3)) {
      one.ok("PING", "{}");
      // Presence is told from server to server behind the login: it may take a moment.
      Set<String> online = new HashSet<>();
      while (!online.contains(here.name())) {
        online.clear();
        for (JsonNode user : asker.ok("USERS", "{'pattern':'zz-*'}").path("users")) {
          assertEquals(Set.of("username", "online", "last_seen"), names(user));
          if (user.path("online").asBoolean()) {
            online.add(user.path("username").asString());
          }
        }
      }
      assertTrue(online.contains(asking.name()));
      assertFalse(online.contains(away.name()));
    }
  }

  @Test
  @Timeout(30)
  void lastSeenMovesWhenSomebodyLeaves() throws IOException {
    String name = freshName("leaves");
    Person asking = servers.person("asks");
    try (RawClient asker = servers.as(asking, 1)) {
      asker.ok("REGISTER", credentials(name));
      long registered = lastSeen(asker, name);
      long said;
      try (RawClient leaving = servers.client(2)) {
        leaving.ok("LOGIN", credentials(name));
        said =
            leaving.ok("SEND", "{'to':'@%s','text':'bye'}".formatted(name)).path("time").asLong();
        assertEquals(registered, lastSeen(asker, name), "it is when one left, not when one came");
      }
      // The log is told within a second of it.
      long left = lastSeen(asker, name);
      while (left == registered) {
        assertFalse(Thread.currentThread().isInterrupted(), "the time is over");
        left = lastSeen(asker, name);
      }
      assertTrue(left >= said, "left at " + left + ", but wrote at " + said);
      try (RawClient back = servers.client(1)) {
        assertEquals(left, back.ok("LOGIN", credentials(name)).path("last_seen").asLong());
      }
    }
  }

  private static long lastSeen(RawClient asker, String name) throws IOException {
    String pattern = "{'pattern':'" + name + "'}";
    JsonNode users = asker.ok("USERS", pattern, "'read':'linearizable'").path("users");
    return users.get(0).path("last_seen").asLong();
  }
}

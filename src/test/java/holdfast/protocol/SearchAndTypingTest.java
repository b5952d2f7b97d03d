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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// SEARCH, TYPING and `ack` primary, at a primary and through a backup.
final class SearchAndTypingTest {
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

  private static void say(RawClient client, String to, String text) throws IOException {
    client.ok("SEND", "{'to':'%s','text':'%s'}".formatted(to, text));
  }

  private static List<String> texts(JsonNode page) {
    List<String> texts = new ArrayList<>();
    page.path("messages").values().forEach(m -> texts.add(m.path("text").asString()));
    return texts;
  }

  // ---- SEARCH

  @ParameterizedTest
  @EnumSource(Door.class)
  void aMessageIsFoundAtOnceByThoseWhoMaySeeIt(Door door) throws IOException {
    String word = TestServers.freshName("octopus").replace("-", "");
    String room = "#" + TestServers.freshName("search");
    try (RawClient writer = servers.as(alice, door);
        RawClient other = servers.as(bob, door);
        RawClient stranger = servers.as(carol, door)) {
      writer.ok("CREATE_ROOM", "{'room':'" + room + "'}");
      other.ok("JOIN_ROOM", "{'room':'" + room + "'}");
      say(writer, room, "an " + word + " in the room");
      say(writer, "@" + bob.name(), "one " + word + " for bob");
      say(writer, "@" + carol.name(), "a squid for carol");
      String query = "{'query':'" + word.toUpperCase(Locale.ROOT) + "'}";
      JsonNode found = other.ok("SEARCH", query, "'read':'linearizable'");
      assertEquals(
          List.of("one " + word + " for bob", "an " + word + " in the room"), texts(found));
      assertEquals("@" + alice.name(), found.at("/messages/0/conversation").asString());
      assertEquals(room, found.at("/messages/1/conversation").asString());
      assertTrue(found.path("next").isNull() && !found.path("more").asBoolean());
      assertEquals(List.of(), texts(stranger.ok("SEARCH", query, "'read':'linearizable'")));
      String there = "{'query':'%s*','conversation':'%s'}".formatted(word.substring(0, 5), room);
      assertEquals(1, texts(other.ok("SEARCH", there)).size());
      stranger.error("NOT_A_MEMBER", "SEARCH", there);
      other.error("NO_SUCH_ROOM", "SEARCH", "{'query':'x','conversation':'#no-such'}");
      other.error("NO_SUCH_USER", "SEARCH", "{'query':'x','conversation':'@no-such'}");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void pagesFollowEachOther(Door door) throws IOException {
    String word = TestServers.freshName("page").replace("-", "");
    Person self = servers.person("self");
    try (RawClient client = servers.as(self, door)) {
      for (int i = 0; i < 5; i++) {
        say(client, "@" + self.name(), word + " " + i);
      }
      JsonNode first = client.ok("SEARCH", "{'query':'" + word + "','limit':2}");
      assertEquals(List.of(word + " 4", word + " 3"), texts(first));
      assertTrue(first.path("more").asBoolean());
      JsonNode second =
          client.ok(
              "SEARCH",
              "{'query':'%s','limit':3,'before':'%s'}"
                  .formatted(word, first.path("next").asString()));
      assertEquals(List.of(word + " 2", word + " 1", word + " 0"), texts(second));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'query':''}",
        "{'query':'***'}",
        "{}",
        "{'query':7}",
        "{'query':'a b c d e f g h i j k l m n o p q'}",
        "{'query':'a','before':'x'}",
        "{'query':'a','before':7}",
        "{'query':'a','limit':0}",
        "{'query':'a','limit':201}",
        "{'query':'a','conversation':'bob'}",
      })
  void aSearchThatIsNoneIsRefused(String payload) throws IOException {
    try (RawClient client = servers.as(alice, 1)) {
      client.error("BAD_REQUEST", "SEARCH", payload);
    }
  }

  @Test
  void anyTextIsWords() throws IOException {
    try (RawClient client = servers.as(alice, 1)) {
      for (String query :
          List.of("a\\\" OR b", "NEAR(a b)", "x:y", "a AND", "'; DROP", "-a", "a\\u0000b", "(")) {
        JsonNode reply = client.ask("SEARCH", "{'query':'%s'}".formatted(query.replace("'", "’")));
        String code = reply.at("/payload/code").asString("");
        assertTrue(
            reply.path("type").asString().equals("OK") || code.equals("BAD_REQUEST"),
            reply::toString);
      }
    }
  }

  // ---- TYPING

  @ParameterizedTest
  @EnumSource(Door.class)
  void typingIsToldToTheOthersOnEveryServer(Door door) throws IOException {
    String room = "#" + TestServers.freshName("typing");
    try (RawClient typist = servers.as(alice, door);
        RawClient here = servers.as(bob, door);
        RawClient there = servers.as(carol, door == Door.PRIMARY ? Door.BACKUP : Door.PRIMARY)) {
      typist.ok("CREATE_ROOM", "{'room':'" + room + "'}");
      for (RawClient other : List.of(here, there)) {
        other.ok("JOIN_ROOM", "{'room':'" + room + "'}");
      }
      // Both have heard all the joining, so both are in it where they are.
      say(there, room, "all here");
      for (RawClient client : List.of(typist, here, there)) {
        JsonNode frame = client.push();
        while (frame.path("type").asString().equals("ROOM")) {
          frame = client.push();
        }
        assertEquals("MESSAGE", frame.path("type").asString());
      }
      typist.ok("TYPING", "{'conversation':'" + room + "'}");
      for (RawClient other : List.of(here, there)) {
        JsonNode told = other.event("TYPING");
        assertEquals(room, told.path("conversation").asString());
        assertEquals(alice.name(), told.path("username").asString());
        assertFalse(told.has("cursor"), told::toString);
      }
      typist.error("NO_SUCH_ROOM", "TYPING", "{'conversation':'#no-such'}");
      typist.error("NO_SUCH_USER", "TYPING", "{'conversation':'@no-such'}");
      typist.error("BAD_REQUEST", "TYPING", "{}");
      say(typist, room, "said");
      assertEquals("said", typist.event("MESSAGE").path("text").asString(), "no word to oneself");
    }
  }

  @Test
  void typingInADirectConversationIsToldToTheOther() throws IOException {
    try (RawClient typist = servers.as(alice, 1);
        RawClient other = servers.as(bob, 2);
        RawClient stranger = servers.as(carol, 1)) {
      typist.ok("TYPING", "{'conversation':'@" + bob.name() + "'}");
      assertEquals("@" + alice.name(), other.event("TYPING").path("conversation").asString());
      String room = "#" + TestServers.freshName("closed");
      typist.ok("CREATE_ROOM", "{'room':'" + room + "'}");
      stranger.error("NOT_A_MEMBER", "TYPING", "{'conversation':'" + room + "'}");
    }
  }

  @Test
  void whoeverTypesAllTheTimeIsToldOnceInAWhile() throws IOException {
    try (RawClient typist = servers.as(alice, 1);
        RawClient other = servers.as(bob, 1)) {
      for (int i = 0; i < 100; i++) {
        typist.ok("TYPING", "{'conversation':'@" + bob.name() + "'}");
      }
      say(typist, "@" + bob.name(), "done");
      int told = 0;
      JsonNode frame = other.push();
      while (frame.path("type").asString().equals("TYPING")) {
        told++;
        frame = other.push();
      }
      assertTrue(told >= 1 && told < 100, "told " + told + " times");
    }
  }

  // ---- ack primary

  @ParameterizedTest
  @EnumSource(Door.class)
  void withAckPrimaryTheOkSaysAcceptedAndARepeatTheOutcome(Door door) throws IOException {
    Person self = servers.person("self");
    String message = "{'to':'@" + self.name() + "','text':'soon'}";
    try (RawClient client = servers.as(self, door)) {
      String[] header = {"'ack':'primary'", "'request_id':'p-1'"};
      JsonNode accepted = client.ok("SEND", message, header);
      assertEquals("{\"accepted\":true}", accepted.toString());
      assertEquals("soon", client.event("MESSAGE").path("text").asString());
      JsonNode outcome = client.ok("SEND", message, header);
      assertEquals(1, outcome.path("seq").asInt(), outcome::toString);
      assertTrue(outcome.path("index").isString(), outcome::toString);
      client.error("NO_SUCH_USER", "SEND", "{'to':'@nobody','text':'x'}", "'ack':'primary'");
      client.error("BAD_REQUEST", "SEND", message, "'ack':'none'");
      String name = TestServers.freshName("new");
      JsonNode registered = client.ok("REGISTER", TestServers.credentials(name), "'ack':'primary'");
      assertEquals(name, registered.path("username").asString(), "judged before it is answered");
    }
  }
}

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// EDIT, DELETE, REACT, replies and mentions, at a primary and through a backup: what they do, whom
/// they tell, how they are refused.
final class MessageChangesTest {
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

  /// A room of alice's, with bob in it.
  private static String room() throws IOException {
    String room = "#" + TestServers.freshName("changes");
    try (RawClient owner = servers.as(alice, 1);
        RawClient member = servers.as(bob, 1)) {
      owner.ok("CREATE_ROOM", "{'room':'" + room + "'}");
      member.ok("JOIN_ROOM", "{'room':'" + room + "'}", "'read':'local'");
    }
    return room;
  }

  private static void say(RawClient client, String to, String text) throws IOException {
    client.ok("SEND", "{'to':'%s','text':'%s'}".formatted(to, text));
  }

  private static String at(String conversation, long seq, String more) {
    return "{'conversation':'%s','seq':%d%s}".formatted(conversation, seq, more);
  }

  private static List<JsonNode> history(RawClient client, String conversation) throws IOException {
    return client
        .ok("HISTORY", "{'conversation':'" + conversation + "'}", "'read':'linearizable'")
        .path("messages")
        .values()
        .stream()
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void anEditIsToldAndStays(Door door) throws IOException {
    String room = room();
    try (RawClient writer = servers.as(alice, door);
        RawClient reader = servers.as(bob, door)) {
      say(writer, room, "helo");
      reader.event("MESSAGE");
      assertTrue(writer.ok("EDIT", at(room, 1, ",'text':'hello'")).path("index").isString());
      JsonNode told = reader.event("MESSAGE_EDITED");
      assertEquals(room, told.path("conversation").asString());
      assertEquals(1, told.path("seq").asInt());
      assertEquals("hello", told.path("text").asString());
      assertTrue(told.path("edited").isIntegralNumber(), told::toString);
      JsonNode shown = history(reader, room).getFirst();
      assertEquals("hello", shown.path("text").asString());
      assertEquals(told.path("edited"), shown.path("edited"));
      writer.event("MESSAGE");
      assertEquals(told, writer.event("MESSAGE_EDITED"));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aDeletedMessageIsATombstoneForEverybody(Door door) throws IOException {
    String room = room();
    try (RawClient writer = servers.as(alice, door);
        RawClient reader = servers.as(bob, door)) {
      for (String text : List.of("one", "two", "three")) {
        say(writer, room, text);
        reader.event("MESSAGE");
      }
      writer.ok("REACT", at(room, 3, ",'emoji':'+'"));
      reader.event("REACTION");
      writer.ok("DELETE", "{'conversation':'%s','seqs':[3,1,3]}".formatted(room));
      JsonNode told = reader.event("MESSAGE_DELETED");
      assertEquals("[1,3]", told.path("seqs").toString());
      List<JsonNode> shown = history(reader, room);
      assertEquals(3, shown.size());
      assertTrue(shown.get(2).path("deleted").asBoolean() && shown.get(2).path("text").isNull());
      assertEquals(0, shown.get(2).path("reactions").size());
      assertEquals("two", shown.get(1).path("text").asString());
      JsonNode last = reader.ok("CONVERSATIONS", "{}").path("conversations").get(0).path("last");
      assertTrue(last.path("deleted").asBoolean() && last.path("text").isNull(), last::toString);
      // Done already: no event. The next one is the next message.
      writer.ok("DELETE", at(room, 1, ""));
      say(writer, room, "four");
      assertEquals(4, reader.event("MESSAGE").path("seq").asInt());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whatIsHiddenIsGoneOnOnesOwnSide(Door door) throws IOException {
    String room = room();
    try (RawClient writer = servers.as(alice, door);
        RawClient hider = servers.as(bob, door);
        RawClient hidersOther = servers.as(bob, 1)) {
      say(writer, room, "one");
      say(writer, room, "two");
      hider.event("MESSAGE");
      hider.event("MESSAGE");
      hidersOther.event("MESSAGE");
      hidersOther.event("MESSAGE");
      hider.ok("DELETE", at(room, 2, ",'for':'me'"));
      assertEquals("[2]", hidersOther.event("MESSAGE_DELETED").path("seqs").toString());
      assertEquals(1, history(hider, room).size());
      assertEquals(2, history(writer, room).size());
      JsonNode row = hider.ok("CONVERSATIONS", "{}").path("conversations").get(0);
      assertEquals(1, row.path("last").path("seq").asInt());
      assertEquals(2, row.path("last_seq").asInt());
      say(writer, room, "three");
      writer.event("MESSAGE");
      writer.event("MESSAGE");
      assertEquals(3, writer.event("MESSAGE").path("seq").asInt(), "no word to others");
    }
  }

  /// What others call deleting all one has received: for oneself, many at once.
  @ParameterizedTest
  @EnumSource(Door.class)
  void allThatOneReceivedIsHiddenAtOnce(Door door) throws IOException {
    Person clearer = servers.person("clears");
    try (RawClient writer = servers.as(alice, door);
        RawClient receiver = servers.as(clearer, door)) {
      for (String text : List.of("one", "two", "three")) {
        say(writer, "@" + clearer.name(), text);
        receiver.event("MESSAGE");
      }
      say(receiver, "@" + alice.name(), "mine");
      receiver.ok(
          "DELETE", "{'conversation':'@%s','seqs':[1,2,3],'for':'me'}".formatted(alice.name()));
      List<JsonNode> left = history(receiver, "@" + alice.name());
      assertEquals(1, left.size());
      assertEquals("mine", left.get(0).path("text").asString());
      assertEquals(4, history(writer, "@" + clearer.name()).size(), "the sender's side stays");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void reactionsAreToldAndListed(Door door) throws IOException {
    String room = room();
    try (RawClient one = servers.as(alice, door);
        RawClient other = servers.as(bob, door)) {
      say(one, room, "hi");
      other.event("MESSAGE");
      other.ok("REACT", at(room, 1, ",'emoji':'🐙'"));
      JsonNode told = other.event("REACTION");
      assertEquals(bob.name(), told.path("username").asString());
      assertEquals("🐙", told.path("emoji").asString());
      assertFalse(told.path("removed").asBoolean());
      one.ok("REACT", at(room, 1, ",'emoji':'🐙'"));
      other.event("REACTION");
      assertEquals(
          "[\"%s\",\"%s\"]".formatted(bob.name(), alice.name()),
          history(one, room).getFirst().path("reactions").path("🐙").toString());
      other.ok("REACT", at(room, 1, ",'emoji':'🐙','remove':true"));
      assertTrue(other.event("REACTION").path("removed").asBoolean());
      other.ok("REACT", at(room, 1, ",'emoji':'🐙','remove':true"));
      assertEquals(1, history(one, room).getFirst().path("reactions").path("🐙").size());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whatIsNotOnesOwnIsRefused(Door door) throws IOException {
    String room = room();
    try (RawClient owner = servers.as(alice, door);
        RawClient member = servers.as(bob, door);
        RawClient stranger = servers.as(carol, door)) {
      say(owner, room, "mine");
      say(member, room, "his");
      member.error("FORBIDDEN", "EDIT", at(room, 1, ",'text':'x'"));
      owner.error("FORBIDDEN", "EDIT", at(room, 2, ",'text':'x'"));
      member.error("FORBIDDEN", "DELETE", at(room, 1, ""));
      member.error("FORBIDDEN", "DELETE", "{'conversation':'%s','seqs':[2,1]}".formatted(room));
      owner.ok("DELETE", at(room, 2, ""));
      for (String type : List.of("EDIT", "DELETE", "REACT")) {
        String more = type.equals("EDIT") ? ",'text':'x'" : ",'emoji':'+'";
        stranger.error("NOT_A_MEMBER", type, at(room, 1, more));
        stranger.error("NO_SUCH_MESSAGE", type, at(room, 99, more));
        stranger.error("NO_SUCH_ROOM", type, at("#no-such-room", 1, more));
        stranger.error("NO_SUCH_USER", type, at("@no-such-user", 1, more));
        owner.error("NO_SUCH_MESSAGE", type, at(room, 99, more));
      }
      owner.error("NO_SUCH_MESSAGE", "REACT", at(room, 2, ",'emoji':'+'"));
      member.error("NO_SUCH_MESSAGE", "EDIT", at(room, 2, ",'text':'x'"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "EDIT | 'seq':1",
        "EDIT | 'seq':1,'text':' '",
        "EDIT | 'text':'x'",
        "EDIT | 'seq':0,'text':'x'",
        "DELETE | 'x':1",
        "DELETE | 'seq':1,'seqs':[2]",
        "DELETE | 'seqs':[]",
        "DELETE | 'seqs':[0]",
        "DELETE | 'seqs':['1']",
        "DELETE | 'seqs':1",
        "DELETE | 'seq':1,'for':'you'",
        "REACT | 'seq':1",
        "REACT | 'seq':1,'emoji':''",
        "REACT | 'seq':1,'emoji':'a b'",
        "REACT | 'seq':1,'emoji':'01234567890123456'",
        "REACT | 'seq':1,'emoji':'+','remove':'yes'",
      })
  void aFieldThatIsMissingOrWrongIsNamed(String type, String fields) throws IOException {
    try (RawClient client = servers.as(alice, 1)) {
      client.error("BAD_REQUEST", type, "{'conversation':'@%s',%s}".formatted(bob.name(), fields));
    }
  }

  @Test
  void tooManySeqsAtOnceAreRefused() throws IOException {
    try (RawClient client = servers.as(alice, 1)) {
      String seqs = "1,".repeat(64) + "1";
      client.error(
          "BAD_REQUEST",
          "DELETE",
          "{'conversation':'@%s','seqs':[%s]}".formatted(bob.name(), seqs));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aStrangerLearnsNothingOfAPrivateRoomByReplying(Door door) throws IOException {
    String room = "#" + TestServers.freshName("private");
    try (RawClient owner = servers.as(alice, 1);
        RawClient stranger = servers.as(carol, door)) {
      owner.ok("CREATE_ROOM", "{'room':'" + room + "','private':true}");
      say(owner, room, "one");
      for (int seq : List.of(1, 2)) {
        stranger.error(
            "NOT_A_MEMBER", "SEND", "{'to':'%s','text':'x','reply_to':%d}".formatted(room, seq));
      }
      owner.error("NO_SUCH_MESSAGE", "SEND", "{'to':'" + room + "','text':'x','reply_to':2}");
      owner.ok("SEND", "{'to':'" + room + "','text':'x','reply_to':1}");
      assertEquals(1, history(owner, room).getLast().path("reply_to").asInt());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void mentionsCountUntilTheyAreRead(Door door) throws IOException {
    String room = room();
    try (RawClient writer = servers.as(alice, door);
        RawClient mentioned = servers.as(bob, door)) {
      say(writer, room, "hello @" + bob.name() + "!");
      say(writer, room, "no mention");
      say(writer, room, "@" + carol.name() + " is not here");
      say(writer, room, "and @" + bob.name() + " @" + bob.name());
      assertEquals(2, mentions(mentioned, room));
      assertEquals(0, mentions(writer, room));
      mentioned.ok("MARK_READ", at(room, 3, ""));
      assertEquals(1, mentions(mentioned, room));
      mentioned.ok("MARK_READ", at(room, 4, ""));
      assertEquals(0, mentions(mentioned, room));
    }
  }

  private static int mentions(RawClient client, String room) throws IOException {
    for (JsonNode row :
        client
            .ok("CONVERSATIONS", "{'limit':200}", "'read':'linearizable'")
            .path("conversations")
            .values()) {
      if (row.path("conversation").asString().equals(room)) {
        return row.path("mentions").asInt();
      }
    }
    throw new AssertionError("not listed: " + room);
  }

  /// What was missed is told as it is now: by SYNC from the database, and by LOGIN from memory.
  @Test
  void whoComesBackSeesMessagesInTheirPresentState() throws IOException {
    String room = room();
    try (RawClient writer = servers.as(alice, 1);
        RawClient hider = servers.as(bob, 1)) {
      String cursor = login(hider, "");
      for (String text : List.of("edited", "deleted", "hidden", "reacted")) {
        say(writer, room, text);
      }
      writer.ok("EDIT", at(room, 1, ",'text':'better'"));
      writer.ok("EDIT", at(room, 1, ",'text':'best'"));
      writer.ok("EDIT", at(room, 2, ",'text':'in vain'"));
      writer.ok("DELETE", at(room, 2, ""));
      hider.ok("DELETE", at(room, 3, ",'for':'me'"));
      writer.ok("REACT", at(room, 4, ",'emoji':'+'"));
      List<String> expected =
          List.of(
              "MESSAGE 1 best edited",
              "MESSAGE 2 null deleted",
              "MESSAGE 4 reacted",
              "MESSAGE_EDITED 1 best",
              "MESSAGE_EDITED 1 best",
              "MESSAGE_DELETED [2]",
              "MESSAGE_DELETED [3]",
              "REACTION 4");
      try (RawClient back = servers.client(1)) {
        login(back, "");
        back.ok("SYNC", "{'cursor':'" + cursor + "'}");
        assertEquals(expected, told(back, expected.size()));
      }
      try (RawClient back = servers.client(1)) {
        login(back, cursor);
        assertEquals(expected, told(back, expected.size()), "from memory");
      }
    }
  }

  private static String login(RawClient client, String cursor) throws IOException {
    String from = cursor.isEmpty() ? "" : ",'cursor':'" + cursor + "'";
    return client
        .ok("LOGIN", "{'token':'%s'%s}".formatted(bob.token(), from))
        .path("cursor")
        .asString();
  }

  private static List<String> told(RawClient client, int count) throws IOException {
    List<String> told = new ArrayList<>();
    while (told.size() < count) {
      JsonNode frame = client.push();
      JsonNode event = frame.path("payload");
      StringBuilder line = new StringBuilder(frame.path("type").asString());
      line.append(' ').append(event.has("seqs") ? event.path("seqs") : event.path("seq"));
      if (event.has("text")) {
        line.append(' ')
            .append(event.path("text").isNull() ? "null" : event.path("text").asString());
      }
      if (line.toString().startsWith("MESSAGE ")) {
        line.append(event.has("edited") ? " edited" : "");
        line.append(event.has("deleted") ? " deleted" : "");
      }
      told.add(line.toString());
    }
    return told;
  }
}

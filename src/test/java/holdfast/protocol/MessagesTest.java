package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// SEND, HISTORY, CONVERSATIONS, MARK_READ and USERS, at a primary and through a backup.
final class MessagesTest {
  private static final String GRIN = "\ud83d\ude00";
  private static final int SEEDED = 120;

  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person alice;
  private static Person bob;

  /// Holds 120 messages, `message 1` to `message 120`.
  private static String seeded;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
    alice = servers.person("alice");
    bob = servers.person("bob");
    seeded = "#" + TestServers.freshName("seeded");
    try (RawClient client = servers.as(alice, 1)) {
      client.ok("CREATE_ROOM", "{'room':'" + seeded + "'}");
      List<String> ids = new ArrayList<>();
      for (int i = 1; i <= SEEDED; i++) {
        ids.add(
            client.send(
                "SEND",
                "{'to':'%s','text':'message %d'}".formatted(seeded, i),
                "'request_id':'seed-%d'".formatted(i)));
      }
      for (String id : ids) {
        RawClient.okPayload(client.reply(id));
      }
    }
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static Set<String> names(JsonNode object) {
    return new TreeSet<>(object.propertyNames());
  }

  private static String to(Person person, String text) {
    return "{'to':'@%s','text':'%s'}".formatted(person.name(), text);
  }

  // ---- SEND

  @ParameterizedTest
  @EnumSource(Door.class)
  void aMessageIsNumberedAndNamedAsEachSideNamesIt(Door door) throws IOException {
    Person carol = servers.person("carol");
    try (RawClient sender = servers.as(alice, door);
        RawClient receiver = servers.as(carol, door)) {
      for (int seq = 1; seq <= 3; seq++) {
        JsonNode sent =
            sender.ok(
                "SEND", to(carol, "n" + seq), "'request_id':'%s-%d'".formatted(carol.name(), seq));
        assertEquals(Set.of("conversation", "seq", "time", "index"), names(sent));
        assertEquals("@" + carol.name(), sent.path("conversation").asString());
        assertEquals(seq, sent.path("seq").asInt());
        assertTrue(sent.path("index").isString(), sent::toString);
        JsonNode heard = receiver.event("MESSAGE");
        assertEquals("@" + alice.name(), heard.path("conversation").asString());
        assertEquals(seq, heard.path("seq").asInt());
        assertEquals(alice.name(), heard.path("sender").asString());
        assertEquals("n" + seq, heard.path("text").asString());
        assertEquals(sent.path("time"), heard.path("time"));
        assertTrue(heard.path("cursor").isString(), heard::toString);
        assertFalse(heard.hasNonNull("request_id"), heard::toString);
        JsonNode own = sender.event("MESSAGE");
        assertEquals("@" + carol.name(), own.path("conversation").asString());
        assertEquals(carol.name() + "-" + seq, own.path("request_id").asString());
        assertEquals(heard.path("cursor"), own.path("cursor"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aMessageToOneselfIsThereOnce(Door door) throws IOException {
    Person self = servers.person("self");
    try (RawClient client = servers.as(self, door)) {
      assertEquals(1, client.ok("SEND", to(self, "one")).path("seq").asInt());
      assertEquals(2, client.ok("SEND", to(self, "two")).path("seq").asInt());
      assertEquals("one", client.event("MESSAGE").path("text").asString());
      assertEquals("two", client.event("MESSAGE").path("text").asString());
      JsonNode conversations = client.ok("CONVERSATIONS", "{}").path("conversations");
      assertEquals(1, conversations.size());
      assertEquals("@" + self.name(), conversations.get(0).path("conversation").asString());
      assertEquals(0, conversations.get(0).path("unread").asInt());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whatIsNotThereIsRefusedByItsKind(Door door) throws IOException {
    String open = "#" + TestServers.freshName("open");
    try (RawClient client = servers.as(alice, door);
        RawClient other = servers.as(bob, door)) {
      other.ok("CREATE_ROOM", "{'room':'" + open + "'}");
      client.error("NO_SUCH_USER", "SEND", "{'to':'@no-such-user','text':'x'}");
      client.error("NO_SUCH_ROOM", "SEND", "{'to':'#no-such-room','text':'x'}");
      client.error("NOT_A_MEMBER", "SEND", "{'to':'" + open + "','text':'x'}");
      client.error(
          "NO_SUCH_MESSAGE",
          "SEND",
          "{'to':'@%s','text':'x','reply_to':1000000}".formatted(bob.name()));
      client.error("NO_SUCH_USER", "HISTORY", "{'conversation':'@no-such-user'}");
      client.error("NO_SUCH_ROOM", "HISTORY", "{'conversation':'#no-such-room'}");
      client.error("NOT_A_MEMBER", "HISTORY", "{'conversation':'" + open + "'}");
      client.error("NO_SUCH_USER", "MARK_READ", "{'conversation':'@no-such-user','seq':1}");
      client.error("NO_SUCH_ROOM", "MARK_READ", "{'conversation':'#no-such-room','seq':1}");
      client.error("NOT_A_MEMBER", "MARK_READ", "{'conversation':'" + open + "','seq':1}");
      // BAD_REQUEST comes before all of these, and what does not exist before what one is not in.
      client.error("BAD_REQUEST", "SEND", "{'to':'@no-such-user','text':''}");
      client.error("BAD_REQUEST", "HISTORY", "{'conversation':'" + open + "','limit':0}");
      client.error("NO_SUCH_MESSAGE", "SEND", "{'to':'" + open + "','text':'x','reply_to':1}");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aTextComesBackAsItWasWritten(Door door) throws IOException {
    List<String> texts =
        List.of(
            "x",
            " x ",
            "tab\\tand\\nnewline",
            "quote \\\" backslash \\\\ slash / \\u0061",
            GRIN.repeat(8_192),
            "\\ud83d\\ude00",
            "\u202e right to left \u200d \ufeff",
            "{\\\"type\\\":\\\"QUIT\\\"}",
            "a\u2028\u2029b",
            "\uffff\ufffe",
            "'; DROP TABLE message; --".replace("'", "\\u0027"),
            "%s %n \\\\u0000");
    try (RawClient client = servers.as(alice, door)) {
      for (String text : texts) {
        JsonNode sent = client.ok("SEND", to(bob, text));
        JsonNode own = client.event("MESSAGE");
        String expected =
            tools.jackson.databind.json.JsonMapper.shared().readTree("\"" + text + "\"").asString();
        assertEquals(expected, own.path("text").asString());
        JsonNode page =
            client.ok(
                "HISTORY",
                "{'conversation':'@%s','after':%d}"
                    .formatted(bob.name(), sent.path("seq").asInt() - 1));
        assertEquals(expected, page.path("messages").get(0).path("text").asString());
      }
      client.error("BAD_REQUEST", "SEND", to(bob, GRIN.repeat(8_193)));
      client.error("BAD_REQUEST", "SEND", to(bob, "x".repeat(8_193)));
    }
  }

  @Test
  void aReplyNamesTheMessageItAnswers() throws IOException {
    try (RawClient client = servers.as(alice, Door.BACKUP)) {
      String room = "#" + TestServers.freshName("replies");
      client.ok("CREATE_ROOM", "{'room':'" + room + "'}");
      client.event("ROOM");
      client.error(
          "NO_SUCH_MESSAGE", "SEND", "{'to':'%s','text':'x','reply_to':1}".formatted(room));
      client.ok("SEND", "{'to':'" + room + "','text':'one'}");
      client.ok("SEND", "{'to':'" + room + "','text':'two','reply_to':1}");
      // Its own number is not there yet when it is written.
      client.error(
          "NO_SUCH_MESSAGE", "SEND", "{'to':'%s','text':'x','reply_to':3}".formatted(room));
      assertTrue(client.event("MESSAGE").path("reply_to").isNull());
      assertEquals(1, client.event("MESSAGE").path("reply_to").asInt());
      JsonNode messages = client.ok("HISTORY", "{'conversation':'" + room + "'}").path("messages");
      assertTrue(messages.get(0).path("reply_to").isNull());
      assertEquals(1, messages.get(1).path("reply_to").asInt());
    }
  }

  // ---- HISTORY

  private static void assertPage(JsonNode page, int from, int to, boolean more) {
    List<Integer> seqs = new ArrayList<>();
    page.path("messages").forEach(m -> seqs.add(m.path("seq").asInt()));
    assertEquals(IntStream.rangeClosed(from, to).boxed().toList(), seqs);
    assertEquals(more, page.path("more").asBoolean(), page::toString);
    for (JsonNode message : page.path("messages")) {
      assertEquals("message " + message.path("seq").asInt(), message.path("text").asString());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void historyPagesInBothDirectionsAndSaysWhetherThereIsMore(Door door) throws IOException {
    try (RawClient client = servers.as(alice, door)) {
      String of = "{'conversation':'" + seeded + "'";
      assertPage(client.ok("HISTORY", of + "}"), 71, 120, true);
      assertPage(client.ok("HISTORY", of + ",'limit':200}"), 1, 120, false);
      assertPage(client.ok("HISTORY", of + ",'limit':120}"), 1, 120, false);
      assertPage(client.ok("HISTORY", of + ",'limit':119}"), 2, 120, true);
      assertPage(client.ok("HISTORY", of + ",'before':71}"), 21, 70, true);
      assertPage(client.ok("HISTORY", of + ",'before':21}"), 1, 20, false);
      assertPage(client.ok("HISTORY", of + ",'before':51}"), 1, 50, false);
      assertPage(client.ok("HISTORY", of + ",'before':1}"), 1, 0, false);
      assertPage(client.ok("HISTORY", of + ",'before':2,'limit':1}"), 1, 1, false);
      assertPage(
          client.ok("HISTORY", of + ",'before':9007199254740991,'limit':2}"), 119, 120, true);
      assertPage(client.ok("HISTORY", of + ",'after':0,'limit':1}"), 1, 1, true);
      assertPage(client.ok("HISTORY", of + ",'after':0}"), 1, 50, true);
      assertPage(client.ok("HISTORY", of + ",'after':70}"), 71, 120, false);
      assertPage(client.ok("HISTORY", of + ",'after':69}"), 70, 119, true);
      assertPage(client.ok("HISTORY", of + ",'after':119}"), 120, 120, false);
      assertPage(client.ok("HISTORY", of + ",'after':120}"), 1, 0, false);
      assertPage(client.ok("HISTORY", of + ",'after':9007199254740991}"), 1, 0, false);
      assertPage(
          client.ok("HISTORY", of + ",'before':null,'after':null,'limit':null}"), 71, 120, true);
    }
  }

  @Test
  void aMessageInHistoryHasEveryFieldAndTheRequestIdForItsSenderOnly() throws IOException {
    try (RawClient client = servers.as(alice, Door.BACKUP);
        RawClient reader = servers.as(bob, Door.BACKUP)) {
      String of = "{'conversation':'" + seeded + "','limit':1}";
      JsonNode own = client.ok("HISTORY", of).path("messages").get(0);
      assertEquals("seed-120", own.path("request_id").asString());
      assertEquals(alice.name(), own.path("sender").asString());
      assertTrue(own.path("time").asLong() > 1_700_000_000_000L, own::toString);
      assertTrue(own.path("edited").isNull() && own.path("reply_to").isNull(), own::toString);
      assertEquals("false", own.path("deleted").toString());
      assertEquals("{}", own.path("reactions").toString());
      reader.ok("JOIN_ROOM", "{'room':'" + seeded + "'}");
      JsonNode others = reader.ok("HISTORY", of).path("messages").get(0);
      assertFalse(others.hasNonNull("request_id"), others::toString);
      reader.ok("LEAVE_ROOM", "{'room':'" + seeded + "'}");
    }
  }

  @Test
  void anAccountNeverTalkedToHasAnEmptyPage() throws IOException {
    Person stranger = servers.person("stranger");
    try (RawClient client = servers.as(stranger, Door.PRIMARY)) {
      JsonNode page = client.ok("HISTORY", "{'conversation':'@" + bob.name() + "'}");
      assertEquals(0, page.path("messages").size());
      assertEquals("false", page.path("more").toString());
      assertEquals(0, client.ok("CONVERSATIONS", "{}").path("conversations").size());
    }
  }

  @Test
  void longMessagesMakeShortPagesThatStillReachEveryMessage() throws IOException {
    try (RawClient client = servers.as(alice, Door.BACKUP)) {
      String room = "#" + TestServers.freshName("long");
      client.ok("CREATE_ROOM", "{'room':'" + room + "'}");
      // Four bytes a character, and two for every newline once it is escaped.
      List<String> texts =
          List.of(GRIN.repeat(8_192), "x" + "\\n".repeat(8_191), "\\\"".repeat(8_192));
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        ids.add(client.send("SEND", "{'to':'%s','text':'%s'}".formatted(room, texts.get(i % 3))));
      }
      for (String id : ids) {
        RawClient.okPayload(client.reply(id));
      }
      List<Integer> forwards = new ArrayList<>();
      boolean more = true;
      while (more) {
        JsonNode page =
            client.ok(
                "HISTORY",
                "{'conversation':'%s','after':%d,'limit':200}".formatted(room, forwards.size()));
        page.path("messages").forEach(m -> forwards.add(m.path("seq").asInt()));
        more = page.path("more").asBoolean();
      }
      assertEquals(IntStream.rangeClosed(1, 30).boxed().toList(), forwards);
      List<Integer> backwards = new ArrayList<>();
      int before = 31;
      while (before > 1) {
        JsonNode page =
            client.ok(
                "HISTORY", "{'conversation':'%s','before':%d,'limit':200}".formatted(room, before));
        List<Integer> seqs = new ArrayList<>();
        page.path("messages").forEach(m -> seqs.add(m.path("seq").asInt()));
        assertFalse(seqs.isEmpty());
        before = seqs.getFirst();
        assertEquals(before > 1, page.path("more").asBoolean());
        backwards.addAll(seqs.reversed());
      }
      Collections.reverse(backwards);
      assertEquals(forwards, backwards);
    }
  }

  // ---- CONVERSATIONS and MARK_READ

  private static JsonNode conversation(RawClient client, String name) throws IOException {
    for (JsonNode one : client.ok("CONVERSATIONS", "{'limit':200}").path("conversations")) {
      if (one.path("conversation").asString().equals(name)) {
        return one;
      }
    }
    throw new AssertionError("no conversation " + name);
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void unreadCountsWhatOthersWroteUntilItIsMarkedRead(Door door) throws IOException {
    Person dora = servers.person("dora");
    String withAlice = "@" + alice.name();
    try (RawClient writer = servers.as(alice, door);
        RawClient reader = servers.as(dora, door)) {
      for (int i = 0; i < 5; i++) {
        writer.ok("SEND", to(dora, "n" + i));
        reader.event("MESSAGE");
      }
      JsonNode one = conversation(reader, withAlice);
      assertEquals(
          Set.of("conversation", "last_seq", "read_seq", "unread", "mentions", "last"), names(one));
      assertEquals(5, one.path("last_seq").asInt());
      assertEquals(0, one.path("read_seq").asInt());
      assertEquals(5, one.path("unread").asInt());
      assertEquals(Set.of("seq", "sender", "text", "time"), names(one.path("last")));
      assertEquals("n4", one.path("last").path("text").asString());
      assertEquals(0, conversation(writer, "@" + dora.name()).path("unread").asInt());
      String mark = "{'conversation':'%s','seq':%s}";
      assertTrue(reader.ok("MARK_READ", mark.formatted(withAlice, 3)).path("index").isString());
      JsonNode read = reader.event("READ");
      assertEquals(withAlice, read.path("conversation").asString());
      assertEquals(dora.name(), read.path("username").asString());
      assertEquals(3, read.path("seq").asInt());
      assertEquals(2, conversation(reader, withAlice).path("unread").asInt());
      // Never back, and without an event: the next one is about 5, which is the last there is.
      reader.ok("MARK_READ", mark.formatted(withAlice, 1));
      reader.ok("MARK_READ", mark.formatted(withAlice, 3));
      assertEquals(2, conversation(reader, withAlice).path("unread").asInt());
      reader.ok("MARK_READ", mark.formatted(withAlice, 4_000_000_000L));
      assertEquals(5, reader.event("READ").path("seq").asInt());
      assertEquals(0, conversation(reader, withAlice).path("unread").asInt());
      // The other party is told, too, by its own name for the conversation.
      JsonNode told = writer.push();
      while (told.path("type").asString().equals("MESSAGE")) {
        told = writer.push();
      }
      assertEquals("@" + dora.name(), told.path("payload").path("conversation").asString());
      assertEquals(3, told.path("payload").path("seq").asInt());
      // Answering reads everything.
      writer.ok("SEND", to(dora, "n5"));
      reader.event("MESSAGE");
      assertEquals(1, conversation(reader, withAlice).path("unread").asInt());
      reader.ok("SEND", to(alice, "answer"));
      assertEquals(0, conversation(reader, withAlice).path("unread").asInt());
    }
  }

  @Test
  void loginTellsWhatIsUnread() throws IOException {
    Person late = servers.person("late");
    try (RawClient one = servers.as(alice, 1);
        RawClient two = servers.as(bob, 2);
        RawClient three = servers.client(3)) {
      one.ok("SEND", to(late, "1"));
      one.ok("SEND", to(late, "2"));
      String index = two.ok("SEND", to(late, "3")).path("index").asString();
      JsonNode unread =
          three
              .ok("LOGIN", "{'token':'%s'}".formatted(late.token()), "'min_index':'" + index + "'")
              .path("unread");
      assertEquals(3, unread.path("messages").asInt());
      assertEquals(2, unread.path("conversations").asInt());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void conversationsComeNewestFirstPageByPage(Door door) throws IOException {
    Person host = servers.person("host");
    List<String> expected = new ArrayList<>();
    try (RawClient client = servers.as(host, door)) {
      for (int i = 0; i < 7; i++) {
        String room = "#" + TestServers.freshName("page");
        client.ok("CREATE_ROOM", "{'room':'" + room + "'}");
        client.ok("SEND", "{'to':'" + room + "','text':'" + GRIN.repeat(201) + "'}");
        expected.addFirst(room);
      }
      client.ok("SEND", "{'to':'" + expected.getLast() + "','text':'newest now'}");
      expected.addFirst(expected.removeLast());
      List<String> all = new ArrayList<>();
      String after = "null";
      boolean more = true;
      while (more) {
        JsonNode page = client.ok("CONVERSATIONS", "{'limit':3,'after':" + after + "}");
        page.path("conversations").forEach(c -> all.add(c.path("conversation").asString()));
        after = "'" + all.getLast() + "'";
        more = page.path("more").asBoolean();
      }
      assertEquals(expected, all);
      assertEquals(
          GRIN.repeat(200),
          conversation(client, expected.getLast()).path("last").path("text").asString());
    }
  }

  // ---- USERS

  @ParameterizedTest
  @EnumSource(Door.class)
  void usersComeInTheOrderOfTheirNamesByPattern(Door door) throws IOException {
    String stem = TestServers.freshName("u");
    List<String> made = new ArrayList<>();
    try (RawClient client = servers.as(alice, door)) {
      for (String tail : List.of("b", "a.x", "c_y")) {
        made.add(stem + tail);
        client.ok("REGISTER", TestServers.credentials(stem + tail));
      }
      Collections.sort(made);
      assertEquals(made, users(client, "{'pattern':'" + stem + "*'}"));
      assertEquals(
          made, users(client, "{'pattern':'" + stem.toUpperCase(java.util.Locale.ROOT) + "*'}"));
      assertEquals(List.of(stem + "b"), users(client, "{'pattern':'" + stem + "b'}"));
      assertEquals(List.of(stem + "a.x"), users(client, "{'pattern':'" + stem + "*.*'}"));
      // Only the star is special.
      assertEquals(List.of(stem + "c_y"), users(client, "{'pattern':'" + stem + "*_*'}"));
      for (String other : List.of("[ab]", "?", "%", "\\\\")) {
        client.error("BAD_REQUEST", "USERS", "{'pattern':'" + stem + other + "'}");
      }
      JsonNode page = client.ok("USERS", "{'pattern':'" + stem + "*','limit':2}");
      assertTrue(page.path("more").asBoolean());
      assertEquals(2, page.path("users").size());
      assertEquals(
          made.subList(2, 3),
          users(client, "{'pattern':'" + stem + "*','after':'" + made.get(1) + "'}"));
    }
  }

  private static List<String> users(RawClient client, String payload) throws IOException {
    JsonNode page = client.ok("USERS", payload);
    assertEquals("false", page.path("more").toString());
    List<String> names = new ArrayList<>();
    page.path("users").forEach(u -> names.add(u.path("username").asString()));
    return names;
  }
}

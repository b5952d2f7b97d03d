package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Repeats, and the order of what is pipelined, on three servers.
final class ExactlyOnceTest {
  private static final int PIPELINED = 3_000;

  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person alice;
  private static Person bob;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
    alice = servers.person("alice");
    bob = servers.person("bob");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String freshRoom(RawClient client) throws IOException {
    String room = "#" + TestServers.freshName("once");
    client.ok("CREATE_ROOM", "{'room':'" + room + "'}");
    return room;
  }

  private static String say(String room, String text) {
    return "{'to':'%s','text':'%s'}".formatted(room, text);
  }

  private static String rid(String id) {
    return "'request_id':'" + id + "'";
  }

  private static List<String> texts(RawClient client, String room) throws IOException {
    List<String> texts = new ArrayList<>();
    boolean more = true;
    while (more) {
      JsonNode page =
          client.ok(
              "HISTORY",
              "{'conversation':'%s','after':%d,'limit':200}".formatted(room, texts.size()),
              "'read':'linearizable'");
      page.path("messages").forEach(m -> texts.add(m.path("text").asString()));
      more = page.path("more").asBoolean();
    }
    return texts;
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aRepeatAnywhereGetsTheFirstOutcomeAndNothingHappensTwice(Door door) throws IOException {
    try (RawClient client = servers.as(alice, door)) {
      String room = freshRoom(client);
      client.event("ROOM");
      String id = room + "-1";
      JsonNode first = client.ok("SEND", say(room, "one"), rid(id));
      assertEquals(first, client.ok("SEND", say(room, "one"), rid(id)));
      for (int number = 1; number <= 3; number++) {
        try (RawClient other = servers.as(alice, number)) {
          assertEquals(first, other.ok("SEND", say(room, "one"), rid(id)));
        }
      }
      client.ok("SEND", say(room, "two"), rid(room + "-2"));
      // Still, now that it is not the newest any more.
      assertEquals(first, client.ok("SEND", say(room, "one"), rid(id)));
      assertEquals("one", client.event("MESSAGE").path("text").asString());
      assertEquals("two", client.event("MESSAGE").path("text").asString());
      assertEquals(List.of("one", "two"), texts(client, room));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void theSameIdWithOtherContentIsABadRequest(Door door) throws IOException {
    try (RawClient client = servers.as(alice, door)) {
      String room = freshRoom(client);
      String id = room + "-1";
      JsonNode first = client.ok("SEND", say(room, "one"), rid(id));
      client.error("BAD_REQUEST", "SEND", say(room, "other"), rid(id));
      client.error(
          "BAD_REQUEST", "SEND", "{'to':'%s','text':'one','reply_to':1}".formatted(room), rid(id));
      client.error(
          "BAD_REQUEST", "SEND", "{'to':'@%s','text':'one'}".formatted(bob.name()), rid(id));
      client.error("BAD_REQUEST", "CREATE_ROOM", "{'room':'%sx'}".formatted(room), rid(id));
      client.error(
          "BAD_REQUEST", "MARK_READ", "{'conversation':'%s','seq':1}".formatted(room), rid(id));
      // The order of the fields and a default written out make no difference.
      assertEquals(
          first,
          client.ok(
              "SEND", "{'text':'\\u006fne','reply_to':null,'to':'%s'}".formatted(room), rid(id)));
      assertEquals(List.of("one"), texts(client, room));
    }
  }

  @Test
  void manyWhoRepeatItAtOnceGetOneOutcome() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try (RawClient client = servers.as(alice, 1)) {
      String room = freshRoom(client);
      for (int i = 0; i < 9; i++) {
        clients.add(servers.as(alice, i % 3 + 1));
      }
      for (int round = 1; round <= 20; round++) {
        String id = room + "-" + round;
        List<String> sent = new ArrayList<>();
        for (RawClient each : clients) {
          sent.add(each.send("SEND", say(room, "round " + round), rid(id)));
        }
        Set<String> outcomes = new HashSet<>();
        for (int i = 0; i < clients.size(); i++) {
          outcomes.add(RawClient.okPayload(clients.get(i).reply(sent.get(i))).toString());
        }
        assertEquals(1, outcomes.size(), outcomes::toString);
      }
      assertEquals(20, texts(client, room).size());
      for (RawClient each : clients) {
        for (int round = 1; round <= 20; round++) {
          assertEquals("round " + round, each.event("MESSAGE").path("text").asString());
        }
      }
    } finally {
      for (RawClient each : clients) {
        each.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void theOutcomeOfEveryKindOfWriteIsRemembered(Door door) throws IOException {
    String room = "#" + TestServers.freshName("kinds");
    String name = "{'room':'" + room + "'}";
    try (RawClient a = servers.as(alice, door);
        RawClient b = servers.as(bob, door)) {
      JsonNode created = a.ok("CREATE_ROOM", name, rid(room + "c"));
      assertEquals(created, a.ok("CREATE_ROOM", name, rid(room + "c")));
      JsonNode joined = b.ok("JOIN_ROOM", name, rid(room + "j"));
      assertEquals(joined, b.ok("JOIN_ROOM", name, rid(room + "j")));
      JsonNode left = b.ok("LEAVE_ROOM", name, rid(room + "l"));
      assertEquals(left, b.ok("LEAVE_ROOM", name, rid(room + "l")));
      // The old join is answered from memory: bob does not come back by it.
      assertEquals(joined, b.ok("JOIN_ROOM", name, rid(room + "j")));
      b.error("NOT_A_MEMBER", "SEND", say(room, "x"));
      a.ok("SEND", say(room, "one"));
      String mark = "{'conversation':'" + room + "','seq':1}";
      JsonNode marked = a.ok("MARK_READ", mark, rid(room + "m"));
      assertEquals(marked, a.ok("MARK_READ", mark, rid(room + "m")));
      // Also when the room is gone.
      a.ok("LEAVE_ROOM", name, rid(room + "end"));
      a.ok("LEAVE_ROOM", name, rid(room + "end"));
      assertEquals(created, a.ok("CREATE_ROOM", name, rid(room + "c")));
      a.error("NO_SUCH_ROOM", "MEMBERS", name);
    }
  }

  @Test
  void twoAccountsMayUseTheSameId() throws IOException {
    try (RawClient a = servers.as(alice, 1);
        RawClient b = servers.as(bob, 2)) {
      String room = freshRoom(a);
      b.ok("JOIN_ROOM", "{'room':'" + room + "'}");
      JsonNode ofAlice = a.ok("SEND", say(room, "x"), rid(room));
      JsonNode ofBob = b.ok("SEND", say(room, "x"), rid(room));
      assertNotEquals(ofAlice.path("seq"), ofBob.path("seq"));
      assertEquals(2, texts(a, room).size());
    }
  }

  @Test
  void aRefusalThatNeverReachedTheLogIsDecidedAnew() throws IOException {
    String name = TestServers.freshName("later");
    String payload = "{'to':'@" + name + "','text':'x'}";
    try (RawClient client = servers.as(alice, 3)) {
      client.error("NO_SUCH_USER", "SEND", payload, rid(name));
      client.ok("REGISTER", TestServers.credentials(name));
      assertEquals(1, client.ok("SEND", payload, rid(name)).path("seq").asInt());
      assertEquals(1, client.ok("SEND", payload, rid(name)).path("seq").asInt());
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void thousandsInFlightAreEachAnsweredOnceAndInOrder(Door door) throws Exception {
    try (RawClient client = servers.as(alice, door)) {
      String room = freshRoom(client);
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  StringBuilder lines = new StringBuilder();
                  for (int i = 1; i <= PIPELINED; i++) {
                    String id = "p" + i;
                    lines
                        .append(
                            RawClient.json(
                                RawClient.request("SEND", id, say(room, "n" + i), rid(room + i))))
                        .append('\n');
                  }
                  client.bytes(lines.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                } catch (IOException e) {
                  // The reader notices that answers are missing.
                }
              });
      for (int i = 1; i <= PIPELINED; i++) {
        assertEquals(i, RawClient.okPayload(client.reply("p" + i)).path("seq").asInt());
      }
      writer.join();
      client.event("ROOM");
      for (int i = 1; i <= PIPELINED; i++) {
        assertEquals(i, client.event("MESSAGE").path("seq").asInt());
      }
      client.ok("PING", "{}");
    }
  }

  @Test
  void theWritesOfEachConnectionKeepTheirOrderAmongOthers() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try (RawClient client = servers.as(alice, 1)) {
      String room = freshRoom(client);
      for (int i = 0; i < 6; i++) {
        clients.add(servers.as(alice, i % 3 + 1));
      }
      List<List<String>> ids = new ArrayList<>();
      for (int i = 0; i < clients.size(); i++) {
        ids.add(new ArrayList<>());
        for (int n = 1; n <= 100; n++) {
          // With and without a request_id of one's own.
          String[] extras = i % 2 == 0 ? new String[0] : new String[] {rid(room + i + "." + n)};
          ids.get(i).add(clients.get(i).send("SEND", say(room, i + " " + n), extras));
        }
      }
      for (int i = 0; i < clients.size(); i++) {
        int last = 0;
        for (String id : ids.get(i)) {
          int seq = RawClient.okPayload(clients.get(i).reply(id)).path("seq").asInt();
          assertTrue(seq > last, "seq " + seq + " after " + last);
          last = seq;
        }
      }
      List<String> texts = texts(client, room);
      assertEquals(600, texts.size());
      assertEquals(600, new HashSet<>(texts).size());
    } finally {
      for (RawClient each : clients) {
        each.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aReadBehindAWriteSeesItWithoutWaitingForItsReply(Door door) throws IOException {
    try (RawClient client = servers.as(alice, door)) {
      String room = freshRoom(client);
      for (int i = 1; i <= 50; i++) {
        client.ok("SEND", say(room, "n" + i));
        JsonNode page = client.ok("HISTORY", "{'conversation':'" + room + "','limit':1}");
        assertEquals("n" + i, page.path("messages").get(0).path("text").asString());
      }
    }
  }
}

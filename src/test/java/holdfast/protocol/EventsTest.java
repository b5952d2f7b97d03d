package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Who hears what, on which server, how often and in which order; and LOGIN with a cursor, and
/// SYNC.
final class EventsTest {
  private static final int BURST = 200;

  /// Events; see `RecentEvents`.
  private static final int MORE_THAN_MEMORY_HOLDS = 4_400;

  private static final List<String> NEWS = List.of("new 1", "new 2", "new 3");

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

  private static String to(Person person, String text) {
    return "{'to':'@%s','text':'%s'}".formatted(person.name(), text);
  }

  private static String say(String room, String text) {
    return "{'to':'%s','text':'%s'}".formatted(room, text);
  }

  private static String withCursor(Person person, String cursor) {
    return "{'token':'%s','cursor':'%s'}".formatted(person.token(), cursor);
  }

  private static String freshRoom(RawClient client) throws IOException {
    String room = "#" + TestServers.freshName("events");
    client.ok("CREATE_ROOM", "{'room':'" + room + "'}");
    client.event("ROOM");
    return room;
  }

  @Test
  void everyConnectionOfBothPartiesHearsEveryMessageOnceAndInOrder() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int number = 1; number <= 3; number++) {
        clients.add(servers.as(alice, number));
        clients.add(servers.as(bob, number));
        clients.add(servers.as(bob, number));
      }
      Map<RawClient, List<String>> asked = new HashMap<>();
      for (int i = 0; i < 50; i++) {
        for (int at : List.of(0, 1, 3, 7)) {
          RawClient client = clients.get(at);
          Person other = at % 3 == 0 ? bob : alice;
          asked
              .computeIfAbsent(client, c -> new ArrayList<>())
              .add(client.send("SEND", to(other, "c" + at + " n" + i)));
        }
      }
      List<List<String>> heard = new ArrayList<>();
      for (int at = 0; at < clients.size(); at++) {
        String other = "@" + (at % 3 == 0 ? bob : alice).name();
        List<String> texts = new ArrayList<>();
        int last = 0;
        for (int i = 0; i < BURST; i++) {
          JsonNode event = clients.get(at).event("MESSAGE");
          assertEquals(other, event.path("conversation").asString());
          int seq = event.path("seq").asInt();
          assertTrue(last == 0 || seq == last + 1, "seq " + seq + " after " + last);
          last = seq;
          texts.add(event.path("text").asString());
        }
        heard.add(texts);
      }
      assertEquals(1, new HashSet<>(heard).size());
      for (Map.Entry<RawClient, List<String>> each : asked.entrySet()) {
        for (String id : each.getValue()) {
          RawClient.okPayload(each.getKey().reply(id));
        }
      }
      // Nothing came twice: the next thing everybody hears is the next message.
      clients.get(4).ok("SEND", to(alice, "the end"));
      for (RawClient client : clients) {
        assertEquals("the end", client.event("MESSAGE").path("text").asString());
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void onTheConnectionThatCausedItTheOkComesFirst(Door door) throws IOException {
    try (RawClient client = servers.as(alice, door)) {
      String room = freshRoom(client);
      for (int i = 0; i < BURST; i++) {
        String ack = i % 3 == 0 ? "'ack':'all'" : "'ack':'majority'";
        client.send("SEND", say(room, "n" + i), ack);
      }
      Set<Long> answered = new HashSet<>();
      int events = 0;
      while (events < BURST) {
        JsonNode frame = client.next();
        long seq = frame.path("payload").path("seq").asLong();
        switch (frame.path("type").asString()) {
          case "OK" -> assertTrue(answered.add(seq));
          case "MESSAGE" -> {
            events++;
            assertEquals(events, seq);
            assertTrue(answered.contains(seq), "the event before the OK: " + frame);
          }
          default -> assertEquals("CLUSTER", frame.path("type").asString());
        }
      }
      assertEquals(BURST, answered.size());
    }
  }

  @Test
  void nothingIsPushedBeforeLoginAndItsOkComesFirst() throws Exception {
    Person busy = servers.person("busy");
    Person loader = servers.person("loader");
    try (RawClient writer = servers.as(loader, 1)) {
      Thread load =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (!Thread.interrupted()) {
                    writer.ok("SEND", to(busy, "load"));
                    writer.event("MESSAGE");
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      for (int i = 0; i < 30; i++) {
        try (RawClient client = servers.client(i % 3 + 1)) {
          client.ok("PING", "{}");
          String login = client.send("LOGIN", "{'token':'%s'}".formatted(busy.token()));
          JsonNode first = client.next();
          assertEquals(login, first.path("id").asString(), first::toString);
          int before = client.event("MESSAGE").path("seq").asInt();
          assertEquals(before + 1, client.event("MESSAGE").path("seq").asInt());
        }
      }
      load.interrupt();
      load.join();
    }
  }

  @Test
  void membersHearOfARoomAndOthersDoNot() throws IOException {
    try (RawClient a = servers.as(alice, 1);
        RawClient b = servers.as(bob, 2)) {
      String room = freshRoom(a);
      a.ok("SEND", say(room, "before bob"));
      b.ok("JOIN_ROOM", "{'room':'" + room + "'}");
      a.ok("SEND", say(room, "with bob"));
      b.ok("LEAVE_ROOM", "{'room':'" + room + "'}");
      a.ok("SEND", say(room, "after bob"));
      a.ok("SEND", to(bob, "sentinel"));
      assertEquals("joined", b.event("ROOM").path("change").asString());
      assertEquals("with bob", b.event("MESSAGE").path("text").asString());
      assertEquals("left", b.event("ROOM").path("change").asString());
      assertEquals("sentinel", b.event("MESSAGE").path("text").asString());
    }
  }

  // ---- resuming

  /// Reads messages until the one with this text; their texts.
  private static List<String> until(RawClient client, String text) throws IOException {
    List<String> texts = new ArrayList<>();
    do {
      texts.add(client.event("MESSAGE").path("text").asString());
    } while (!texts.getLast().equals(text));
    return texts;
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void resumingGivesWhatWasMissedAndThenWhatIsNewEachOnce(Door door) throws IOException {
    try (RawClient writer = servers.as(alice, 1)) {
      String cursor;
      try (RawClient before = servers.as(bob, 2)) {
        writer.ok("SEND", to(bob, "heard"));
        cursor = before.event("MESSAGE").path("cursor").asString();
      }
      List<String> expected = new ArrayList<>();
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        expected.add("missed " + i);
        ids.add(writer.send("SEND", to(bob, "missed " + i)));
      }
      for (String id : ids) {
        RawClient.okPayload(writer.reply(id));
      }
      ids.clear();
      try (RawClient after = servers.client(door)) {
        String login = after.send("LOGIN", withCursor(bob, cursor));
        for (int i = 0; i < 300; i++) {
          expected.add("new " + i);
          ids.add(writer.send("SEND", to(bob, "new " + i)));
        }
        JsonNode first = after.next();
        assertEquals(login, first.path("id").asString());
        assertEquals("false", RawClient.okPayload(first).path("reset").toString());
        assertEquals(expected, until(after, "new 299"));
      }
      for (String id : ids) {
        RawClient.okPayload(writer.reply(id));
      }
    }
  }

  @Test
  void whoeverIsFurtherBehindThanMemoryReachesGoesOnJustAsWell() throws IOException {
    Person quiet = servers.person("quiet");
    Person spokenTo = servers.person("spoken");
    try (RawClient writer = servers.as(alice, 1)) {
      String ofQuiet = cursorNow(quiet);
      String ofSpokenTo = cursorNow(spokenTo);
      writer.ok("SEND", to(spokenTo, "missed"));
      for (int burst = 0; burst < MORE_THAN_MEMORY_HOLDS / BURST; burst++) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
          ids.add(writer.send("SEND", to(bob, "of others")));
        }
        for (String id : ids) {
          RawClient.okPayload(writer.reply(id));
        }
      }
      for (int number = 1; number <= 3; number++) {
        try (RawClient first = servers.client(number);
            RawClient second = servers.client(number)) {
          String index = writer.ok("SEND", to(bob, "the last")).path("index").asString();
          String caughtUp = "'min_index':'" + index + "'";
          first.ok("LOGIN", withCursor(quiet, ofQuiet), caughtUp);
          second.ok("LOGIN", withCursor(spokenTo, ofSpokenTo), caughtUp);
          String text = "new " + number;
          writer.ok("SEND", to(quiet, text));
          writer.ok("SEND", to(spokenTo, text));
          assertEquals(NEWS.subList(0, number), until(first, text));
          List<String> expected = new ArrayList<>(List.of("missed"));
          expected.addAll(NEWS.subList(0, number));
          assertEquals(expected, until(second, text));
        }
      }
    }
  }

  private static String cursorNow(Person person) throws IOException {
    try (RawClient client = servers.client(1)) {
      return client
          .ok("LOGIN", "{'token':'%s'}".formatted(person.token()))
          .path("cursor")
          .asString();
    }
  }

  @Test
  void whoLeftHearsWhatThatCausedThoughItComesBackInTheMiddleOfIt() throws IOException {
    Person owner = servers.person("owner");
    try (RawClient leaving = servers.as(owner, 2);
        RawClient staying = servers.as(bob, 1)) {
      String room = freshRoom(leaving);
      staying.ok("JOIN_ROOM", "{'room':'" + room + "'}");
      assertEquals("joined", leaving.event("ROOM").path("change").asString());
      leaving.ok("LEAVE_ROOM", "{'room':'" + room + "'}");
      JsonNode left = leaving.event("ROOM");
      assertEquals("left", left.path("change").asString());
      JsonNode caused = leaving.push();
      assertEquals("role", caused.path("payload").path("change").asString());
      for (int number = 1; number <= 3; number++) {
        try (RawClient again = servers.client(number)) {
          again.ok("LOGIN", withCursor(owner, left.path("cursor").asString()));
          assertEquals(caused, again.push());
        }
      }
    }
  }

  @Test
  void everyCursorOfAStreamContinuesItJustBehindOnAnyServer() throws IOException {
    try (RawClient writer = servers.as(alice, 1);
        RawClient reader = servers.as(bob, 2)) {
      String room = freshRoom(writer);
      reader.ok("JOIN_ROOM", "{'room':'" + room + "'}");
      for (int i = 0; i < 10; i++) {
        writer.ok("SEND", say(room, "n" + i));
      }
      reader.ok("MARK_READ", "{'conversation':'" + room + "','seq':7}");
      reader.ok("LEAVE_ROOM", "{'room':'" + room + "'}");
      List<JsonNode> stream = new ArrayList<>();
      for (int i = 0; i < 13; i++) {
        stream.add(reader.push());
      }
      assertEquals("left", stream.getLast().path("payload").path("change").asString());
      for (int i = 0; i < stream.size() - 1; i++) {
        try (RawClient again = servers.client(i % 3 + 1)) {
          again.ok(
              "LOGIN", withCursor(bob, stream.get(i).path("payload").path("cursor").asString()));
          for (JsonNode expected : stream.subList(i + 1, stream.size())) {
            assertEquals(expected, again.push());
          }
        }
      }
    }
  }

  @Test
  void theCursorOfALoginIsWhereItsPushesBegan() throws IOException {
    try (RawClient writer = servers.as(alice, 1);
        RawClient first = servers.client(2)) {
      String cursor =
          first.ok("LOGIN", "{'token':'%s'}".formatted(bob.token())).path("cursor").asString();
      writer.ok("SEND", to(bob, "a"));
      writer.ok("SEND", to(bob, "b"));
      first.event("MESSAGE");
      first.event("MESSAGE");
      try (RawClient second = servers.client(3)) {
        String later = second.ok("LOGIN", withCursor(bob, cursor)).path("cursor").asString();
        assertEquals("a", second.event("MESSAGE").path("text").asString());
        assertEquals("b", second.event("MESSAGE").path("text").asString());
        // The same connection may go back as well.
        second.ok("LOGIN", withCursor(bob, cursor));
        assertEquals("a", second.event("MESSAGE").path("text").asString());
        assertEquals("b", second.event("MESSAGE").path("text").asString());
        assertFalse(later.isEmpty());
      }
    }
  }

  @Test
  void aRepeatDoesNotPushAgainWhenResuming() throws IOException {
    try (RawClient writer = servers.as(alice, 1);
        RawClient reader = servers.client(2)) {
      String cursor =
          reader.ok("LOGIN", "{'token':'%s'}".formatted(bob.token())).path("cursor").asString();
      String id = "'request_id':'" + TestServers.freshName("resume") + "'";
      writer.ok("SEND", to(bob, "once"), id);
      writer.ok("SEND", to(bob, "once"), id);
      writer.ok("SEND", to(bob, "then"));
      assertEquals(List.of("once", "then"), until(reader, "then"));
      try (RawClient again = servers.client(3)) {
        again.ok("LOGIN", withCursor(bob, cursor));
        assertEquals(List.of("once", "then"), until(again, "then"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void syncPagesThroughWhatWasMissed(Door door) throws IOException {
    Person carol = servers.person("carol");
    try (RawClient writer = servers.as(alice, 1);
        RawClient early = servers.client(2)) {
      String cursor =
          early.ok("LOGIN", "{'token':'%s'}".formatted(carol.token())).path("cursor").asString();
      String index = "";
      for (int i = 0; i < 25; i++) {
        index = writer.ok("SEND", to(carol, "n" + i)).path("index").asString();
      }
      List<String> texts = new ArrayList<>();
      try (RawClient client = servers.client(door)) {
        client.ok(
            "LOGIN", "{'token':'%s'}".formatted(carol.token()), "'min_index':'" + index + "'");
        writer.ok("SEND", to(carol, "live"));
        assertEquals("live", client.event("MESSAGE").path("text").asString());
        boolean more = true;
        int pages = 0;
        while (more) {
          JsonNode end = client.ok("SYNC", "{'cursor':'%s','limit':10}".formatted(cursor));
          int frames = 0;
          while (frames < 10 && texts.size() < 25) {
            texts.add(client.event("MESSAGE").path("text").asString());
            frames++;
          }
          assertEquals("false", end.path("reset").toString());
          cursor = end.path("cursor").asString();
          more = end.path("more").asBoolean();
          pages++;
        }
        assertEquals(3, pages);
        for (int i = 0; i < 25; i++) {
          assertEquals("n" + i, texts.get(i));
        }
        // Up to where the pushes began and no further, so that nothing comes twice.
        writer.ok("SEND", to(carol, "end"));
        assertEquals("end", client.event("MESSAGE").path("text").asString());
      }
    }
  }
}

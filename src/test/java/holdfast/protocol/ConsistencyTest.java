package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a read on one server knows of a write on another, and what an OK to a write means.
final class ConsistencyTest {
  private static final int ROUNDS = 40;

  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person alice;
  private static String room;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
    alice = servers.person("alice");
    room = "#" + TestServers.freshName("agree");
    try (RawClient client = servers.as(alice, 1)) {
      client.ok("CREATE_ROOM", "{'room':'" + room + "'}");
    }
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String say(String text) {
    return "{'to':'%s','text':'%s'}".formatted(room, text);
  }

  private static long newest(RawClient client, String extra) throws IOException {
    JsonNode page = client.ok("HISTORY", "{'conversation':'" + room + "','limit':1}", extra);
    JsonNode last = page.path("messages").get(0);
    return last.path("seq").asLong();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aLinearizableReadSeesWhatWasAcknowledgedOnAnyServer(int number) throws IOException {
    List<RawClient> readers = new ArrayList<>();
    try (RawClient writer = servers.as(alice, number)) {
      for (int i = 1; i <= 3; i++) {
        readers.add(servers.as(alice, i));
      }
      for (int i = 0; i < ROUNDS; i++) {
        long seq = writer.ok("SEND", say("n" + i)).path("seq").asLong();
        assertTrue(newest(readers.get(i % 3), "'read':'linearizable'") >= seq);
      }
    } finally {
      for (RawClient reader : readers) {
        reader.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aReadWithTheIndexOfAWriteSeesIt(int number) throws IOException {
    List<RawClient> readers = new ArrayList<>();
    try (RawClient writer = servers.as(alice, number)) {
      for (int i = 1; i <= 3; i++) {
        readers.add(servers.as(alice, i));
      }
      for (int i = 0; i < ROUNDS; i++) {
        JsonNode sent = writer.ok("SEND", say("m" + i));
        String index = "'min_index':'" + sent.path("index").asString() + "'";
        assertEquals(sent.path("seq").asLong(), newest(readers.get(i % 3), index));
      }
    } finally {
      for (RawClient reader : readers) {
        reader.close();
      }
    }
  }

  @Test
  void anAccountCanLogInAnywhereRightAfterItWasMade() throws IOException {
    try (RawClient one = servers.client(1);
        RawClient two = servers.client(2);
        RawClient three = servers.client(3)) {
      List<RawClient> clients = List.of(one, two, three);
      for (int i = 0; i < 6; i++) {
        String credentials = TestServers.credentials(TestServers.freshName("quick"));
        clients.get(i % 3).ok("REGISTER", credentials);
        // The other's copy may lag, but BAD_CREDENTIALS is never said from one that may.
        clients.get((i + 1) % 3).ok("LOGIN", credentials);
      }
    }
  }

  @Test
  void whatIsNewIsNeverCalledMissing() throws IOException {
    try (RawClient one = servers.as(alice, 1);
        RawClient two = servers.as(alice, 2);
        RawClient three = servers.as(alice, 3)) {
      List<RawClient> clients = List.of(one, two, three);
      for (int i = 0; i < 30; i++) {
        RawClient writer = clients.get(i % 3);
        RawClient other = clients.get((i + 1 + i % 2) % 3);
        String name = "#" + TestServers.freshName("new");
        writer.ok("CREATE_ROOM", "{'room':'" + name + "'}");
        switch (i % 4) {
          case 0 -> other.ok("HISTORY", "{'conversation':'" + name + "'}");
          case 1 -> other.ok("SEND", "{'to':'" + name + "','text':'x'}");
          case 2 -> other.ok("MEMBERS", "{'room':'" + name + "'}");
          default -> other.ok("LEAVE_ROOM", "{'room':'" + name + "'}");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ackAllSaysHowManyDisksHaveIt(int number) throws IOException {
    try (RawClient client = servers.as(alice, number)) {
      for (int i = 0; i < 5; i++) {
        JsonNode sent = client.ok("SEND", say("all " + i), "'ack':'all'");
        assertEquals(3, sent.path("acked").asInt(), sent::toString);
        assertTrue(sent.path("index").isString() && sent.path("seq").isIntegralNumber());
      }
      JsonNode sent = client.ok("SEND", say("majority"), "'ack':'majority'");
      assertTrue(!sent.hasNonNull("acked"), sent::toString);
    }
  }

  @Test
  void ackAllIsRepeatedLikeAnyOther() throws IOException {
    String id = "'request_id':'" + TestServers.freshName("all") + "'";
    try (RawClient client = servers.as(alice, 2);
        RawClient other = servers.as(alice, 3)) {
      JsonNode first = client.ok("SEND", say("once"), "'ack':'all'", id);
      JsonNode again = other.ok("SEND", say("once"), "'ack':'all'", id);
      assertEquals(first.path("seq"), again.path("seq"));
      assertEquals(first.path("index"), again.path("index"));
      assertEquals(first.path("seq"), other.ok("SEND", say("once"), id).path("seq"));
    }
  }

  @Test
  void everyServerHasTheSameHistory() throws IOException {
    List<String> pages = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      try (RawClient client = servers.as(alice, number)) {
        client.ok("SEND", say("from " + number));
      }
    }
    for (int number = 1; number <= 3; number++) {
      try (RawClient client = servers.as(alice, number)) {
        pages.add(
            client
                .ok(
                    "HISTORY",
                    "{'conversation':'" + room + "','limit':200}",
                    "'read':'linearizable'")
                .toString());
      }
    }
    assertEquals(pages.get(0), pages.get(1));
    assertEquals(pages.get(0), pages.get(2));
  }
}

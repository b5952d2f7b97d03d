package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// At a limit the caller gets a clear error, and everyone else goes on: at a primary and at a
/// backup with small ones.
@ParameterizedClass
@EnumSource(Door.class)
final class LimitsTest {
  private static final int CONNECTIONS_MAX = 12;

  /// Long messages, 32,000 bytes each: far more than the server's bound and what sockets hold.
  private static final int SLOW_MAX = 2_000;

  private static final String LONG_TEXT = "\ud83d\ude00".repeat(8_000);

  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person alice;
  private static Person bob;

  /// Which server that is. Asking anew would be one more connection.
  private static final Map<Door, Integer> numbers = new EnumMap<>(Door.class);

  @Parameter Door door;

  @BeforeAll
  static void start() throws Exception {
    servers =
        TestServers.start(folder, 3, "connections.max=" + CONNECTIONS_MAX, "idle.timeout=10s");
    alice = servers.person("alice");
    bob = servers.person("bob");
    for (Door each : Door.values()) {
      numbers.put(each, servers.number(each));
    }
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private int number() {
    return numbers.get(door);
  }

  private RawClient client() throws IOException {
    return servers.client(number());
  }

  /// Connections that a test closed may still be on their way out: the next one counts on none.
  @AfterEach
  void everybodyHasLeft() throws IOException {
    boolean isAlone = false;
    while (!isAlone) {
      try (RawClient client = client()) {
        client.frame("{'type':'STATUS'}");
        JsonNode rows = client.next().path("payload").path("servers");
        isAlone = rows.path(number() - 1).path("clients").asInt(-1) == 1;
      }
    }
  }

  @Test
  void beyondConnectionsMaxBusyIsSaidAndOthersGoOn() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      Optional<JsonNode> busy = Optional.empty();
      while (busy.isEmpty()) {
        assertTrue(clients.size() <= CONNECTIONS_MAX, "more connections than connections.max");
        RawClient client = client();
        client.frame("{'type':'PING'}");
        JsonNode reply = client.next();
        if (reply.path("type").asString().equals("ERROR")) {
          RawClient.errorPayload("BUSY", reply);
          client.ended();
          client.close();
          busy = Optional.of(reply);
        } else {
          clients.add(client);
        }
      }
      clients.getFirst().ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
      clients.removeLast().close();
      boolean served = false;
      while (!served) {
        try (RawClient client = client()) {
          client.frame("{'type':'PING'}");
          served = client.next().path("type").asString().equals("OK");
        }
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void whoReadsTooSlowlyIsToldAndDisconnectedOthersGoOnAndNothingIsLost() throws IOException {
    try (RawClient writer = servers.as(alice, number());
        RawClient fast = servers.as(bob, number());
        RawClient slow = RawClient.connect(servers.port(number()), 8_192)) {
      String cursor =
          slow.ok("LOGIN", "{'token':'%s'}".formatted(bob.token())).path("cursor").asString();
      int sent = 0;
      int heard = 0;
      Optional<JsonNode> told = Optional.empty();
      while (told.isEmpty()) {
        assertTrue(
            sent < SLOW_MAX, "the server keeps " + (sent - heard) + " long messages waiting");
        sent++;
        writer.ok("SEND", "{'to':'@%s','text':'%d %s'}".formatted(bob.name(), sent, LONG_TEXT));
        writer.event("MESSAGE");
        assertTrue(fast.event("MESSAGE").path("text").asString().startsWith(sent + " "));
        if (sent % 4 == 0) {
          JsonNode frame = slow.next();
          if (frame.path("type").asString().equals("ERROR")) {
            told = Optional.of(frame);
          } else {
            heard++;
            assertTrue(frame.path("payload").path("text").asString().startsWith(heard + " "));
            cursor = frame.path("payload").path("cursor").asString();
          }
        }
      }
      JsonNode frame = told.get();
      RawClient.errorPayload("SLOW_CONSUMER", frame);
      assertFalse(frame.has("id"), frame::toString);
      slow.ended();
      try (RawClient again = client()) {
        again.ok("LOGIN", "{'token':'%s','cursor':'%s'}".formatted(bob.token(), cursor));
        for (int i = heard + 1; i <= sent; i++) {
          assertTrue(again.event("MESSAGE").path("text").asString().startsWith(i + " "));
        }
      }
    }
  }

  @Test
  void missedEventsArePacedByTheReaderHoweverMany() throws IOException {
    Person carol = servers.person("carol");
    try (RawClient writer = servers.as(alice, number());
        RawClient early = client();
        RawClient slow = RawClient.connect(servers.port(number()), 8_192)) {
      String cursor =
          early.ok("LOGIN", "{'token':'%s'}".formatted(carol.token())).path("cursor").asString();

      int sent = 500;
      for (int i = 1; i <= sent; i++) {
        writer.ok("SEND", "{'to':'@%s','text':'%d %s'}".formatted(carol.name(), i, LONG_TEXT));
        writer.event("MESSAGE");
      }
      slow.ok("LOGIN", "{'token':'%s','cursor':'%s'}".formatted(carol.token(), cursor));
      // It asks for something else before it reads on: far more than the server's bound waits.
      slow.ok("PING", "{}");
      for (int i = 1; i <= sent; i++) {
        assertTrue(slow.event("MESSAGE").path("text").asString().startsWith(i + " "));
      }
      slow.ok("PING", "{}");
    }
  }

  @Test
  void aSilentConnectionIsClosedWithoutAFrameAndOneThatSpeaksIsNot() throws IOException {
    try (RawClient silent = client();
        RawClient speaking = client()) {
      silent.ok("PING", "{}");
      silent.patience(1_000);
      Optional<JsonNode> end = Optional.empty();
      boolean open = true;
      while (open) {
        // Any line is a sign of life, a bad one, too.
        speaking.line("");
        RawClient.errorPayload("BAD_FRAME", speaking.next());
        try {
          end = silent.nextOrEnd();
          open = false;
        } catch (SocketTimeoutException e) {
          // Not yet.
        }
      }
      assertEquals(Optional.empty(), end);
      speaking.ok("PING", "{}");
    }
  }

  @Test
  void manyConnectionsThatBreakOffInTheMiddleOfALineCostNothing() throws IOException {
    for (int i = 0; i < 200; i++) {
      RawClient client = client();
      client.bytes("{\"type\":\"PI".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      client.close();
    }
    boolean served = false;
    while (!served) {
      try (RawClient client = client()) {
        client.frame("{'type':'PING'}");
        served = client.next().path("type").asString().equals("OK");
      }
    }
  }
}

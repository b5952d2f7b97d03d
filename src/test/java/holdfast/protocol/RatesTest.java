package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// `rate.writes` and `rate.requests`, at a primary and at a backup.
@ParameterizedClass
@EnumSource(Door.class)
final class RatesTest {
  @TempDir private static Path folder;
  private static TestServers servers;

  @Parameter Door door;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3, "rate.writes=1", "rate.requests=20");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String note(Person person, String text) {
    return "{'to':'@%s','text':'%s'}".formatted(person.name(), text);
  }

  @Test
  void anAccountWritesSoMuchOnAllItsConnections() throws IOException {
    Person alice = servers.person("rate");
    try (RawClient one = servers.as(alice, door);
        RawClient two = servers.as(alice, door)) {
      JsonNode refused = write(alice, one, two);
      assertTrue(refused.path("retry_after_ms").asLong() > 0, refused::toString);
      assertTrue(refused.path("retry_after_ms").asLong() <= 1_001, refused::toString);
      // Reading goes on, and others are not held up.
      one.ok("HISTORY", "{'conversation':'@%s'}".formatted(alice.name()));
      Person bob = servers.person("free");
      try (RawClient b = servers.as(bob, door)) {
        b.ok("SEND", note(bob, "mine"));
      }
    }
  }

  /// Writes in turn on both until one is refused.
  private static JsonNode write(Person alice, RawClient one, RawClient two) throws IOException {
    for (int i = 0; i < 1_000; i++) {
      JsonNode reply = (i % 2 == 0 ? one : two).ask("SEND", note(alice, "n" + i));
      if (reply.path("type").asString().equals("ERROR")) {
        return RawClient.errorPayload("RATE_LIMITED", reply);
      }
    }
    throw new AssertionError("a thousand writes were let through");
  }

  /// Neither on the server that its clients have it forwarded to, nor anywhere else.
  @Test
  void whatAnAccountWritesOnOneServerIsNotCountedOnAnother() throws IOException {
    Person alice = servers.person("everywhere");
    int here = servers.number(door);
    try (RawClient client = servers.as(alice, here)) {
      write(alice, client, client);
      for (int there = 1; there <= servers.size(); there++) {
        if (there != here) {
          try (RawClient other = servers.as(alice, there)) {
            // As after a rest: twice as many as in a second.
            other.ok("SEND", note(alice, "one on " + there));
            other.ok("SEND", note(alice, "two on " + there));
          }
        }
      }
    }
  }

  @Test
  void theOrderOfWritesHoldsBehindOneThatWasRefused() throws IOException {
    Person alice = servers.person("order");
    try (RawClient client = servers.as(alice, door)) {
      String refused = "";
      for (int i = 0; refused.isEmpty(); i++) {
        JsonNode reply =
            client.ask("SEND", note(alice, "n" + i), "'request_id':'n%d'".formatted(i));
        if (reply.path("type").asString().equals("ERROR")) {
          RawClient.errorPayload("RATE_LIMITED", reply);
          refused = "n" + i;
        }
      }
      // One behind it is not done before it, whatever the rate allows by then.
      String code = "RATE_LIMITED";
      while (code.equals("RATE_LIMITED")) {
        JsonNode behind = client.ask("SEND", note(alice, "late"), "'request_id':'late'");
        code = behind.path("payload").path("code").asString();
      }
      assertEquals("BUSY", code);
    }
  }

  @Test
  void aConnectionAsksSoMuch() throws IOException {
    try (RawClient client = servers.client(door)) {
      String last = "";
      for (int i = 0; i < 200; i++) {
        last = client.send("HELLO", "{}");
      }
      JsonNode refused = RawClient.errorPayload("RATE_LIMITED", client.reply(last));
      assertTrue(refused.path("retry_after_ms").asLong() > 0, refused::toString);
      assertTrue(refused.path("retry_after_ms").asLong() <= 51, refused::toString);
      client.ok("PING", "{}");
      // Who is not signed in is told that first.
      client.error("NOT_LOGGED_IN", "USERS", "{}");
      client.error("RATE_LIMITED", "LOGIN", "{'token':'x'}");
      try (RawClient other = servers.client(door)) {
        other.ok("HELLO", "{}");
      }
    }
  }
}

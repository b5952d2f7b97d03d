package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.protocol.TestServers.Person;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// A server that is told to end: what its clients see.
final class StoppingTest {
  @TempDir private Path folder;

  @Test
  void aPrimaryThatEndsServesOnAsABackupUntilItsClientsHaveGone() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      Person alice = servers.person("alice");
      Person bob = servers.person("bob");
      int primary = servers.primary();
      try (RawClient client = servers.as(alice, primary)) {
        Thread stop = Thread.ofPlatform().start(servers.server(primary)::stop);
        RawClient.errorPayload("SHUTTING_DOWN", client.push());
        assertThrows(ConnectException.class, () -> servers.client(primary));
        String payload = "{'to':'@%s','text':'hello'}".formatted(bob.name());
        assertEquals(1, client.ok("SEND", payload, "'request_id':'1'").path("seq").asInt());
        client.ok("HISTORY", "{'conversation':'@%s'}".formatted(bob.name()));
        String hello = client.ok("HELLO", "{}").path("primary").asString();
        assertNotEquals(Integer.toString(primary), hello);
        client.ok("QUIT", "{}");
        client.ended();
        stop.join();
      }
    }
  }

  @Test
  void whoDoesNotGoIsToldAgainAndClosedInOrder() throws Exception {
    try (TestServers servers = TestServers.start(folder, 1);
        RawClient client = servers.client(1)) {
      client.ok("HELLO", "{}");
      Thread stop = Thread.ofPlatform().start(servers.server(1)::stop);
      RawClient.errorPayload("SHUTTING_DOWN", client.push());
      RawClient.errorPayload("SHUTTING_DOWN", client.push());
      client.ended();
      stop.join();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void whatIsAskedTooLateIsRefusedAndWhatWasAskedBeforeIsAnswered(int count) throws Exception {
    try (TestServers servers = TestServers.start(folder, count)) {
      Person alice = servers.person("alice");
      int number = count == 1 ? 1 : servers.backup();
      String say = "{'to':'@%s','text':'x'}".formatted(alice.name());
      try (RawClient slow = servers.as(alice, number);
          RawClient late = servers.as(alice, number)) {
        JsonNode first = slow.ok("SEND", say, "'request_id':'1'");
        // Of what is yet to come: eight at a time wait two seconds each, so that the last are still
        // waiting when nothing more is taken.
        String ahead = "'min_index':'" + first.path("index").asString() + "00'";
        Thread stop = Thread.ofPlatform().start(servers.server(number)::stop);
        slow.event("MESSAGE");
        RawClient.errorPayload("SHUTTING_DOWN", slow.push());
        List<String> waiting = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          waiting.add(slow.send("ROOMS", "{}", ahead));
        }
        JsonNode reply = late.ask("ROOMS", "{}");
        while (reply.path("type").asString().equals("OK")) {
          reply = late.ask("ROOMS", "{}");
        }
        RawClient.errorPayload("SHUTTING_DOWN", reply);
        late.error("SHUTTING_DOWN", "SEND", say, "'request_id':'2'");
        late.error("SHUTTING_DOWN", "CREATE_ROOM", "{'room':'#late'}");
        late.error("SHUTTING_DOWN", "LOGIN", "{'token':'%s'}".formatted(alice.token()));
        late.error("SHUTTING_DOWN", "EXISTS", "{'username':'%s'}".formatted(alice.name()));
        late.error("SHUTTING_DOWN", "REGISTER", TestServers.credentials("late"));
        late.error("SHUTTING_DOWN", "TYPING", "{'conversation':'@%s'}".formatted(alice.name()));
        late.error("SHUTTING_DOWN", "ADMIN", "{}");
        // What was done is told, however late it is asked again.
        assertEquals(first, late.ok("SEND", say, "'request_id':'1'"));
        late.ok("PING", "{}");
        for (String id : waiting) {
          RawClient.errorPayload("BEHIND", slow.reply(id));
        }
        RawClient.errorPayload("SHUTTING_DOWN", slow.push());
        slow.ended();
        stop.join();
      }
    }
  }
}

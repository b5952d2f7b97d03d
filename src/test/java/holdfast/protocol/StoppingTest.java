package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.protocol.TestServers.Person;
import java.net.ConnectException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}

package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.server.ChangeResult;
import holdfast.server.Server;
import holdfast.server.StartException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Servers that come and go, as clients and operators see it.
@Timeout(120)
final class MembersChangeTest {
  private static final long WAIT_SECONDS = 60;

  @TempDir private Path folder;

  private static ChangeResult change(Server server, MemberChange change) throws Exception {
    return server.change(change).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static List<String> ids(JsonNode servers) {
    List<String> ids = new ArrayList<>();
    servers.forEach(server -> ids.add(server.path("server_id").asString()));
    return ids;
  }

  /// Waits for a CLUSTER event that lists these.
  private static void awaitCluster(RawClient client, List<String> expected) throws Exception {
    List<String> told = List.of();
    while (!told.equals(expected)) {
      JsonNode frame = client.next();
      if (frame.path("type").asString().equals("CLUSTER")) {
        told = ids(frame.path("payload").path("servers"));
      }
    }
  }

  /// Waits until server `asked` says that `subject` is up, or that it is not.
  private static void awaitUp(TestServers servers, int asked, int subject, boolean expected)
      throws Exception {
    try (RawClient client = servers.client(asked)) {
      boolean up = !expected;
      while (up != expected) {
        JsonNode rows = client.ok("STATUS", "{}").path("servers");
        up = rows.get(subject - 1).path("up").asBoolean();
      }
    }
  }

  /// A server that has just joined knows nothing of its cluster yet, and says BEHIND.
  private static void awaitSignIn(TestServers servers, TestServers.Person person, int number)
      throws Exception {
    try (RawClient client = servers.client(number)) {
      String login = "{'token':'%s'}".formatted(person.token());
      while (client.ask("LOGIN", login).path("type").asString().equals("ERROR")) {
        // Asked again.
      }
    }
  }

  @Test
  void aServerThatJoinsIsKnownToClientsAndServesThem() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      TestServers.Person alice = servers.person("alice");
      try (RawClient client = servers.as(alice, 1)) {
        servers.join(servers.backup());
        awaitCluster(client, List.of("1", "2", "3", "4"));
        awaitSignIn(servers, alice, 4);
        try (RawClient there = servers.as(alice, 4)) {
          JsonNode sent = there.ok("SEND", "{'to':'@%s','text':'hi'}".formatted(alice.name()));
          assertEquals(1, sent.path("seq").asInt());
          JsonNode status = there.ok("STATUS", "{}");
          while (status.path("failures_tolerated").asInt() != 1) {
            // The primary has yet to tell it who is up.
            status = there.ok("STATUS", "{}");
          }
          assertEquals("4", status.path("servers").get(3).path("server_id").asString());
        }
      }
    }
  }

  @Test
  void aPrimaryThatIsRemovedHandsOverAndEnds() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      TestServers.Person alice = servers.person("alice");
      int primary = servers.primary();
      int asked = servers.backup();
      try (RawClient client = servers.as(alice, asked)) {
        assertEquals(
            new ChangeResult.Done(),
            change(servers.server(asked), new MemberChange.Remove(new ServerId(primary))));
        List<String> left = new ArrayList<>(List.of("1", "2", "3"));
        left.remove(Integer.toString(primary));
        awaitCluster(client, left);
        client.ok("SEND", "{'to':'@%s','text':'hi'}".formatted(alice.name()));
        assertEquals(Server.REMOVED, servers.server(primary).awaitExit());
        assertEquals(
            new ChangeResult.Done(),
            change(servers.server(asked), new MemberChange.Remove(new ServerId(primary))),
            "asked again");
      }
    }
  }

  /// Nobody takes what it forwards any more: it must not offer to answer until they have left.
  @Test
  void aServerThatIsRemovedSendsItsClientsAwayAtOnce() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      TestServers.Person alice = servers.person("alice");
      int removed = servers.backup();
      try (RawClient client = servers.as(alice, removed)) {
        assertEquals(
            new ChangeResult.Done(),
            change(
                servers.server(servers.primary()), new MemberChange.Remove(new ServerId(removed))));
        assertEquals(Server.REMOVED, servers.server(removed).awaitExit());
        servers.server(removed).stop();
        JsonNode told = RawClient.errorPayload("SHUTTING_DOWN", client.push());
        assertEquals("this server has stopped; go on at another", told.path("message").asString());
        client.ended();
      }
    }
  }

  @Test
  void whatWouldLeaveTooFewIsRefusedWithTheNumbers() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      int primary = servers.primary();
      int closed = servers.backup();
      int other = 6 - primary - closed;
      // A primary that has just been elected has heard nobody yet, and one that is closed counts as
      // one that answers until the primary misses it: a removal would be made then.
      awaitUp(servers, primary, closed, true);
      servers.server(closed).close();
      awaitUp(servers, primary, closed, false);
      awaitUp(servers, primary, other, true);
      String sentence =
          assertInstanceOf(
                  ChangeResult.Refused.class,
                  change(servers.server(primary), new MemberChange.Remove(new ServerId(other))))
              .sentence();
      assertEquals(
          "3 voters, 2 of which answer: without server %d there would be 2, 1 of which answer, and 2 are needed"
              .formatted(other),
          sentence);
      assertEquals(
          new ChangeResult.Done(),
          change(servers.server(other), new MemberChange.Remove(new ServerId(closed))));
    }
  }

  @Test
  void theOfficeIsHandedToWhomeverIsAsked() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      int backup = servers.backup();
      int other = 6 - servers.primary() - backup;
      assertEquals(
          new ChangeResult.Done(),
          change(servers.server(other), new MemberChange.Transfer(new ServerId(backup))));
      try (RawClient client = servers.client(other)) {
        assertEquals(Integer.toString(backup), client.ok("HELLO", "{}").path("primary").asString());
      }
    }
  }

  @Test
  void anIdOfAServerThatWasRemovedIsNotTaken() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      int backup = servers.backup();
      assertEquals(
          new ChangeResult.Done(),
          change(
              servers.server(servers.primary()),
              new MemberChange.Add(
                  new Member(new ServerId(4), "127.0.0.1", 7, 9, false, Optional.empty()))));
      assertEquals(
          new ChangeResult.Done(),
          change(servers.server(backup), new MemberChange.Remove(new ServerId(4))));
      StartException refused =
          assertThrows(StartException.class, () -> servers.join(servers.primary()));
      assertEquals(4, refused.exitCode());
      assertTrue(refused.getMessage().contains("never given twice"), refused::getMessage);
    }
  }
}

package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What is done to messages, repeated at another server after the primary has gone.
final class ChangesAndFailoverTest {
  @TempDir private Path folder;

  @Test
  void aChangeRepeatedAtTheNextPrimaryIsDoneOnce() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      Person alice = servers.person("alice");
      Person bob = servers.person("bob");
      String there = "'conversation':'@" + bob.name() + "'";
      List<String[]> changes =
          List.of(
              new String[] {"EDIT", "{" + there + ",'seq':1,'text':'better'}"},
              new String[] {"REACT", "{" + there + ",'seq':2,'emoji':'+'}"},
              new String[] {"DELETE", "{" + there + ",'seq':3}"},
              new String[] {"DELETE", "{" + there + ",'seq':4,'for':'me'}"});
      int primary = servers.primary();
      int next = primary % 3 + 1;
      int last = next % 3 + 1;
      try (RawClient listener = servers.as(bob, last)) {
        try (RawClient client = servers.as(alice, next)) {
          for (int i = 1; i <= 4; i++) {
            client.ok("SEND", "{'to':'@%s','text':'word %d'}".formatted(bob.name(), i));
            listener.event("MESSAGE");
          }
        }
        String[] indexes = new String[changes.size()];
        try (RawClient client = servers.as(alice, primary)) {
          for (int i = 0; i < indexes.length; i++) {
            indexes[i] = change(client, changes.get(i), i);
          }
        }
        servers.server(primary).close();
        try (RawClient client = servers.as(alice, next)) {
          for (int i = 0; i < indexes.length; i++) {
            assertEquals(indexes[i], change(client, changes.get(i), i));
          }
          client.ok("SEND", "{'to':'@%s','text':'the end'}".formatted(bob.name()));
          JsonNode found = client.ok("SEARCH", "{'query':'word'}");
          assertEquals(1, found.path("messages").size(), found::toString);
          assertEquals(2, found.at("/messages/0/seq").asInt());
          assertEquals(1, client.ok("SEARCH", "{'query':'better'}").path("messages").size());
        }
        // Each was told once.
        assertEquals("better", listener.event("MESSAGE_EDITED").path("text").asString());
        assertEquals("+", listener.event("REACTION").path("emoji").asString());
        assertEquals("[3]", listener.event("MESSAGE_DELETED").path("seqs").toString());
        assertEquals("the end", listener.event("MESSAGE").path("text").asString());
        JsonNode history = listener.ok("HISTORY", "{'conversation':'@" + alice.name() + "'}");
        assertTrue(history.at("/messages/2/deleted").asBoolean(), history::toString);
        assertEquals("word 4", history.at("/messages/3/text").asString());
      }
    }
  }

  private static String change(RawClient client, String[] change, int number) throws IOException {
    return client
        .ok(change[0], change[1], "'request_id':'c-" + number + "'")
        .path("index")
        .asString();
  }
}

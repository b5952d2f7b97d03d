package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.server.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What operators ask about the members, of any server.
@Timeout(120)
final class OperatorsMembersTest {
  @TempDir private Path folder;

  private static String server(String id, String host, int clientPort, int peerPort) {
    return "{'server_id':'%s','host':'%s','client_port':%d,'peer_port':%d}"
        .formatted(id, host, clientPort, peerPort);
  }

  /// A server's row, once the server asked knows it.
  private static JsonNode row(RawClient client, String id) throws IOException {
    while (true) {
      for (JsonNode row : client.ok("STATUS", "{}").path("servers").values()) {
        if (row.path("server_id").asString().equals(id)) {
          return row;
        }
      }
    }
  }

  @Test
  void aServerIsReplacedAndTheNewOneGetsItsVote() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      int primary = servers.primary();
      int gone = servers.backup();
      List<Integer> ports = TestServers.freePorts(2);
      String replace =
          "{'server_id':'%d','successor':'4','host':'127.0.0.1','client_port':%d,'peer_port':%d}"
              .formatted(gone, ports.get(0), ports.get(1));
      try (RawClient operator = servers.operator(6 - primary - gone)) {
        assertTrue(operator.ok("REPLACE_SERVER", replace).isEmpty());
        operator.ok("REPLACE_SERVER", replace);
        assertEquals(Server.REMOVED, servers.server(gone).awaitExit());
        assertFalse(row(operator, "4").path("voter").asBoolean());
        assertEquals(ports.get(0), row(operator, "4").path("client_port").asInt());
        servers.join(primary);
        while (!row(operator, "4").path("voter").asBoolean()) {
          // It catches up.
        }
        JsonNode status = operator.ok("STATUS", "{}");
        assertEquals(3, status.path("servers").size());
        operator.error("BAD_REQUEST", "ADD_SERVER", server(gone + "", "127.0.0.1", 7, 9));
      }
    }
  }

  @Test
  void whatCannotBeIsRefusedWithASentence() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3);
        RawClient operator = servers.operator(1)) {
      JsonNode first = row(operator, "1");
      JsonNode second = row(operator, "2");
      int clientPort = first.path("client_port").asInt();
      String[][] refused = {
        {"REMOVE_SERVER", "{'server_id':'9'}", "server 9 is not a member"},
        {"REMOVE_SERVER", "{}", "`server_id` is missing"},
        {"ADD_SERVER", server("2", "127.0.0.1", 7, 9), "to give it another address, move it"},
        {"ADD_SERVER", server("4", "0.0.0.0", 7, 9), "the others cannot dial"},
        {"ADD_SERVER", server("4", "10.0.0.4", 7, 9), "there is no cluster.secret"},
        {"ADD_SERVER", server("4", "not a host", 7, 9), "is not a host name"},
        {"ADD_SERVER", server("4", "::1", 9, 9), "are both 9"},
        {"ADD_SERVER", server("4", "127.0.0.1", 0, 9), "the client port '0'"},
        {"MOVE_SERVER", server("2", "127.0.0.1", clientPort, 9), "is that of server 1"},
        {"MOVE_SERVER", "{'server_id':'2'}", "`host` is missing"},
        {"REPLACE_SERVER", server("2", "127.0.0.1", 7, 9), "`successor` is missing"}
      };
      for (String[] one : refused) {
        String sentence = operator.error("BAD_REQUEST", one[0], one[1]).path("message").asString();
        assertTrue(sentence.contains(one[2]), sentence);
      }
      String where =
          server(
              "2",
              "127.0.0.1",
              second.path("client_port").asInt(),
              second.path("peer_port").asInt());
      operator.ok("MOVE_SERVER", where);
      operator.ok("ADD_SERVER", where);
      assertEquals(3, operator.ok("STATUS", "{}").path("servers").size());
    }
  }
}

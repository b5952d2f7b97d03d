package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A server that the system lets open few files, and more clients than that.
final class OpenFilesIT {
  private static final int FILES_MAX = 1_024;
  private static final int CLIENTS_MAX = 512;

  /// Beyond what it takes: more than it has files.
  private static final int SURPLUS = 600;

  @Test
  void aServerFullOfClientsStillTakesItsPeersLinks() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/limits")));
    List<AutoCloseable> open = new ArrayList<>();
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startWithOpenFiles(1, FILES_MAX);
      ServerProcesses.await("server 1 serves", () -> servers.hello(1).isPresent());
      RawClient first = RawClient.connect(servers.clientPort(1));
      open.add(first);
      first.ok("PING", "{}");
      // How soon the connection that asked before is gone is not for us to say.
      int taken = 1;
      boolean full = false;
      while (!full) {
        assertTrue(taken <= CLIENTS_MAX, "it takes more than it said");
        RawClient client = RawClient.connect(servers.clientPort(1));
        open.add(client);
        client.frame("{'type':'PING'}");
        JsonNode reply = client.next();
        full = reply.path("type").asString().equals("ERROR");
        if (full) {
          RawClient.errorPayload("BUSY", reply);
        } else {
          taken++;
        }
      }
      assertTrue(taken >= CLIENTS_MAX - 1, "only " + taken + " clients");
      for (int i = 0; i < SURPLUS; i++) {
        open.add(new Socket(InetAddress.getLoopbackAddress(), servers.clientPort(1)));
      }
      servers.start(2);
      ServerProcesses.await("servers 1 and 2 agree on a primary", () -> hasPrimary(first));
      // By a majority, which is these two.
      first.ok("REGISTER", "{'username':'ann','password':'a password'}");
      assertTrue(servers.logText(1).contains("takes at most " + CLIENTS_MAX + " client"));
      assertFalse(servers.logText(1).contains("none can be accepted"));
      servers.passed();
    } finally {
      for (AutoCloseable each : open) {
        each.close();
      }
    }
  }

  private static boolean hasPrimary(RawClient client) throws IOException {
    return !client.ok("HELLO", "{}").path("primary").asString("").isEmpty();
  }
}

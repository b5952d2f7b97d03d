package holdfast.protocol;

import static holdfast.protocol.TestServers.credentials;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// A server that starts with the database of an older version. What is in it: `KeptDatabase`.
final class OldDatabaseTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void peopleGoOnWhereTheyWere(int version) throws Exception {
    String kept = "/holdfast/storage/version-%d.db.gz".formatted(version);
    Path data = Files.createDirectories(folder.resolve("data/server-1"));
    try (InputStream in = OldDatabaseTest.class.getResourceAsStream(kept)) {
      Files.copy(new GZIPInputStream(in), data.resolve("holdfast.db"));
    }
    List<Integer> ports = TestServers.freePorts(2);
    moveTo(ports, data.resolve("holdfast.db"));
    try (TestServers servers = TestServers.startAt(folder, ports);
        RawClient alice = servers.client(1)) {
      alice.ok("LOGIN", credentials("alice"));
      String hello = "{'to':'@bob','text':'hello bob'}";
      JsonNode repeat = alice.ok("SEND", hello, "'request_id':'a-1'");
      assertEquals(1, repeat.path("seq").asLong(), "sent before the upgrade, and not once more");
      assertEquals(4, alice.ok("SEND", hello).path("seq").asLong());
      assertEquals(4, alice.ok("HISTORY", "{'conversation':'@bob'}").path("messages").size());
      assertEquals(1, alice.ok("ROOMS", "{}").path("rooms").size(), "the hall");
    }
  }

  /// A server listens where its log says; the kept one's ports may be taken here.
  private static void moveTo(List<Integer> ports, Path database) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE membership SET command = CAST(replace(replace(CAST(command AS TEXT),"
                    + " '24419', ?), '25947', ?) AS BLOB)")) {
      update.setString(1, String.valueOf(ports.get(0)));
      update.setString(2, String.valueOf(ports.get(1)));
      update.executeUpdate();
    }
  }
}

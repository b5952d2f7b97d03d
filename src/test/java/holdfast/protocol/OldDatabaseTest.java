package holdfast.protocol;

import static holdfast.protocol.TestServers.credentials;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// A server that starts with the database of an older version. What is in it: `KeptDatabase`.
final class OldDatabaseTest {
  /// Where its log says that the server is, which counts and not the file.
  private static final List<Integer> PORTS = List.of(24_419, 25_947);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = 1)
  void peopleGoOnWhereTheyWere(int version) throws Exception {
    String kept = "/holdfast/storage/version-%d.db.gz".formatted(version);
    Path data = Files.createDirectories(folder.resolve("data/server-1"));
    try (InputStream in = OldDatabaseTest.class.getResourceAsStream(kept)) {
      Files.copy(new GZIPInputStream(in), data.resolve("holdfast.db"));
    }
    try (TestServers servers = TestServers.startAt(folder, PORTS);
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
}

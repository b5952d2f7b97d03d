package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.HardState;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AddressesTest {
  private static final ServerId TWO = new ServerId(2);
  private static final Member TWO_IN_FILE = at(2, 8092, 9982);
  private static final Member TWO_IN_LOG = at(2, 8092, 8082);

  @TempDir Path folder;
  private ServerConfig config;

  private static Member at(int id, int clientPort, int peerPort) {
    return new Member(
        new ServerId(id), "127.0.0.1", clientPort, peerPort, true, Optional.of("k" + id));
  }

  private static StoredLog stating(Member... members) {
    Membership stated = new Membership(1, List.of(members));
    LogPosition first = new LogPosition(1, 1);
    return new StoredLog(
        new HardState(1, Optional.empty()),
        LogPosition.NONE,
        first,
        List.of(first),
        List.of(stated),
        new Membership(0, List.of()),
        1);
  }

  @BeforeEach
  void readTheFile() throws IOException, ConfigException {
    Path file = folder.resolve("servers.properties");
    Files.writeString(file, "server.1=127.0.0.1:8091:8081\nserver.2=127.0.0.1:8092:9982\n");
    config = ServerConfig.load(file, Map.of(), List.of());
  }

  @Test
  void whoHasNotMovedIsDialledTheWayThatTheFileNames() {
    assertTrue(Addresses.of(config, TWO_IN_LOG).sameAddress(TWO_IN_FILE));
  }

  @Test
  void whoHasMovedIsDialledWhereTheLogSays() {
    Member moved = TWO_IN_LOG.movedTo("127.0.0.1", 8092, 7772);
    assertEquals(moved, Addresses.of(config, moved));
  }

  @Test
  void whoIsNotInTheFileIsDialledWhereTheLogSays() {
    assertEquals(at(6, 8096, 8086), Addresses.of(config, at(6, 8096, 8086)));
  }

  @Test
  void aServerListensWhereItsOwnFileSaysWhateverWayToItTheFoundersFileNamed()
      throws ConfigException {
    assertTrue(Addresses.own(config, TWO, stating(TWO_IN_LOG)).sameAddress(TWO_IN_FILE));
  }

  @Test
  void aServerThatMovedListensWhereTheLogSaysAlthoughTheFileIsOld() throws ConfigException {
    Member moved = TWO_IN_LOG.movedTo("127.0.0.1", 7792, 7782);
    assertEquals(moved, Addresses.own(config, TWO, stating(moved)));
  }

  @Test
  void aServerThatJoinedListensWhereTheLogSays() throws ConfigException {
    assertEquals(
        at(6, 8096, 8086),
        Addresses.own(config, new ServerId(6), stating(TWO_IN_LOG, at(6, 8096, 8086))));
  }

  @Test
  void aServerThatNobodyKnowsIsRefused() {
    assertThrows(
        ConfigException.class, () -> Addresses.own(config, new ServerId(7), stating(TWO_IN_LOG)));
  }
}

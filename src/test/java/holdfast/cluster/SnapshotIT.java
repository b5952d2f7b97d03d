package holdfast.cluster;

import static holdfast.protocol.RawClient.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Servers that fell too far behind for the log, or whose tables differ, get a copy of the
/// database, whoever is killed meanwhile.
final class SnapshotIT {
  private static final String ROOM = "#ledger";
  private static final String KEEP = "log.keep=1MiB";
  private static final int TEXT = 8_000;
  private static final int IN_FLIGHT = 64;
  private static final String INSTALLED = "the snapshot is installed";

  /// Everything that must be equal on servers that have applied the same.
  private static final Map<String, String> TABLES =
      Map.of(
          "state", "one",
          "message", "id",
          "mark", "id",
          "request", "id",
          "room_event", "id, part",
          "account", "id",
          "room", "id",
          "room_member", "room, account");

  private static List<Writer> writers(ServerProcesses servers, List<Integer> at) throws Exception {
    List<Writer> writers = new ArrayList<>();
    List<Integer> ports = at.stream().map(servers::clientPort).toList();
    for (int i = 0; i < 3; i++) {
      writers.add(Writer.start("writer" + i, ROOM, ports, i));
    }
    for (Writer writer : writers) {
      writer.awaitReady();
    }
    return writers;
  }

  private static void awaitMore(List<Writer> writers, int more) throws InterruptedException {
    for (Writer writer : writers) {
      writer.awaitMore(more);
    }
  }

  private static void stop(List<Writer> writers) throws InterruptedException {
    for (Writer writer : writers) {
      writer.stop();
    }
  }

  /// Writes so many messages of `length` characters to a conversation with oneself.
  private static void flood(ServerProcesses servers, int number, int count, int length)
      throws IOException, InterruptedException {
    try (RawClient client = RawClient.connect(servers.clientPort(number))) {
      client.patience(30_000);
      String credentials = json("{'username':'flood','password':'correct horse'}");
      client.ask("REGISTER", credentials);
      client.ok("LOGIN", credentials);
      String text = "x".repeat(length);
      for (int sent = 0; sent < count; sent += IN_FLIGHT) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
          ids.add(client.send("SEND", json("{'to':'@flood','text':'%s'}".formatted(text))));
        }
        for (String id : ids) {
          RawClient.okPayload(client.reply(id));
        }
      }
    }
  }

  private static Connection open(ServerProcesses servers, int number) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + database(servers, number));
  }

  private static Path database(ServerProcesses servers, int number) {
    return servers.directory(number).resolve("holdfast.db");
  }

  private static String digest(ServerProcesses servers, int number) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (Connection connection = open(servers, number);
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> table : new TreeMap<>(TABLES).entrySet()) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT * FROM " + table.getKey() + " ORDER BY " + table.getValue())) {
          int columns = row.getMetaData().getColumnCount();
          while (row.next()) {
            for (int i = 1; i <= columns; i++) {
              byte[] bytes = row.getBytes(i);
              digest.update(bytes == null ? new byte[] {0} : bytes);
              digest.update((byte) '|');
            }
          }
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static long number(ServerProcesses servers, int number, String sql) throws SQLException {
    try (Connection connection = open(servers, number);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /// Waits until all databases are equal, and checks them against what the writers were told.
  private static void assertEqual(ServerProcesses servers, List<Writer> writers) throws Exception {
    Histories.check(servers, servers.all(), writers, ROOM);
    ServerProcesses.await(
        "equal databases in " + servers.folder(),
        () -> {
          try {
            String first = digest(servers, 1);
            for (int number : servers.all()) {
              if (!digest(servers, number).equals(first)) {
                return false;
              }
            }
            return true;
          } catch (SQLException e) {
            return false;
          } catch (IOException | InterruptedException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static boolean hasInstalled(ServerProcesses servers, int number) throws IOException {
    return servers.logText(number).contains(INSTALLED);
  }

  private static void awaitInstalled(ServerProcesses servers, int number)
      throws InterruptedException {
    ServerProcesses.await(
        "server " + number + " installs a snapshot", () -> hasInstalled(servers, number));
  }

  /// Bytes of a snapshot that have arrived at `number`, or its being ready.
  private static Optional<Path> arriving(ServerProcesses servers, int number, String suffix)
      throws IOException {
    try (Stream<Path> files = Files.list(servers.directory(number))) {
      return files.filter(file -> file.toString().endsWith(suffix)).findFirst();
    }
  }

  private static void awaitArriving(ServerProcesses servers, int number, long bytes)
      throws InterruptedException {
    ServerProcesses.await(
        "a snapshot arrives at server " + number,
        () -> {
          Optional<Path> part = arriving(servers, number, ".part");
          try {
            return hasInstalled(servers, number)
                || (part.isPresent() && Files.size(part.get()) >= bytes);
          } catch (NoSuchFileException e) {
            return true;
          }
        });
  }

  @Test
  void aBackupThatWasAwayForLongCatchesUpUnderLoad() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, KEEP, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      List<Writer> writers = writers(servers, servers.all());
      try {
        int away = primary % 3 + 1;
        servers.kill(away);
        flood(servers, primary, 1_500, TEXT);
        assertTrue(
            number(servers, primary, "SELECT sum(length(entries)) FROM log") < 6 << 20,
            "the log is as long as log.keep allows, whoever is away");
        servers.start(away);
        awaitInstalled(servers, away);
        awaitMore(writers, 50);
        stop(writers);
        assertEqual(servers, writers);
        assertEquals(1, installs(servers, away), "one snapshot is enough");
        System.out.println(
            "caught up by snapshot: longest gap of a writer "
                + writers.stream().mapToLong(Writer::longestGapMs).max().orElse(0)
                + " ms");
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }

  private static int installs(ServerProcesses servers, int number) throws IOException {
    return servers.logText(number).split(INSTALLED, -1).length - 1;
  }

  @Test
  void aReceiverKilledAgainAndAgainGetsThereAllTheSame() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, KEEP, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      List<Writer> writers = writers(servers, servers.all());
      try {
        int away = primary % 3 + 1;
        servers.kill(away);
        flood(servers, primary, 4_000, TEXT);
        for (long bytes : new long[] {1, 4 << 20, 12 << 20}) {
          servers.start(away);
          awaitArriving(servers, away, bytes);
          servers.kill(away);
        }
        servers.start(away);
        // In the middle of installing, if it can be caught there.
        ServerProcesses.await(
            "the snapshot is ready",
            () -> hasInstalled(servers, away) || arriving(servers, away, ".ready").isPresent());
        servers.kill(away);
        servers.start(away);
        awaitInstalled(servers, away);
        awaitMore(writers, 20);
        stop(writers);
        assertEqual(servers, writers);
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }

  @Test
  void aSenderKilledInTheMiddleIsReplacedByTheNextPrimary() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, KEEP, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      List<Writer> writers = writers(servers, servers.all());
      try {
        int away = primary % 3 + 1;
        servers.kill(away);
        flood(servers, primary, 3_000, TEXT);
        servers.start(away);
        awaitArriving(servers, away, 1 << 20);
        servers.kill(primary);
        // Two of three are left: without the one that lacks nearly everything, nothing is written.
        awaitMore(writers, 20);
        assertTrue(hasInstalled(servers, away), "it was needed");
        servers.start(primary);
        awaitMore(writers, 20);
        stop(writers);
        assertEqual(servers, writers);
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }

  @Test
  void aServerWhoseTablesDifferIsGivenTheOthers() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      List<Writer> writers = writers(servers, servers.all());
      try {
        awaitMore(writers, 20);
        int damaged = primary % 3 + 1;
        servers.signal(damaged, "TERM");
        assertEquals(0, servers.awaitExit(damaged));
        try (Connection connection = open(servers, damaged);
            Statement statement = connection.createStatement()) {
          statement.executeUpdate("UPDATE message SET text = 'forged' WHERE seq = 3");
          statement.executeUpdate("UPDATE state SET running_digest = zeroblob(32)");
        }
        String forged = "SELECT count(*) FROM message WHERE text = 'forged'";
        assertTrue(number(servers, damaged, forged) > 0);
        servers.start(damaged);
        // The others and it must report a digest, which they do at every thousandth entry.
        flood(servers, primary, 2_500, 10);
        awaitInstalled(servers, damaged);
        flood(servers, primary, 1_200, 10);
        stop(writers);
        assertEqual(servers, writers);
        assertEquals(0, number(servers, damaged, forged));
        String log = servers.logText(primary);
        assertTrue(log.contains("differs from this one"), log);
        servers.passed();
      } finally {
        writers.forEach(Writer::close);
      }
    }
  }
}

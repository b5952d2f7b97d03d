package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Starts that must be refused, with their sentences and exit codes, and files that are not what
/// they were; the others go on.
final class StartIT {
  private static final String ROOM = "#ledger";
  private static final int MESSAGES = 30;

  private static void refused(ServerProcesses servers, int number, int status, String... words)
      throws Exception {
    servers.start(number);
    int found = servers.awaitExit(number);
    String log = servers.logText(number);
    assertEquals(status, found, log);
    for (String word : words) {
      assertTrue(log.contains(word), "no '" + word + "' in: " + log);
    }
    Files.delete(servers.log(number));
  }

  @Test
  void aTakenPortOrDirectoryIsThreeAndABadConfigurationIsTwo() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(1)) {
      InetAddress here = InetAddress.getLoopbackAddress();
      try (ServerSocket client = new ServerSocket(servers.clientPort(1), 1, here)) {
        refused(servers, 1, 3, Integer.toString(client.getLocalPort()));
      }
      try (ServerSocket peer = new ServerSocket(servers.peerPort(1), 1, here)) {
        refused(servers, 1, 3, Integer.toString(peer.getLocalPort()));
      }
      servers.configure(1, "election.timeout=soon");
      refused(servers, 1, 2, "election.timeout", "soon", servers.file(1).toString());
      servers.configure(1, "no.such.key=1");
      refused(servers, 1, 2, "no.such.key", servers.file(1).toString());
      servers.configure(1);
      refused(servers, 2, 2, "servers-2.properties");
      servers.start(1);
      servers.awaitPrimary();
      // The same directory with other ports.
      ServerProcesses other =
          ServerProcesses.create(1, "data.dir=" + servers.folder().resolve("data"));
      try (other) {
        refused(other, 1, 3, servers.directory(1).toString());
        other.passed();
      }
      assertTrue(servers.isAlive(1));
      servers.passed();
    }
  }

  @Test
  void aServerThatIsKilledLeavesNothingInTheTemporaryFolder() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(1)) {
      servers.start(1);
      servers.awaitPrimary();
      servers.kill(1);
      try (Stream<Path> left = Files.list(servers.temporary())) {
        assertEquals(List.of(), left.toList());
      }
      servers.passed();
    }
  }

  private interface Damage {
    void to(Path directory) throws Exception;
  }

  private static void sql(Path file, String... statements) throws Exception {
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = database.createStatement()) {
      for (String one : statements) {
        statement.execute(one);
      }
    }
  }

  /// Flips bits all over the file, behind its first page.
  private static void flip(Path file) throws IOException {
    Random random = new Random(17);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      assertTrue(bytes.length() > 3 * 4096, "too short to damage: " + bytes.length());
      for (long page = 4096; page < bytes.length(); page += 4096) {
        for (int i = 0; i < 40; i++) {
          bytes.seek(page + random.nextInt(i < 8 ? 16 : 4096));
          int old = bytes.read();
          bytes.seek(bytes.getFilePointer() - 1);
          bytes.write(old ^ (1 << random.nextInt(8)));
        }
      }
    }
  }

  /// Flips a bit.
  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 4);
    }
  }

  private static void truncate(Path file, long length) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(length);
    }
  }

  /// Puts everything into the database file itself, as a server that ends in order does.
  private static void checkpoint(Path directory) throws Exception {
    sql(directory.resolve("holdfast.db"), "PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /// A backup that a signal ends, and whose directory is then damaged in each of these ways, is
  /// refused by a name that begins as the first of `blamed`, which stay as they are for whoever
  /// wants to look at them. With its own directory it goes on. The others serve meanwhile.
  private static void refusedWhenDamaged(
      String signal, Damage beforehand, List<String> blamed, List<Damage> damages)
      throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      int victim = servers.awaitPrimary() % 3 + 1;
      Writer writer = Writer.start("writer0", ROOM, servers.clientPorts(), victim % 3);
      writer.awaitReady();
      writer.awaitMore(MESSAGES);
      servers.signal(victim, signal);
      servers.awaitExit(victim);
      Path directory = servers.directory(victim);
      beforehand.to(directory);
      Path kept = servers.folder().resolve("kept");
      copy(directory, kept);
      Files.deleteIfExists(servers.log(victim));
      for (Damage damage : damages) {
        DeathsIT.remove(directory);
        copy(kept, directory);
        damage.to(directory);
        Map<Path, ByteBuffer> before = contents(directory, blamed);
        refused(servers, victim, 4, directory.resolve(blamed.getFirst()).toString());
        assertEquals(before, contents(directory, blamed), "a refused file was written to");
        writer.awaitMore(3);
      }
      DeathsIT.remove(directory);
      copy(kept, directory);
      servers.start(victim);
      servers.awaitPrimary();
      writer.awaitMore(3);
      writer.stop();
      Histories.check(servers, servers.all(), List.of(writer), ROOM);
      servers.passed();
    }
  }

  private static Map<Path, ByteBuffer> contents(Path directory, List<String> names)
      throws IOException {
    Map<Path, ByteBuffer> contents = new HashMap<>();
    for (String name : names) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        contents.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void aDamagedOrForeignDatabaseIsRefusedByNameAndTheOthersGoOn() throws Exception {
    refusedWhenDamaged(
        "TERM",
        StartIT::checkpoint,
        List.of("holdfast.db"),
        List.of(
            d -> flip(d.resolve("holdfast.db")),
            d -> truncate(d.resolve("holdfast.db"), Files.size(d.resolve("holdfast.db")) / 2),
            d -> truncate(d.resolve("holdfast.db"), 1_000),
            d -> Files.writeString(d.resolve("holdfast.db"), "not a database at all\n".repeat(500)),
            d -> {
              Files.delete(d.resolve("holdfast.db"));
              sql(
                  d.resolve("holdfast.db"),
                  "PRAGMA application_id=4711",
                  "CREATE TABLE recipes(name TEXT)");
            },
            d -> {
              Files.delete(d.resolve("holdfast.db"));
              sql(d.resolve("holdfast.db"), "CREATE TABLE recipes(name TEXT)");
            },
            d -> sql(d.resolve("holdfast.db"), "PRAGMA user_version=999")));
  }

  @Test
  void aKilledServerWhoseRedoLogIsLostIsRefusedAndOneThatHasItGoesOn() throws Exception {
    refusedWhenDamaged(
        "KILL",
        _ -> {},
        List.of("redo-", "redo-1", "redo-2"),
        List.of(
            d -> Files.delete(d.resolve("redo-1")),
            d -> Files.delete(d.resolve("redo-2")),
            d -> Files.write(d.resolve("redo-1"), new byte[1 << 20]),
            d -> flip(d.resolve("redo-1"), 12)));
  }

  @Test
  void aDamagedIndexIsRebuilt() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(1)) {
      servers.start(1);
      servers.awaitPrimary();
      Writer writer = Writer.start("writer0", ROOM, servers.clientPorts(), 0);
      writer.awaitReady();
      writer.awaitMore(MESSAGES);
      writer.stop();
      Path index = servers.directory(1).resolve("index.db");
      List<Damage> damages =
          List.of(
              d -> {
                for (String suffix : List.of("", "-wal", "-shm")) {
                  Files.deleteIfExists(d.resolve("index.db" + suffix));
                }
              },
              d -> flip(index),
              d -> truncate(index, 5_000),
              d -> Files.writeString(index, "rubbish"),
              d -> Files.write(index, new byte[0], StandardOpenOption.TRUNCATE_EXISTING),
              d -> sql(index, "DELETE FROM message_index"),
              d -> sql(index, "PRAGMA user_version=999"));
      for (Damage damage : damages) {
        servers.signal(1, "TERM");
        servers.awaitExit(1);
        sqlQuietly(index);
        damage.to(servers.directory(1));
        servers.start(1);
        servers.awaitPrimary();
        Histories.check(servers, servers.all(), List.of(writer), ROOM);
      }
      servers.passed();
    }
  }

  private static void sqlQuietly(Path index) throws Exception {
    sql(index, "PRAGMA wal_checkpoint(TRUNCATE)");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void aServerWithAnotherSecretIsNeverLinkedAndTheLogSaysSo() throws Exception {
    String secret = "cluster.secret=0123456789abcdef0123456789abcdef";
    try (ServerProcesses servers = ServerProcesses.create(3, secret)) {
      servers.configure(3, "cluster.secret=another secret of the same length");
      servers.startAll();
      int primary = servers.awaitPrimary(List.of(1, 2));
      Writer writer = Writer.start("writer0", ROOM, servers.clientPorts().subList(0, 2), 0);
      writer.awaitReady();
      ServerProcesses.await(
          "the log names the secret",
          () ->
              servers.logText(3).contains("secret") && servers.logText(primary).contains("secret"));
      for (int number : servers.all()) {
        String log = servers.logText(number);
        assertTrue(!log.contains("0123456789abcdef") && !log.contains("another secret"), log);
      }
      writer.awaitMore(10);
      // Nothing reached it: it knows no account, and says only that it cannot tell.
      try (RawClient stranger = RawClient.connect(servers.clientPort(3))) {
        String login = "{'username':'writer0','password':'%s'}".formatted(Writer.PASSWORD);
        String reply = stranger.ask("LOGIN", login).toString();
        assertTrue(reply.contains("BEHIND") || reply.contains("NO_PRIMARY"), reply);
      }
      // With the right one it is one of them.
      writer.stop();
      servers.kill(3);
      servers.configure(3, secret);
      servers.start(3);
      servers.awaitPrimary();
      Histories.check(servers, servers.all(), List.of(writer), ROOM);
      servers.passed();
    }
  }

  @Test
  void strangersAtThePeerPortGetNothingAndDisturbNobody() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      long term = servers.term(primary);
      Writer writer = Writer.start("writer0", ROOM, servers.clientPorts(), 0);
      writer.awaitReady();
      List<String> lines =
          List.of(
              "{'type':'HEARTBEAT','term':999,'server_id':'2','payload':{'commit_index':1,'round':1}}",
              "{'type':'REQUEST_VOTE','term':999,'server_id':'2','payload':{'pre_vote':false,"
                  + "'take_over':true,'last_log_index':999999,'last_log_term':998}}",
              "{'type':'PEER_HELLO','term':0,'server_id':'2','payload':{}}",
              "{'type':'PEER_HELLO','term':0,'server_id':'9','payload':{'nonce':'00','cluster':'x',"
                  + "'protocol':{'min':1,'max':1}}}",
              "PING",
              "[".repeat(3_000),
              "x".repeat(100_000));
      for (String line : lines) {
        for (int number : servers.all()) {
          try (RawClient stranger = RawClient.connect(servers.peerPort(number))) {
            stranger.bytes((RawClient.json(line) + "\n").getBytes(StandardCharsets.UTF_8));
            while (stranger.nextOrEnd().isPresent()) {
              // A handshake may be begun or refused; it comes to an end.
            }
          } catch (IOException e) {
            // Broken off: as good.
          }
        }
      }
      writer.awaitMore(5);
      writer.stop();
      assertTrue(servers.term(servers.awaitPrimary()) < 999);
      assertTrue(servers.term(servers.awaitPrimary()) - term <= 2);
      Histories.check(servers, servers.all(), List.of(writer), ROOM);
      servers.passed();
    }
  }
}

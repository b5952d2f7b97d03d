package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerConfigTest {
  private static final String ONE = "server.1=127.0.0.1:8091:8081\n";
  private static final String SECRET = "cluster.secret=0123456789abcdef\n";

  @TempDir Path folder;

  private ServerConfig load(String text, Map<String, String> environment, String... sets)
      throws IOException, ConfigException {
    Path file = folder.resolve("servers.properties");
    Files.writeString(file, text);
    return ServerConfig.load(file, environment, List.of(sets));
  }

  private ServerConfig load(String text) throws IOException, ConfigException {
    return load(text, Map.of());
  }

  /// The refusal's sentence, without the folder of the test.
  private String refusal(String text, Map<String, String> environment, String... sets) {
    return assertThrows(ConfigException.class, () -> load(text, environment, sets))
        .getMessage()
        .replace(folder + "/", "");
  }

  private String refusal(String text) {
    return refusal(text, Map.of());
  }

  @Test
  void theFileInTheProjectListsFiveServersOnLoopbackAndTheDefaults() throws ConfigException {
    ServerConfig config = ServerConfig.load(Path.of("servers.properties"), Map.of(), List.of());
    assertEquals(5, config.servers().size());
    for (Member member : config.servers()) {
      int id = member.id().value();
      assertEquals(
          new Member(new ServerId(id), "127.0.0.1", 8090 + id, 8080 + id, true, Optional.empty()),
          member);
    }
    assertEquals("holdfast", config.clusterName());
    assertEquals(Optional.empty(), config.secret());
    assertEquals(Path.of("data").toAbsolutePath(), config.dataDir());
  }

  @Test
  void whatTheFileLeavesOutHasTheDocumentedDefault() throws Exception {
    ServerConfig config = load(ONE);
    assertEquals(Duration.ofMillis(100), config.heartbeatInterval());
    assertEquals(Duration.ofMillis(600), config.electionTimeoutMin());
    assertEquals(Duration.ofMillis(1200), config.electionTimeoutMax());
    assertEquals(Duration.ofSeconds(5), config.requestTimeout());
    assertEquals(256L << 20, config.logKeepBytes());
    assertEquals(65_536, config.requestsKept());
    assertEquals(2_000_000, config.requestsKeptTotal());
    assertEquals(65_536, config.indexTailMax());
    assertEquals(Duration.ofDays(30), config.tokenLifetime());
    assertEquals(Duration.ofSeconds(10), config.clockSkewMax());
    assertEquals(262_144, config.frameMaxBytes());
    assertEquals(4 << 20, config.peerFrameMaxBytes());
    assertEquals(16_384, config.connectionsMax());
    assertEquals(Duration.ofMinutes(10), config.idleTimeout());
  }

  @Test
  void oneElectionTimeoutMeansUpToTwiceOfIt() throws Exception {
    ServerConfig config = load(ONE + "election.timeout=1500ms\n");
    assertEquals(Duration.ofMillis(1500), config.electionTimeoutMin());
    assertEquals(Duration.ofSeconds(3), config.electionTimeoutMax());
  }

  @ParameterizedTest
  @CsvSource({"120000ms,120000", "90s,90000", "5m,300000", "24h,86400000", "1d,86400000"})
  void durationsAreReadInEveryUnit(String text, long millis) throws Exception {
    assertEquals(
        Duration.ofMillis(millis), load(ONE + "token.lifetime=" + text + "\n").tokenLifetime());
  }

  @ParameterizedTest
  @CsvSource({
    "8388608,8388608",
    "8388608B,8388608",
    "8192KiB,8388608",
    "8MiB,8388608",
    "2GiB,2147483648"
  })
  void sizesAreReadInEveryUnit(String text, long bytes) throws Exception {
    assertEquals(bytes, load(ONE + "log.keep=" + text + "\n").logKeepBytes());
  }

  @Test
  void setBeatsEnvironmentBeatsFile() throws Exception {
    String file = ONE + "election.timeout=700ms\nrequest.timeout=1s\nidle.timeout=1m\n";
    Map<String, String> environment =
        Map.of("HOLDFAST_ELECTION_TIMEOUT", "800ms", "HOLDFAST_REQUEST_TIMEOUT", "2s");
    ServerConfig config = load(file, environment, "election.timeout=900ms");
    assertEquals(Duration.ofMillis(900), config.electionTimeoutMin());
    assertEquals(Duration.ofSeconds(2), config.requestTimeout());
    assertEquals(Duration.ofMinutes(1), config.idleTimeout());
  }

  @Test
  void environmentAndSetMayMoveAServer() throws Exception {
    ServerConfig config =
        load(
            ONE + "server.2=127.0.0.1:8092:8082\n",
            Map.of("HOLDFAST_SERVER_1", "127.0.0.1:9091:9081"),
            "server.2=[::1]:9092:9082");
    assertEquals(9091, config.server(new ServerId(1)).clientPort());
    assertEquals("::1", config.server(new ServerId(2)).host());
  }

  @Test
  void variablesOfOthersAreLeftAlone() throws Exception {
    Map<String, String> environment =
        Map.of(
            "HOLDFAST_SERVICE_HOST", "10.0.0.1",
            "HOLDFAST_LOG", "DEBUG",
            "HOLDFAST_JAVA_OPTS", "-Xmx1g",
            "PATH", "/bin");
    assertEquals(1, load(ONE, environment).servers().size());
  }

  @Test
  void serversComeInTheOrderOfTheirNumbers() throws Exception {
    ServerConfig config =
        load("server.10=127.0.0.1:1:2\nserver.9=127.0.0.1:3:4\nserver.4095=127.0.0.1:5:6\n");
    assertEquals(List.of(9, 10, 4095), config.servers().stream().map(m -> m.id().value()).toList());
  }

  @Test
  void commentsBlankLinesAndSpacesMeanNothing() throws Exception {
    ServerConfig config = load("\uFEFF# a\r\n! b\r\n\r\n  server.1 = 127.0.0.1:8091:8081 \r\n");
    assertEquals("127.0.0.1", config.server(new ServerId(1)).host());
  }

  @Test
  void pathsAreRelativeToTheFile() throws Exception {
    Files.writeString(folder.resolve("the.secret"), "a secret of the cluster\nand more\n");
    ServerConfig config = load(ONE + "data.dir=../d\ncluster.secret.file=the.secret\n");
    assertEquals(folder.toAbsolutePath().resolveSibling("d"), config.dataDir());
    assertEquals(
        folder.toAbsolutePath().resolveSibling("d/server-1"), config.directory(new ServerId(1)));
    assertEquals(Optional.of(new ClusterSecret("a secret of the cluster")), config.secret());
  }

  @Test
  void aSecretIsNeverPrinted() throws Exception {
    ServerConfig config = load(ONE + SECRET);
    assertEquals("0123456789abcdef", config.secret().orElseThrow().text());
    assertFalse(config.toString().contains("0123456789abcdef"));
    assertFalse(refusal(ONE + "cluster.secret=tooshort\n").contains("tooshort"));
  }

  @Test
  void withASecretServersMayBeOnANetwork() throws Exception {
    ServerConfig config =
        load(
            SECRET
                + "server.1=chat-1.example.org:8091:8081\n"
                + "server.2=10.0.0.2:8091:8081\n"
                + "server.3=[2001:db8::3]:8091:8081\n");
    assertEquals("2001:db8::3", config.server(new ServerId(3)).host());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "[::1]"})
  void withoutASecretEveryLoopbackAddressWillDo(String host) throws Exception {
    assertEquals(1, load("server.1=" + host + ":8091:8081\n").servers().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "chat.example.org", "[2001:db8::3]", "[::ffff:10.0.0.1]"})
  void withoutASecretNoOtherAddressWillDo(String host) {
    assertEquals(
        "servers.properties:2: server.2="
            + host
            + ":1:2: not a loopback address, and there is no cluster.secret: servers on a network"
            + " must prove one to each other. Set cluster.secret.file to a file with a secret, the"
            + " same on every machine (make one: openssl rand -hex 32), or use 127.0.0.1",
        refusal(ONE + "server.2=" + host + ":1:2\n"));
  }

  @Test
  void anUnknownKeyIsRefusedWithItsLineAndTheOneThatWasMeant() {
    assertEquals(
        "servers.properties:2: election.timout: no such key; did you mean election.timeout?",
        refusal(ONE + "election.timout=1s\n"));
    assertEquals(
        "--set: Data.Dir: no such key; did you mean data.dir?",
        refusal(ONE, Map.of(), "Data.Dir=x"));
    assertEquals(
        "environment variable HOLDFAST_ELECTION_TIMEOT: no such key; did you mean"
            + " HOLDFAST_ELECTION_TIMEOUT?",
        refusal(ONE, Map.of("HOLDFAST_ELECTION_TIMEOT", "1s")));
  }

  @Test
  void aKeyLikeNoneIsRefusedWithAllThereAre() {
    String refusal = refusal(ONE + "colour=red\n");
    assertTrue(
        refusal.startsWith("servers.properties:2: colour: no such key; known are server.N, "),
        refusal);
    assertTrue(refusal.contains(", heartbeat.interval, election.timeout, "), refusal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"server", "server.0", "server.01", "server.12345", "server.x", "servers.1"})
  void aServerKeyThatIsNoneIsRefusedWithTheForm(String key) {
    assertEquals(
        "servers.properties:2: "
            + key
            + ": no such key; a server is server.N=HOST:CLIENT_PORT:PEER_PORT with N from 1 to 4095"
            + " without leading zeros",
        refusal(ONE + key + "=127.0.0.1:1:2\n"));
  }

  @Test
  void aLastSurvivorMayGoOnOnlyAfterThreeElections() throws Exception {
    assertEquals(Optional.empty(), load(ONE).survivorTakeover());
    assertEquals(Optional.empty(), load(ONE + "survivor.takeover=off\n").survivorTakeover());
    assertEquals(
        Optional.of(Duration.ofMillis(3_600)),
        load(ONE + "survivor.takeover=3600ms\n").survivorTakeover());
    assertEquals(
        "servers.properties:2: survivor.takeover=3s: must be at least 3 times the longer"
            + " election.timeout, 3600ms, so that two servers that can reach each other elect one of"
            + " them first",
        refusal(ONE + "survivor.takeover=3s\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls.certificate", "metrics.port"})
  void aKeyOfALaterVersionIsRefusedNotIgnored(String key) {
    String sentence =
        ": not in this version of Holdfast, which would not do what the key asks; remove it";
    assertEquals("servers.properties:2: " + key + sentence, refusal(ONE + key + "=10\n"));
    String variable = Setting.variable(key);
    assertEquals(
        "environment variable " + variable + ": " + key + sentence,
        refusal(ONE, Map.of(variable, "10")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "cluster.name=a b|must be 1 to 64 letters, digits, '.', '_' or '-'",
        "heartbeat.interval=100|must be a duration from 10ms to 10s (a whole number and ms, s, m, h"
            + " or d)",
        "heartbeat.interval=1ms|must be a duration from 10ms to 10s (a whole number and ms, s, m, h"
            + " or d)",
        "election.timeout=soon|must be two durations from 30ms to 10m like 600ms-1200ms, or one, v,"
            + " for v to 2v",
        "election.timeout=1s-2s-3s|must be two durations from 30ms to 10m like 600ms-1200ms, or"
            + " one, v, for v to 2v",
        "election.timeout=9m|must be two durations from 30ms to 10m like 600ms-1200ms, or one, v,"
            + " for v to 2v",
        "election.timeout=2s-1s|the first time must be shorter than the second: servers that wait"
            + " equally long stand against each other",
        "election.timeout=200ms|the shorter time must be more than twice heartbeat.interval"
            + " (100ms), or one late heartbeat starts an election",
        "log.keep=256MB|must be a size from 1MiB to 1024GiB (a whole number of bytes, or one with"
            + " KiB, MiB or GiB)",
        "log.keep=99999999999999GiB|must be a size from 1MiB to 1024GiB (a whole number of bytes,"
            + " or one with KiB, MiB or GiB)",
        "frame.max.bytes=1KiB|must be a size from 128KiB to 1MiB (a whole number of bytes, or one"
            + " with KiB, MiB or GiB)",
        "connections.max=0|must be a whole number from 1 to 1048576",
        "connections.max=-1|must be a whole number from 1 to 1048576",
        "requests.kept.total=2000|must be at least requests.kept (65536)",
        "data.dir=|must be a path, relative to the folder of this file",
      })
  void aBadValueIsRefusedWithWhatIsAllowed(String line, String why) {
    assertEquals("servers.properties:2: " + line + ": " + why, refusal(ONE + line + "\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "127.0.0.1:8092|must be HOST:CLIENT_PORT:PEER_PORT, like 10.0.0.3:8091:8081 or"
            + " [2001:db8::3]:8091:8081",
        "::1:8092:8082|must be HOST:CLIENT_PORT:PEER_PORT, like 10.0.0.3:8091:8081 or"
            + " [2001:db8::3]:8091:8081",
        "127.0.0.256:1:2|'127.0.0.256' is not a host name or address; must be"
            + " HOST:CLIENT_PORT:PEER_PORT, like 10.0.0.3:8091:8081 or [2001:db8::3]:8091:8081",
        "127.1:1:2|'127.1' is not a host name or address; must be HOST:CLIENT_PORT:PEER_PORT, like"
            + " 10.0.0.3:8091:8081 or [2001:db8::3]:8091:8081",
        "[127.0.0.1]:1:2|'[127.0.0.1]' is not a host name or address; must be"
            + " HOST:CLIENT_PORT:PEER_PORT, like 10.0.0.3:8091:8081 or [2001:db8::3]:8091:8081",
        "0.0.0.0:1:2|the others cannot dial 0.0.0.0; name the address under which this machine is"
            + " reached",
        "127.0.0.1:0:8082|the client port '0' is not a number from 1 to 65535",
        "127.0.0.1:8092:65536|the peer port '65536' is not a number from 1 to 65535",
        "127.0.0.1:8092:8092|client port and peer port are both 8092",
        "127.0.0.1:8092:8091|port 8091 of 127.0.0.1 is already given to server 1",
        "localhost:8081:8082|port 8081 of localhost is already given to server 1",
      })
  void aBadAddressIsRefusedWithWhatIsWrong(String address, String why) {
    assertEquals(
        "servers.properties:2: server.2=" + address + ": " + why,
        refusal(ONE + "server.2=" + address + "\n"));
  }

  @Test
  void theSamePortOnAnotherHostIsFine() throws Exception {
    assertEquals(2, load(ONE + "server.2=127.0.0.2:8091:8081\n").servers().size());
  }

  @Test
  void aServerNumberAbove4095IsRefused() {
    assertEquals(
        "servers.properties:1: server.4096=127.0.0.1:1:2: server numbers go from 1 to 4095",
        refusal("server.4096=127.0.0.1:1:2\n"));
  }

  @Test
  void aKeyGivenTwiceIsRefusedWithBothLines() {
    assertEquals(
        "servers.properties:3: server.1: given twice, first in line 1",
        refusal(ONE + "\nserver.1=127.0.0.1:8092:8082\n"));
  }

  @Test
  void aLineWithoutAnEqualsSignIsRefused() {
    assertEquals(
        "servers.properties:2: not a line like key=value: data.dir: data",
        refusal(ONE + "data.dir: data\n"));
    assertEquals("--set data.dir: must be --set key=value", refusal(ONE, Map.of(), "data.dir"));
  }

  @Test
  void aValueThatWouldGoOnInTheNextLineIsRefused() {
    assertEquals(
        "servers.properties:2: data.dir: a value is one line; it cannot go on in the next with '\\'",
        refusal(ONE + "data.dir=a\\\n  b\n"));
  }

  @Test
  void aFileWithoutServersIsRefused() {
    assertEquals(
        "servers.properties: no servers; each is a line server.N=HOST:CLIENT_PORT:PEER_PORT",
        refusal("data.dir=data\n"));
  }

  @Test
  void aFileThatIsNotThereOrNotTextIsRefused() throws IOException {
    Path missing = folder.resolve("missing.properties");
    assertEquals(
        missing + ": no such file; name the configuration with --config FILE",
        assertThrows(ConfigException.class, () -> ServerConfig.load(missing, Map.of(), List.of()))
            .getMessage());
    Files.write(missing, new byte[] {(byte) 0xff, (byte) 0xfe, 1});
    assertEquals(
        missing + ": not UTF-8 text",
        assertThrows(ConfigException.class, () -> ServerConfig.load(missing, Map.of(), List.of()))
            .getMessage());
  }

  @Test
  void twoPlacesForTheSecretAreRefused() {
    assertEquals(
        "servers.properties:3: cluster.secret.file=s: cluster.secret is given, too"
            + " (servers.properties:2); keep one",
        refusal(ONE + SECRET + "cluster.secret.file=s\n"));
  }

  @Test
  void aSecretFileThatCannotBeReadOrHoldsTooLittleIsRefused() throws IOException {
    assertTrue(
        refusal(ONE + "cluster.secret.file=none\n")
            .startsWith("servers.properties:2: cluster.secret.file=none: cannot be read: "));
    Files.writeString(folder.resolve("s"), "short\n");
    assertEquals(
        "servers.properties:2: cluster.secret.file: the secret has 5 characters; it must have 16 to"
            + " 1024 characters (make one: openssl rand -hex 32)",
        refusal(ONE + "cluster.secret.file=s\n"));
  }

  @Test
  void aServerThatIsNotInTheFileIsRefusedWithThoseThatAre() throws Exception {
    ServerConfig config = load(ONE + "server.3=127.0.0.1:8093:8083\n");
    String message =
        assertThrows(ConfigException.class, () -> config.server(new ServerId(2))).getMessage();
    assertEquals(
        "servers.properties: there is no server.2; the servers here are 1, 3",
        message.replace(folder + "/", ""));
  }
}

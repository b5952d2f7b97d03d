package holdfast.protocol;

import static holdfast.protocol.RawClient.okPayload;

import holdfast.replication.ServerId;
import holdfast.server.Newcomer;
import holdfast.server.OperatorKey;
import holdfast.server.Server;
import holdfast.server.ServerConfig;
import holdfast.server.StartException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/// Servers of one cluster in this process, on free loopback ports, in a folder of the test's.
public final class TestServers implements AutoCloseable {
  static final String PASSWORD = "correct horse";

  /// A busy machine must not cost a primary its office in the middle of a test about something
  /// else.
  private static final String CALM = "election.timeout=2s-3s";

  private static final int PORT_MIN = 20_000;
  private static final int PORT_MAX = 30_000;
  private static final AtomicInteger names = new AtomicInteger();

  /// The servers that a test can come in by.
  enum Door {
    PRIMARY,
    BACKUP
  }

  /// An account and a token of its.
  record Person(String name, String token) {}

  private final List<Server> servers = new ArrayList<>();
  private final List<Integer> clientPorts = new ArrayList<>();
  private ServerConfig config;

  public static TestServers start(Path folder, int count, String... sets) throws Exception {
    return startAt(folder, freePorts(2 * count), sets);
  }

  /// The same at these ports: each server's for clients, then its for peers.
  static TestServers startAt(Path folder, List<Integer> ports, String... sets) throws Exception {
    int count = ports.size() / 2;
    TestServers cluster = new TestServers();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(
          "server.%d=127.0.0.1:%d:%d\n".formatted(i + 1, ports.get(2 * i), ports.get(2 * i + 1)));
      cluster.clientPorts.add(ports.get(2 * i));
    }
    Path file = Files.writeString(folder.resolve("servers.properties"), text);
    List<String> all = new ArrayList<>(List.of(CALM));
    all.addAll(Arrays.asList(sets));
    cluster.config = ServerConfig.load(file, Map.of(), all);
    try {
      for (int i = 0; i < count; i++) {
        cluster.servers.add(Server.start(cluster.config, new ServerId(i + 1)));
      }
      cluster.awaitPrimary();
      return cluster;
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /// Ports that nobody listens at, outside the range of outgoing connections.
  public static List<Integer> freePorts(int count) throws IOException {
    Set<Integer> ports = new HashSet<>();
    while (ports.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        ports.add(free.getLocalPort());
      } catch (IOException e) {
        // Taken: the next one.
      }
    }
    return List.copyOf(ports);
  }

  /// A write waits for a primary; so does a linearizable read.
  void awaitPrimary() throws IOException {
    for (int port : clientPorts) {
      try (RawClient client = RawClient.connect(port)) {
        JsonNode hello = client.ok("HELLO", "{}");
        while (hello.path("primary").isNull() || hello.path("primary").isMissingNode()) {
          // Any account: the question is answered once a primary has confirmed that there is none.
          client.ask("LOGIN", "{'username':'nobody-%d','password':'none'}".formatted(port));
          hello = client.ok("HELLO", "{}");
        }
      }
    }
  }

  /// Has server `seed` take in one more server, with the next number.
  void join(int seed) throws Exception {
    List<Integer> ports = freePorts(2);
    clientPorts.add(ports.get(0));
    servers.add(
        Server.join(
            config,
            Newcomer.of(
                config,
                new ServerId(servers.size() + 1),
                "127.0.0.1:%d:%d".formatted(ports.get(0), ports.get(1)),
                "127.0.0.1:" + config.server(new ServerId(seed)).peerPort())));
  }

  /// Starts server `number`, which has ended, once more.
  void restart(int number) throws StartException {
    servers.set(number - 1, Server.start(config, new ServerId(number)));
  }

  int size() {
    return servers.size();
  }

  /// The client port of server `number`, from 1.
  int port(int number) {
    return clientPorts.get(number - 1);
  }

  ServerConfig config() {
    return config;
  }

  /// Server `number`, from 1.
  public Server server(int number) {
    return servers.get(number - 1);
  }

  /// A connection to server `number` that has proven to be an operator's.
  RawClient operator(int number) throws Exception {
    ServerId id = new ServerId(number);
    RawClient client = client(number);
    String nonce = client.ok("ADMIN", "{}").path("nonce").asString();
    String proof = OperatorKey.toShow(config, id).proof(nonce, id);
    client.ok("ADMIN", "{'proof':'%s'}".formatted(proof));
    return client;
  }

  RawClient client(int number) throws IOException {
    return RawClient.connect(port(number));
  }

  /// As the first server that answers says.
  public int primary() throws IOException {
    try (RawClient client = anyClient()) {
      return Integer.parseInt(okPayload(client.ask("HELLO", "{}")).path("primary").asString());
    }
  }

  private RawClient anyClient() throws IOException {
    for (int port : clientPorts) {
      try {
        return RawClient.connect(port);
      } catch (ConnectException e) {
        // Dead: the next one.
      }
    }
    throw new ConnectException("all servers are dead");
  }

  /// A server that is not the primary.
  public int backup() throws IOException {
    return primary() % servers.size() + 1;
  }

  int number(Door door) throws IOException {
    return switch (door) {
      case PRIMARY -> primary();
      case BACKUP -> backup();
    };
  }

  RawClient client(Door door) throws IOException {
    return client(number(door));
  }

  /// A name that no other test uses.
  static String freshName(String stem) {
    return stem + "-" + names.incrementAndGet();
  }

  /// Makes an account with a fresh name.
  Person person(String stem) throws IOException {
    String name = freshName(stem);
    try (RawClient client = client(1)) {
      client.ok("REGISTER", credentials(name));
      return new Person(name, client.ok("LOGIN", credentials(name)).path("token").asString());
    }
  }

  static String credentials(String name) {
    return "{'username':'%s','password':'%s'}".formatted(name, PASSWORD);
  }

  /// A connection to server `number`, logged in. It gets no event of anything that was acknowledged
  /// before: a backup may be behind, so it first shows that it has caught up.
  RawClient as(Person person, int number) throws IOException {
    try (RawClient before = client(number)) {
      before.ok("LOGIN", "{'token':'%s'}".formatted(person.token()));
      before.ok("ROOMS", "{}", "'read':'linearizable'");
    }
    RawClient client = client(number);
    client.ok("LOGIN", "{'token':'%s'}".formatted(person.token()));
    return client;
  }

  RawClient as(Person person, Door door) throws IOException {
    return as(person, number(door));
  }

  /// Ends them; each may be started once more.
  void endAll() {
    servers.forEach(Server::close);
  }

  @Override
  public void close() {
    endAll();
  }
}

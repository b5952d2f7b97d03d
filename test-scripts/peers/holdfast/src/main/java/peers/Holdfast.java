package peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Holdfast, three servers, started as users start them: one SEND for each message, to an account
/// that is not connected. OK comes when the message is on a majority's disks (the default).
///
/// Under load each connection has an account of its own, one connection to each server (or, with
/// PEER_HOLDFAST_NODES=primary, all writes to the primary). In failover all connections have the
/// same account: one user who moves from server to server and repeats with the same request_id.
public final class Holdfast extends Peer {
  private static final int CLIENT_PORT = 30240;
  private static final int PEER_PORT = 30250;
  private static final int SERVERS = 3;
  private static final String PASSWORD = "peers-password";
  private static final String RECIPIENT = "archive";
  private static final String WRITER = "writer";

  private final boolean failover;
  private final boolean primaryOnly;

  /// Sign-in tokens, by account: they are valid on every server, and cheaper than a password.
  private final Map<String, String> tokens = new ConcurrentHashMap<>();

  private Holdfast(Cluster cluster, boolean failover, boolean primaryOnly) {
    super(cluster);
    this.failover = failover;
    this.primaryOnly = primaryOnly;
  }

  public static void main(String[] arguments) throws Exception {
    Cluster cluster = Cluster.fromEnvironment();
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < SERVERS; i++) {
      servers.append(
          "server.%d=127.0.0.1:%d:%d\n".formatted(i + 1, CLIENT_PORT + i, PEER_PORT + i));
    }
    Path file = Files.writeString(cluster.folder().resolve("servers.properties"), servers);
    for (int i = 0; i < SERVERS; i++) {
      // The script ends in exec java, so its process is the server.
      cluster.add(
          List.of(
              System.getenv("PEER_HOLDFAST"),
              Integer.toString(i + 1),
              "--config",
              file.toString()));
    }
    boolean failover = arguments.length > 0 && arguments[0].equals("failover");
    boolean primaryOnly =
        System.getenv().getOrDefault("PEER_HOLDFAST_NODES", "all").equals("primary");
    Bench.main(
        "holdfast",
        "3 servers, defaults"
            + (failover ? "" : primaryOnly ? ", writes to the primary" : ", writes to all three"),
        new Holdfast(cluster, failover, primaryOnly),
        arguments);
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    await(
        "an account can be made",
        () -> {
          try (LineClient line = new LineClient(CLIENT_PORT)) {
            line.ask(LineClient.register(RECIPIENT, PASSWORD));
            return true;
          }
        });
    awaitWhole();
  }

  @Override
  protected void awaitWhole() throws Exception {
    for (int node : cluster.all()) {
      await(
          "server " + node + " sees all others",
          () -> ask(node, "STATUS").contains("\"failures_tolerated\":1"));
    }
    super.awaitWhole();
  }

  private static String ask(int node, String request) throws IOException {
    try (LineClient line = new LineClient(CLIENT_PORT + node)) {
      return line.ask(request);
    }
  }

  @Override
  public int leader() throws Exception {
    for (int node : cluster.all()) {
      if (cluster.alive(node)) {
        String primary = LineClient.text(ask(node, "{\"type\":\"HELLO\",\"id\":1}"), "primary");
        if (!primary.isEmpty()) {
          return Integer.parseInt(primary) - 1;
        }
      }
    }
    throw new IllegalStateException("no primary");
  }

  @Override
  public List<Integer> loadNodes() throws Exception {
    return primaryOnly ? List.of(leader()) : super.loadNodes();
  }

  @Override
  public boolean reconnects() {
    return true;
  }

  @Override
  public Writer connect(int node) throws Exception {
    String account = failover ? WRITER : WRITER + node;
    LineClient line = new LineClient(CLIENT_PORT + node);
    try {
      signIn(line, account);
      return new HoldfastWriter(line, RECIPIENT);
    } catch (Exception e) {
      line.close();
      throw e;
    }
  }

  private void signIn(LineClient line, String account) throws IOException {
    String token = tokens.get(account);
    if (token == null) {
      line.ask(LineClient.register(account, PASSWORD));
      String reply = line.ask(LineClient.login(account, PASSWORD));
      tokens.put(account, LineClient.text(reply, "token"));
    } else {
      line.ask(LineClient.login(token));
    }
  }

  /// Pages through the writers' conversations. A message that is there twice fails the run: the
  /// request_id is there to prevent that.
  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    List<Long> twice = new ArrayList<>();
    List<String> accounts =
        failover ? List.of(WRITER) : cluster.all().stream().map(node -> WRITER + node).toList();
    for (String account : accounts) {
      try (LineClient line = new LineClient(CLIENT_PORT)) {
        signIn(line, account);
        OptionalInt next = OptionalInt.of(0);
        while (next.isPresent()) {
          String page = line.ask(LineClient.history(RECIPIENT, next.getAsInt()));
          ids(page).filter(id -> id >= from && !ids.add(id)).forEach(twice::add);
          next = page.endsWith("\"more\":true}}") ? lastSeq(page) : OptionalInt.empty();
        }
      }
    }
    if (!twice.isEmpty()) {
      throw new IllegalStateException("stored twice: " + twice);
    }
    return ids;
  }

  /// The ids within the texts of a page; quotes within a text are escaped.
  private static Stream<Long> ids(String page) {
    Stream.Builder<Long> ids = Stream.builder();
    String field = "\\\"id\\\":";
    for (int at = page.indexOf(field); at >= 0; at = page.indexOf(field, at + 1)) {
      int digits = at + field.length();
      ids.add(Long.parseLong(page, digits, page.indexOf(',', digits), 10));
    }
    return ids.build();
  }

  private static OptionalInt lastSeq(String page) {
    String field = "{\"seq\":";
    int at = page.lastIndexOf(field) + field.length();
    return OptionalInt.of(Integer.parseInt(page, at, page.indexOf(',', at), 10));
  }
}

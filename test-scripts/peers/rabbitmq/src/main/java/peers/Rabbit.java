package peers;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/// RabbitMQ, three nodes, one quorum queue; persistent messages with publisher confirms.
public final class Rabbit extends Peer {

  private static final int CLIENT = 30160;
  private static final int DIST = 30170;
  private static final String EPMD_PORT = "30180";
  private static final String QUEUE = "chat";
  private final Path home;
  private final String sbin;
  private final Map<String, String> base = new HashMap<>();

  private Rabbit(Cluster c) throws IOException {
    super(c);
    sbin = System.getenv("PEER_RABBITMQ");
    home = Files.createDirectories(c.folder().resolve("home"));
    Path cookie = home.resolve(".erlang.cookie");
    Files.writeString(cookie, "PEERSMEASUREMENT");
    Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
    Path plugins = c.folder().resolve("enabled_plugins");
    Files.writeString(plugins, "[].\n");
    base.put("HOME", home.toString());
    base.put("ERL_EPMD_PORT", EPMD_PORT);
    base.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    base.put("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString());
    base.put("LANG", "C.UTF-8");
    for (int i = 0; i < 3; i++) {
      Path conf = c.folder().resolve("n" + i + ".conf");
      Files.writeString(
          conf,
          "listeners.tcp.default = 127.0.0.1:"
              + (CLIENT + i)
              + "\n"
              + "cluster_formation.peer_discovery_backend = classic_config\n"
              + "cluster_formation.classic_config.nodes.1 = peer0@localhost\n"
              + "cluster_formation.classic_config.nodes.2 = peer1@localhost\n"
              + "cluster_formation.classic_config.nodes.3 = peer2@localhost\n");
      Map<String, String> env = new HashMap<>(base);
      env.put("RABBITMQ_NODENAME", "peer" + i + "@localhost");
      env.put("RABBITMQ_CONFIG_FILE", conf.toString());
      env.put("RABBITMQ_DIST_PORT", String.valueOf(DIST + i));
      env.put("RABBITMQ_MNESIA_BASE", c.folder().resolve("n" + i).toString());
      env.put("RABBITMQ_LOG_BASE", c.folder().resolve("log" + i).toString());
      env.put("RABBITMQ_PID_FILE", c.folder().resolve("n" + i + ".pid").toString());
      env.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
      c.add(List.of(sbin + "/rabbitmq-server"), env, "beam.smp");
    }
  }

  public static void main(String[] args) throws Exception {
    Bench.main(
        "rabbitmq-quorum",
        "3 nodes, quorum queue, persistent, publisher confirms, defaults",
        new Rabbit(Cluster.fromEnvironment()),
        args);
  }

  private static Connection open(int node) throws Exception {
    ConnectionFactory f = new ConnectionFactory();
    f.setHost("127.0.0.1");
    f.setPort(CLIENT + node);
    f.setAutomaticRecoveryEnabled(false);
    f.setConnectionTimeout(2000);
    f.setMaxInboundMessageBodySize(1 << 20);
    return f.newConnection();
  }

  @Override
  public void start() throws Exception {
    cluster.helper("epmd", List.of("epmd", "-port", EPMD_PORT, "-address", "127.0.0.1"));
    for (int i : cluster.all()) {
      cluster.start(i);
      awaitOpen(i);
    }
    declare();
    awaitWhole();
  }

  private void declare() throws Exception {
    try (Connection c = open(0);
        Channel ch = c.createChannel()) {
      ch.queueDeclare(QUEUE, true, false, false, Map.of("x-queue-type", "quorum"));
    }
  }

  private void awaitOpen(int node) throws Exception {
    await(
        "node " + node + " takes connections",
        () -> {
          open(node).close();
          return true;
        });
  }

  /// With channels kept open, no confirm came for 75 s after a leader kill in one run (3.10.8).
  @Override
  public boolean reconnects() {
    return true;
  }

  @Override
  public void restart(int node) throws Exception {
    cluster.start(node);
    awaitOpen(node);
    awaitWhole();
  }

  @Override
  public int leader() throws Exception {
    ProcessBuilder b =
        new ProcessBuilder(
            sbin + "/rabbitmqctl",
            "-n",
            "peer0@localhost",
            "-q",
            "--no-table-headers",
            "list_queues",
            "name",
            "leader");
    b.environment().putAll(base);
    b.redirectErrorStream(true);
    Process p = b.start();
    String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    p.waitFor(20, TimeUnit.SECONDS);
    int at = out.indexOf("peer");
    if (at < 0) {
      throw new IllegalStateException("no leader: " + out);
    }
    return out.charAt(at + 4) - '0';
  }

  @Override
  public Writer connect(int node) throws Exception {
    Connection c = open(node);
    Channel ch = c.createChannel();
    ch.confirmSelect();
    ConcurrentNavigableMap<Long, CompletableFuture<Void>> open = new ConcurrentSkipListMap<>();
    ch.addConfirmListener(
        (tag, many) -> settle(open, tag, many, null),
        (tag, many) -> settle(open, tag, many, new IOException("nack")));
    ch.addShutdownListener(e -> settle(open, Long.MAX_VALUE, true, e));
    return new Writer() {
      @Override
      public CompletableFuture<?> write(long id, String value) throws Exception {
        CompletableFuture<Void> f = new CompletableFuture<>();
        byte[] body = value.getBytes(StandardCharsets.UTF_8);
        synchronized (ch) {
          open.put(ch.getNextPublishSeqNo(), f);
          ch.basicPublish("", QUEUE, MessageProperties.PERSISTENT_BASIC, body);
        }
        return f;
      }

      @Override
      public void close() {
        c.abort(500);
      }
    };
  }

  private static void settle(
      ConcurrentNavigableMap<Long, CompletableFuture<Void>> open,
      long tag,
      boolean many,
      Throwable e) {
    var done = many ? open.headMap(tag, true) : open.subMap(tag, true, tag, true);
    for (Long t : List.copyOf(done.keySet())) {
      CompletableFuture<Void> f = open.remove(t);
      if (f != null) {
        if (e == null) {
          f.complete(null);
        } else {
          f.completeExceptionally(e);
        }
      }
    }
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    try (Connection c = open(0);
        Channel ch = c.createChannel()) {
      int left = ch.queueDeclarePassive(QUEUE).getMessageCount();
      for (int i = 0; i < left; i++) {
        var m = ch.basicGet(QUEUE, true);
        if (m == null) {
          break;
        }
        String s = new String(m.getBody(), StandardCharsets.UTF_8);
        long id = Payload.id(s);
        if (id >= from) {
          ids.add(id);
        }
      }
    }
    return ids;
  }
}

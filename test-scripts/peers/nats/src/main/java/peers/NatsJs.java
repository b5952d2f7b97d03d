package peers;

import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// NATS JetStream, three servers, one R3 file stream; one acked publish per message.
public final class NatsJs extends Peer {

  private static final int CLIENT = 30120;
  private static final int ROUTE = 30130;
  private static final String STREAM = "CHAT";

  private NatsJs(Cluster c) {
    super(c);
  }

  public static void main(String[] args) throws Exception {
    String bin = System.getenv().getOrDefault("NATS", "nats-server");
    String sync = System.getenv().getOrDefault("NATS_SYNC", "default");
    Cluster c = Cluster.fromEnvironment();
    for (int i = 0; i < 3; i++) {
      Path conf = c.folder().resolve("n" + i + ".conf");
      Files.writeString(
          conf,
          "server_name: n"
              + i
              + "\n"
              + "listen: \"127.0.0.1:"
              + (CLIENT + i)
              + "\"\n"
              + "jetstream {\n  store_dir: \""
              + c.folder().resolve("n" + i)
              + "\"\n"
              + (sync.equals("default") ? "" : "  sync_interval: " + sync + "\n")
              + "}\n"
              + "cluster {\n  name: peers\n  listen: \"127.0.0.1:"
              + (ROUTE + i)
              + "\"\n"
              + "  routes: ["
              + route(0)
              + ", "
              + route(1)
              + ", "
              + route(2)
              + "]\n}\n");
      c.add(List.of(bin, "-c", conf.toString()));
    }
    String settings =
        "3 servers, R3 file stream, sync_interval "
            + (sync.equals("default") ? "default (2 min)" : sync);
    Bench.main("nats-jetstream", settings, new NatsJs(c), args);
  }

  private static String route(int i) {
    return "\"nats://127.0.0.1:" + (ROUTE + i) + "\"";
  }

  private static Connection open(int node) throws Exception {
    return Nats.connect(
        Options.builder()
            .server("nats://127.0.0.1:" + (CLIENT + node))
            .maxReconnects(0)
            .ignoreDiscoveredServers()
            .connectionTimeout(Duration.ofMillis(500))
            .errorListener(new io.nats.client.ErrorListener() {})
            .build());
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    await(
        "the stream can be made",
        () -> {
          try (Connection c = open(0)) {
            c.jetStreamManagement()
                .addStream(
                    StreamConfiguration.builder()
                        .name(STREAM)
                        .subjects("chat.>")
                        .storageType(StorageType.File)
                        .replicas(3)
                        .build());
            return true;
          }
        });
    awaitWhole();
  }

  @Override
  protected void awaitWhole() throws Exception {
    for (int i : cluster.all()) {
      awaitWritable(i);
    }
    await(
        "all replicas are current",
        () -> {
          try (Connection c = open(0)) {
            StreamInfo info = c.jetStreamManagement().getStreamInfo(STREAM);
            return info.getClusterInfo().getReplicas().stream()
                    .filter(r -> r.isCurrent() && !r.isOffline())
                    .count()
                == 2;
          }
        });
    Thread.sleep(1500);
  }

  @Override
  public int leader() throws Exception {
    try (Connection c = open(0)) {
      String name = c.jetStreamManagement().getStreamInfo(STREAM).getClusterInfo().getLeader();
      return Integer.parseInt(name.substring(1));
    }
  }

  @Override
  public Writer connect(int node) throws Exception {
    Connection nc = open(node);
    JetStream js = nc.jetStream();
    return new Writer() {
      @Override
      public CompletableFuture<?> write(long id, String value) {
        return js.publishAsync("chat.general", value.getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public void close() {
        try {
          nc.close();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    try (Connection c = open(0)) {
      JetStreamManagement jsm = c.jetStreamManagement();
      long count = jsm.getStreamInfo(STREAM).getStreamState().getMsgCount();
      JetStreamSubscription sub =
          c.jetStream().subscribe("chat.>", PushSubscribeOptions.builder().ordered(true).build());
      for (long i = 0; i < count; i++) {
        Message m = sub.nextMessage(Duration.ofSeconds(5));
        if (m == null) {
          break;
        }
        String s = new String(m.getData(), StandardCharsets.UTF_8);
        long id = Payload.id(s);
        if (id >= from) {
          ids.add(id);
        }
      }
    }
    return ids;
  }
}

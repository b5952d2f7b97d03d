package peers;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.options.GetOption;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// etcd, three members, default settings; one put per message.
public final class Etcd extends Peer {

  private static final int CLIENT = 30100;
  private static final int PEER = 30110;

  private Etcd(Cluster c) {
    super(c);
  }

  public static void main(String[] args) throws Exception {
    String bin = System.getenv().getOrDefault("ETCD", "etcd");
    Cluster c = Cluster.fromEnvironment();
    StringBuilder members = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      members
          .append(i > 0 ? "," : "")
          .append("n")
          .append(i)
          .append("=http://127.0.0.1:")
          .append(PEER + i);
    }
    for (int i = 0; i < 3; i++) {
      String peer = "http://127.0.0.1:" + (PEER + i);
      c.add(
          List.of(
              bin,
              "--name",
              "n" + i,
              "--data-dir",
              c.folder().resolve("n" + i).toString(),
              "--listen-client-urls",
              url(i),
              "--advertise-client-urls",
              url(i),
              "--listen-peer-urls",
              peer,
              "--initial-advertise-peer-urls",
              peer,
              "--initial-cluster",
              members.toString(),
              "--initial-cluster-state",
              "new",
              "--log-level",
              "error"));
    }
    Bench.main(
        "etcd",
        "3 members, defaults (heartbeat 100 ms, election 1000 ms, fsync on)",
        new Etcd(c),
        args);
  }

  private static String url(int i) {
    return "http://127.0.0.1:" + (CLIENT + i);
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    awaitWhole();
  }

  @Override
  public int leader() throws Exception {
    for (int i : cluster.all()) {
      try (Client c = Client.builder().endpoints(url(i)).build()) {
        StatusResponse s = c.getMaintenanceClient().statusMember(url(i)).get(2, TimeUnit.SECONDS);
        if (s.getLeader() == s.getHeader().getMemberId()) {
          return i;
        }
      }
    }
    throw new IllegalStateException("no leader");
  }

  @Override
  public Writer connect(int node) {
    Client client = Client.builder().endpoints(url(node)).build();
    KV kv = client.getKVClient();
    return new Writer() {
      @Override
      public CompletableFuture<?> write(long id, String value) {
        return kv.put(bytes(key(id)), bytes(value));
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    try (Client c = Client.builder().endpoints(url(0)).build()) {
      ByteSequence start = bytes(key(from));
      while (true) {
        GetOption o =
            GetOption.builder()
                .withRange(bytes("chat0"))
                .withKeysOnly(true)
                .withLimit(10_000)
                .build();
        List<KeyValue> kvs = c.getKVClient().get(start, o).get(10, TimeUnit.SECONDS).getKvs();
        if (kvs.isEmpty()) {
          return ids;
        }
        long last = 0;
        for (KeyValue kv : kvs) {
          last = Long.parseLong(kv.getKey().toString(StandardCharsets.UTF_8).substring(5));
          ids.add(last);
        }
        start = bytes(key(last + 1));
      }
    }
  }

  private static String key(long id) {
    return String.format("chat/%012d", id);
  }

  private static ByteSequence bytes(String s) {
    return ByteSequence.from(s, StandardCharsets.UTF_8);
  }
}

package peers;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/// ZooKeeper, three servers, forceSync on; one async create per message.
public final class ZooKeeperPeer extends Peer {

  private static final int CLIENT = 30210;
  private static final int SHARDS = 100;
  private final boolean allServers;

  private ZooKeeperPeer(Cluster c, boolean allServers) {
    super(c);
    this.allServers = allServers;
  }

  public static void main(String[] args) throws Exception {
    Cluster c = Cluster.fromEnvironment();
    for (int i = 0; i < 3; i++) {
      Path dir = Files.createDirectories(c.folder().resolve("n" + i));
      Files.writeString(dir.resolve("myid"), String.valueOf(i + 1));
      StringBuilder b =
          new StringBuilder(
              "tickTime=2000\ninitLimit=10\nsyncLimit=5\nadmin.enableServer=false\n"
                  + "4lw.commands.whitelist=srvr\nclientPortAddress=127.0.0.1\ndataDir="
                  + dir
                  + "\nclientPort="
                  + (CLIENT + i)
                  + "\n");
      for (int j = 0; j < 3; j++) {
        b.append("server.")
            .append(j + 1)
            .append("=127.0.0.1:")
            .append(30220 + j)
            .append(':')
            .append(30230 + j)
            .append('\n');
      }
      Path conf = c.folder().resolve("n" + i + ".cfg");
      Files.writeString(conf, b);
      c.add(Cluster.java("org.apache.zookeeper.server.quorum.QuorumPeerMain", conf.toString()));
    }
    boolean failover = args.length > 0 && args[0].equals("failover");
    Bench.main(
        "zookeeper",
        "3 servers, tickTime 2000, syncLimit 5, forceSync on (default)",
        new ZooKeeperPeer(c, failover),
        args);
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    Thread.sleep(3000);
    ZooKeeper z = open("127.0.0.1:" + CLIENT, 20);
    z.create("/chat", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    for (int i = 0; i < SHARDS; i++) {
      z.create("/chat/" + i, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
    z.close();
    awaitWhole();
  }

  private static ZooKeeper open(String servers, int seconds) throws Exception {
    CountDownLatch up = new CountDownLatch(1);
    ZooKeeper z =
        new ZooKeeper(
            servers,
            10_000,
            e -> {
              if (e.getState() == Watcher.Event.KeeperState.SyncConnected) {
                up.countDown();
              }
            });
    if (!up.await(seconds, TimeUnit.SECONDS)) {
      z.close(100);
      throw new IllegalStateException("no connection to " + servers);
    }
    return z;
  }

  @Override
  protected void awaitWhole() throws Exception {
    for (int i : cluster.all()) {
      await("server " + i + " leads or follows", () -> mode(i).matches("leader|follower"));
    }
    Thread.sleep(2500);
  }

  private static String mode(int i) {
    try (Socket s = new Socket("127.0.0.1", CLIENT + i)) {
      s.setSoTimeout(2000);
      s.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      String out = new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return out.lines()
          .filter(l -> l.startsWith("Mode: "))
          .map(l -> l.substring(6).trim())
          .findFirst()
          .orElse("none");
    } catch (Exception e) {
      return "down";
    }
  }

  @Override
  public int leader() {
    return cluster.all().stream().filter(i -> mode(i).equals("leader")).findFirst().orElseThrow();
  }

  @Override
  public Writer connect(int node) throws Exception {
    StringBuilder servers = new StringBuilder("127.0.0.1:" + (CLIENT + node));
    if (allServers) {
      for (int i = 1; i < 3; i++) {
        servers.append(",127.0.0.1:").append(CLIENT + (node + i) % 3);
      }
    }
    ZooKeeper z = open(servers.toString(), 10);
    return new Writer() {
      @Override
      public CompletableFuture<?> write(long id, String value) {
        CompletableFuture<Void> f = new CompletableFuture<>();
        z.create(
            "/chat/" + id % SHARDS + "/" + id,
            value.getBytes(StandardCharsets.UTF_8),
            ZooDefs.Ids.OPEN_ACL_UNSAFE,
            CreateMode.PERSISTENT,
            (rc, path, ctx, name) -> {
              KeeperException.Code code = KeeperException.Code.get(rc);
              if (code == KeeperException.Code.OK || code == KeeperException.Code.NODEEXISTS) {
                f.complete(null);
              } else {
                f.completeExceptionally(KeeperException.create(code));
              }
            },
            null);
        return f;
      }

      @Override
      public void close() {
        try {
          z.close(500);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    ZooKeeper z = open("127.0.0.1:" + CLIENT, 10);
    for (int i = 0; i < SHARDS; i++) {
      for (String s : z.getChildren("/chat/" + i, false)) {
        if (Long.parseLong(s) >= from) {
          ids.add(Long.parseLong(s));
        }
      }
    }
    z.close();
    return ids;
  }
}

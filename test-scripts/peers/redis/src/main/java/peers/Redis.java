package peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Redis, one primary and two replicas, appendfsync always; SET then WAIT n on one connection per
/// outstanding write. Failover runs add three Sentinels.
public final class Redis extends Peer {

  private static final int PORT = 30190;
  private static final int SENTINEL = 30200;
  private final boolean sentinels;
  private final int wait;
  private final int downAfterMs =
      Integer.getInteger("peers.downAfterMs", 1_000); // Sentinel's own default is 30 s

  private Redis(Cluster c, boolean sentinels, int wait) {
    super(c);
    this.sentinels = sentinels;
    this.wait = wait;
  }

  public static void main(String[] args) throws Exception {
    boolean failover = args.length > 0 && args[0].equals("failover");
    int wait = Integer.parseInt(System.getenv().getOrDefault("REDIS_WAIT", failover ? "1" : "2"));
    Cluster c = Cluster.fromEnvironment();
    for (int i = 0; i < 3; i++) {
      Path dir = Files.createDirectories(c.folder().resolve("n" + i));
      Path conf = dir.resolve("redis.conf");
      Files.writeString(
          conf,
          "bind 127.0.0.1\nport "
              + (PORT + i)
              + "\ndir "
              + dir
              + "\nsave \"\"\nappendonly yes\n"
              + "appendfsync always\nrepl-diskless-sync-delay 0\n"
              + (i > 0 ? "replicaof 127.0.0.1 " + PORT + "\n" : ""));
      c.add(List.of(System.getenv().getOrDefault("REDIS", "redis-server"), conf.toString()));
    }
    Redis r = new Redis(c, failover, wait);
    Bench.main(
        "redis",
        "1 primary, 2 replicas, appendfsync always, WAIT "
            + wait
            + (failover ? ", 3 Sentinels, down-after " + r.downAfterMs + " ms" : ""),
        r,
        args);
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    if (sentinels) {
      Thread.sleep(1000);
      for (int i = 0; i < 3; i++) {
        Path conf = cluster.folder().resolve("sentinel" + i + ".conf");
        Files.writeString(
            conf,
            "bind 127.0.0.1\nport "
                + (SENTINEL + i)
                + "\nsentinel monitor chat 127.0.0.1 "
                + PORT
                + " 2\nsentinel down-after-milliseconds chat "
                + downAfterMs
                + "\n");
        cluster.helper(
            "sentinel" + i,
            List.of(
                System.getenv().getOrDefault("REDIS", "redis-server"),
                conf.toString(),
                "--sentinel"));
      }
    }
    awaitWhole();
    if (sentinels) {
      Thread.sleep(11_000); // a Sentinel finds replicas by INFO every 10 s
    }
  }

  @Override
  protected void awaitWhole() throws Exception {
    await(
        "both replicas follow",
        () -> ask(leader(), "SET whole 1", "WAIT 2 1000").get(1).equals(":2"));
    Thread.sleep(500);
  }

  @Override
  public int leader() throws Exception {
    for (int i : cluster.all()) {
      if (cluster.alive(i) && ask(i, "SET leader 1").get(0).equals("+OK")) {
        return i;
      }
    }
    throw new IllegalStateException("no primary");
  }

  @Override
  public List<Integer> loadNodes() throws Exception {
    return List.of(leader());
  }

  /// Inline commands on a connection of their own; one reply line each.
  private static List<String> ask(int node, String... commands) throws IOException {
    List<String> out = new ArrayList<>();
    try (Socket s = new Socket()) {
      s.connect(new InetSocketAddress("127.0.0.1", PORT + node), 1000);
      s.setSoTimeout(3000);
      var in =
          new java.io.BufferedReader(
              new java.io.InputStreamReader(s.getInputStream(), StandardCharsets.UTF_8));
      for (String c : commands) {
        s.getOutputStream().write((c + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.add(in.readLine());
      }
    }
    return out;
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    try (Socket s = new Socket("127.0.0.1", PORT + leader())) {
      var in =
          new java.io.BufferedReader(
              new java.io.InputStreamReader(s.getInputStream(), StandardCharsets.UTF_8));
      s.getOutputStream().write("KEYS chat:*\r\n".getBytes(StandardCharsets.UTF_8));
      int n = Integer.parseInt(in.readLine().substring(1));
      for (int i = 0; i < n; i++) {
        in.readLine();
        long id = Long.parseLong(in.readLine().substring(5));
        if (id >= from) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  @Override
  public Writer connect(int node) throws Exception {
    return new Client(PORT + node);
  }

  /// One selector thread over as many connections as there are outstanding writes.
  private final class Client implements Writer, Runnable {
    private final class Line {
      SocketChannel ch;
      final ByteBuffer in = ByteBuffer.allocate(512);
      CompletableFuture<Void> waiting;
    }

    private final int port;
    private final Selector selector = Selector.open();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Deque<Line> idle = new ArrayDeque<>();
    private final Thread thread = new Thread(this, "redis-client");
    private volatile boolean closed;

    Client(int port) throws IOException {
      this.port = port;
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public CompletableFuture<?> write(long id, String value) {
      CompletableFuture<Void> f = new CompletableFuture<>();
      String key = "chat:" + id;
      String w = String.valueOf(wait);
      byte[] b =
          ("*3\r\n$3\r\nSET\r\n$"
                  + key.length()
                  + "\r\n"
                  + key
                  + "\r\n$"
                  + value.length()
                  + "\r\n"
                  + value
                  + "\r\n*3\r\n$4\r\nWAIT\r\n$"
                  + w.length()
                  + "\r\n"
                  + w
                  + "\r\n$4\r\n5000\r\n")
              .getBytes(StandardCharsets.UTF_8);
      tasks.add(() -> send(b, f));
      if (Thread.currentThread() != thread) {
        selector.wakeup();
      }
      return f;
    }

    private void send(byte[] b, CompletableFuture<Void> f) {
      Line l = idle.poll();
      try {
        if (l == null) {
          l = new Line();
          l.ch = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
          l.ch.setOption(StandardSocketOptions.TCP_NODELAY, true);
          l.ch.configureBlocking(false);
          l.ch.register(selector, SelectionKey.OP_READ, l);
        }
        l.waiting = f;
        ByteBuffer out = ByteBuffer.wrap(b);
        while (out.hasRemaining()) {
          l.ch.write(out);
        }
      } catch (IOException e) {
        f.completeExceptionally(e);
      }
    }

    @Override
    public void run() {
      try {
        while (!closed) {
          for (Runnable t = tasks.poll(); t != null; t = tasks.poll()) {
            t.run();
          }
          selector.select();
          for (Iterator<SelectionKey> it = selector.selectedKeys().iterator(); it.hasNext(); ) {
            Line l = (Line) it.next().attachment();
            it.remove();
            read(l);
          }
        }
        for (SelectionKey k : selector.keys()) {
          k.channel().close();
        }
        selector.close();
      } catch (IOException e) {
        e.printStackTrace();
      }
    }

    private void read(Line l) throws IOException {
      int n;
      try {
        n = l.ch.read(l.in);
      } catch (IOException e) {
        n = -1;
      }
      CompletableFuture<Void> f = l.waiting;
      if (n < 0) {
        l.ch.close();
        if (f != null) {
          l.waiting = null;
          f.completeExceptionally(new IOException("closed"));
        }
        idle.remove(l);
        return;
      }
      String s = new String(l.in.array(), 0, l.in.position(), StandardCharsets.UTF_8);
      String[] replies = s.split("\r\n", -1);
      if (replies.length < 3 || f == null) {
        return;
      }
      l.in.clear();
      l.waiting = null;
      idle.push(l);
      if (replies[0].equals("+OK")
          && replies[1].startsWith(":")
          && Integer.parseInt(replies[1].substring(1)) >= wait) {
        f.complete(null);
      } else {
        f.completeExceptionally(new IOException(replies[0] + " " + replies[1]));
      }
    }

    @Override
    public void close() {
      closed = true;
      selector.wakeup();
    }
  }
}

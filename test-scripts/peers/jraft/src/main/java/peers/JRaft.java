package peers;

import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// SOFAJRaft, three peers over Bolt RPC; one Task per message, the client follows redirects to the
/// leader.
public final class JRaft extends Peer {

  private JRaft(Cluster c) {
    super(c);
  }

  public static void main(String[] args) throws Exception {
    Cluster c = Cluster.fromEnvironment();
    for (int i = 0; i < 3; i++) {
      c.add(
          Cluster.java(
              "peers.JRaftServer", String.valueOf(i), c.folder().resolve("n" + i).toString()));
    }
    Bench.main(
        "sofa-jraft",
        "3 peers, Bolt, RocksDB log with sync=true (default), election 1000 ms, in-memory state machine",
        new JRaft(c),
        args);
  }

  private static RpcClient client() {
    RpcClient c = RpcFactoryHelper.rpcFactory().createRpcClient();
    c.init(new RpcOptions());
    return c;
  }

  private static JRaftServer.Reply ask(int node, int op, long from) throws Exception {
    RpcClient c = client();
    try {
      JRaftServer.Request q = new JRaftServer.Request();
      q.op = op;
      q.from = from;
      return (JRaftServer.Reply)
          c.invokeSync(new Endpoint("127.0.0.1", JRaftServer.PORT + node), q, 5000);
    } finally {
      c.shutdown();
    }
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    awaitWhole();
  }

  @Override
  protected void awaitWhole() throws Exception {
    super.awaitWhole();
    Thread.sleep(1000);
  }

  @Override
  public int leader() throws Exception {
    for (int i : cluster.all()) {
      if (ask(i, JRaftServer.LEADER, 0).ok) {
        return i;
      }
    }
    throw new IllegalStateException("no leader");
  }

  @Override
  public Writer connect(int node) {
    RpcClient client = client();
    Endpoint home = new Endpoint("127.0.0.1", JRaftServer.PORT + node);
    return new Writer() {
      volatile Endpoint target = home;

      @Override
      public CompletableFuture<?> write(long id, String value) {
        CompletableFuture<Void> f = new CompletableFuture<>();
        JRaftServer.Request q = new JRaftServer.Request();
        q.value = value;
        send(q, f, 1);
        return f;
      }

      void send(JRaftServer.Request q, CompletableFuture<Void> f, int redirects) {
        Endpoint to = target;
        try {
          client.invokeAsync(
              to,
              q,
              new InvokeCallback() {
                @Override
                public void complete(Object o, Throwable e) {
                  if (e != null) {
                    target = home;
                    f.completeExceptionally(e);
                    return;
                  }
                  JRaftServer.Reply r = (JRaftServer.Reply) o;
                  if (r.ok) {
                    f.complete(null);
                  } else if (r.redirect != null && redirects > 0) {
                    String[] hp = r.redirect.split(":");
                    target = new Endpoint(hp[0], Integer.parseInt(hp[1]));
                    send(q, f, redirects - 1);
                  } else {
                    target = home;
                    f.completeExceptionally(new IllegalStateException("not acked: " + r.error));
                  }
                }

                @Override
                public Executor executor() {
                  return null;
                }
              },
              5000);
        } catch (Exception e) {
          target = home;
          f.completeExceptionally(e);
        }
      }

      @Override
      public void close() {
        client.shutdown();
      }
    };
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    for (long id : ask(leader(), JRaftServer.READ, from).ids) {
      ids.add(id);
    }
    return ids;
  }
}

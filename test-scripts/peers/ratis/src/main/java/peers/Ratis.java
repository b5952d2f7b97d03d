package peers;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.util.TimeDuration;

/// Apache Ratis, three peers over gRPC; one async send per message.
public final class Ratis extends Peer {

  private static long requestTimeoutMs;

  private Ratis(Cluster c) {
    super(c);
  }

  public static void main(String[] args) throws Exception {
    requestTimeoutMs = args.length > 0 && args[0].equals("failover") ? Failover.ATTEMPT_MS : 0;
    Cluster c = Cluster.fromEnvironment();
    for (int i = 0; i < 3; i++) {
      c.add(
          Cluster.java(
              "peers.RatisServer", String.valueOf(i), c.folder().resolve("n" + i).toString()));
    }
    Bench.main(
        "ratis",
        "3 peers, gRPC, default log (flush before ack), election 150-300 ms, in-memory state machine",
        new Ratis(c),
        args);
  }

  private static RaftClient client() {
    RaftProperties p = new RaftProperties();
    RaftClientConfigKeys.Async.setOutstandingRequestsMax(p, 1024);
    if (requestTimeoutMs > 0) { // else Ratis's default, 3 s
      RaftClientConfigKeys.Rpc.setRequestTimeout(
          p, TimeDuration.valueOf(requestTimeoutMs, TimeUnit.MILLISECONDS));
    }
    return RaftClient.newBuilder()
        .setProperties(p)
        .setRaftGroup(RatisServer.GROUP)
        .setRetryPolicy(
            RetryPolicies.retryForeverWithSleep(TimeDuration.valueOf(20, TimeUnit.MILLISECONDS)))
        .build();
  }

  @Override
  public void start() throws Exception {
    cluster.startAll();
    awaitWhole();
  }

  @Override
  protected void awaitWhole() throws Exception {
    try (RaftClient c = client()) {
      for (int i : cluster.all()) {
        await("server " + i + " answers", () -> info(c, i) != null);
      }
    }
    awaitWritable(0);
    Thread.sleep(2500);
  }

  private static GroupInfoReply info(RaftClient c, int i) throws Exception {
    return c.getGroupManagementApi(RaftPeerId.valueOf("n" + i))
        .info(RatisServer.GROUP.getGroupId());
  }

  @Override
  public int leader() throws Exception {
    try (RaftClient c = client()) {
      for (int i : cluster.all()) {
        if (info(c, i).getRoleInfoProto().getRole() == RaftPeerRole.LEADER) {
          return i;
        }
      }
    }
    throw new IllegalStateException("no leader");
  }

  @Override
  public Writer connect(int node) {
    RaftClient client = client();
    return new Writer() {
      @Override
      public CompletableFuture<?> write(long id, String value) {
        return client
            .async()
            .send(Message.valueOf(value))
            .thenAccept(r -> {
              if (!r.isSuccess()) {
                throw new IllegalStateException(String.valueOf(r.getException()));
              }
            });
      }

      @Override
      public void close() {
        try {
          client.close();
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    };
  }

  @Override
  public Set<Long> readBack(long from) throws Exception {
    Set<Long> ids = new HashSet<>();
    try (RaftClient c = client()) {
      RaftClientReply r = c.io().sendReadOnly(Message.valueOf(String.valueOf(from)));
      for (String s : r.getMessage().getContent().toString(StandardCharsets.UTF_8).split(",")) {
        if (!s.isEmpty()) {
          ids.add(Long.parseLong(s));
        }
      }
    }
    return ids;
  }
}

package peers;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One system under measurement: three server processes, and clients for it.
public abstract class Peer {
  /// How long servers may take until they serve.
  protected static final long START_SECONDS_MAX = 60;

  private static final long SETTLE_MS = 1_500;

  /// A client attached to one server, or to whichever leads where the system's clients do that.
  public interface Writer extends AutoCloseable {
    /// Stores `value` under `id`; completes when the system has acknowledged the write.
    CompletableFuture<?> write(long id, String value) throws Exception;

    @Override
    void close();
  }

  protected final Cluster cluster;

  protected Peer(Cluster cluster) {
    this.cluster = cluster;
  }

  /// Starts every server and returns once writes are possible.
  public abstract void start() throws Exception;

  /// The index of the server that now leads (the stream, the queue, the group).
  public abstract int leader() throws Exception;

  /// A client attached to the server with index `node`.
  public abstract Writer connect(int node) throws Exception;

  /// The ids, from `from` on, of all writes that are stored.
  public abstract Set<Long> readBack(long from) throws Exception;

  /// The servers that load goes to, one connection each: all of them, where all take writes.
  public List<Integer> loadNodes() throws Exception {
    return cluster.all();
  }

  /// Whether a client drops its connection after a failed or late write and opens a new one.
  public boolean reconnects() {
    return false;
  }

  /// Starts a killed server again and waits until the cluster is whole.
  public void restart(int node) throws Exception {
    cluster.start(node);
    awaitWhole();
  }

  /// Waits until all servers take part: until a write through each is acknowledged.
  protected void awaitWhole() throws Exception {
    for (int node : cluster.all()) {
      awaitWritable(node);
    }
    Thread.sleep(SETTLE_MS);
  }

  protected final void awaitWritable(int node) throws Exception {
    await(
        "server " + node + " takes writes",
        () -> {
          try (Writer writer = connect(node)) {
            writer.write(0, Payload.of(0)).get(1, TimeUnit.SECONDS);
            return true;
          }
        });
  }

  /// Something that holds or does not, or cannot be asked yet.
  protected interface Condition {
    boolean holds() throws Exception;
  }

  /// Asks again and again until it holds, for at most `START_SECONDS_MAX`.
  protected static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (Exception e) {
        last = e;
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("waited in vain until " + what, last);
  }

  /// Kills all processes.
  public void stop() {
    cluster.stopAll();
  }
}

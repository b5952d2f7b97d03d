package peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Kills the leader under one writer, again and again: how long writing stands still, and whether
/// every acknowledged write is there at the end.
final class Failover {
  static final long ATTEMPT_MS = Long.getLong("peers.attemptMs", 200);
  private static final long PAUSE_MS = 20;
  private static final long BEFORE_KILL_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long AFTER_RECOVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(75);
  private static final long FIRST_ID = 1_000_000_000L;

  private final Peer peer;
  private final Report report;
  private final List<Long> acknowledged = new ArrayList<>();
  private long id = FIRST_ID;

  Failover(Peer peer, Report report) {
    this.peer = peer;
    this.report = report;
  }

  void run(int kills) throws Exception {
    List<Long> gaps = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      int leader = peer.leader();
      long gap = new Outage(leader, (leader + i) % peer.cluster.size()).run();
      gaps.add(gap);
      System.err.println("leader " + leader + " killed, gap " + gap + " ms");
      peer.restart(leader);
    }
    Set<Long> stored = peer.readBack(FIRST_ID);
    report.put("gaps_ms", gaps);
    report.put("acked", acknowledged.size());
    report.put("acked_lost", acknowledged.stream().filter(one -> !stored.contains(one)).count());
  }

  /// One death of the leader, as one writer sees it.
  private final class Outage {
    private final int leader;
    private final Peer.Writer[] writers = new Peer.Writer[peer.cluster.size()];

    /// Where the writer is.
    private int node;

    private final long begun = System.nanoTime();
    private long lastAck = begun;
    private long gap;
    private long killed;
    private long recovered;
    private Thread killer;

    Outage(int leader, int node) {
      this.leader = leader;
      this.node = node;
    }

    /// The longest time between two acknowledgements around the kill, in ms.
    long run() throws Exception {
      for (int i = 0; i < writers.length; i++) {
        writers[i] = peer.connect(i);
      }
      lastAck = System.nanoTime();
      long killAt = lastAck + BEFORE_KILL_NANOS;
      while (recovered == 0 || System.nanoTime() - recovered < AFTER_RECOVERY_NANOS) {
        long now = System.nanoTime();
        if (killer == null && now >= killAt) {
          killed = now;
          killer = Thread.ofPlatform().start(this::kill);
        }
        if (killer != null && recovered == 0 && now - killed > GIVE_UP_NANOS) {
          throw new IllegalStateException("no write was acknowledged any more");
        }
        attempt();
      }
      for (Peer.Writer writer : writers) {
        if (writer != null) {
          writer.close();
        }
      }
      killer.join();
      return TimeUnit.NANOSECONDS.toMillis(gap);
    }

    private void kill() {
      try {
        peer.cluster.kill9(leader);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// Tries the present write once; a failure moves the writer on to the next server.
    private void attempt() throws InterruptedException {
      boolean leaderDead = killer != null && !killer.isAlive();
      try {
        if (writers[node] == null) {
          writers[node] = peer.connect(node);
        }
        writers[node].write(id, Payload.of(id)).get(ATTEMPT_MS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        if (peer.reconnects() && writers[node] != null) {
          writers[node].close();
          writers[node] = null;
        }
        node = (node + 1) % writers.length;
        Thread.sleep(PAUSE_MS);
        return;
      }
      long now = System.nanoTime();
      if (killer != null) {
        gap = Math.max(gap, now - lastAck);
      }
      // Recovered: a write begun after the leader's death was acknowledged.
      if (recovered == 0 && leaderDead) {
        recovered = now;
      }
      lastAck = now;
      acknowledged.add(id);
      id++;
    }
  }
}

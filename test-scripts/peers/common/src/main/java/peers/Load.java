package peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Closed loops of 64, 256 and 1 outstanding writes.
final class Load {
  private static final int SAMPLES_MAX = 4_000_000;
  private static final int WARM_UP_SECONDS_MAX = 10;
  private static final int SETTLE_SECONDS = 2;
  private static final int ALONE_SECONDS_MAX = 8;

  /// How long the last writes of a phase may take.
  private static final int DRAIN_SECONDS_MAX = 15;

  private static final long AFTER_FAILURE_MS = 10;
  private static final int BUSY = 256;
  private static final int MODERATE = 64;

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("load-timer").unstarted(task));

  private final Peer peer;
  private final Report report;
  private final AtomicLong ids = new AtomicLong(1);

  Load(Peer peer, Report report) {
    this.peer = peer;
    this.report = report;
  }

  void run(int seconds) throws Exception {
    // The leader's writer comes first: it is the one that a single writer uses.
    int leader = peer.leader();
    List<Integer> nodes = new ArrayList<>(peer.loadNodes());
    nodes.sort((a, b) -> Boolean.compare(b == leader, a == leader));
    List<Peer.Writer> writers = new ArrayList<>();
    for (int node : nodes) {
      writers.add(peer.connect(node));
    }
    new Phase(writers, MODERATE, Math.min(WARM_UP_SECONDS_MAX, seconds)).run();
    new Phase(writers, MODERATE, seconds).run().report("c64_");
    new Phase(writers, BUSY, SETTLE_SECONDS).run();
    new Phase(writers, BUSY, seconds).run().report("c256_");
    List<Peer.Writer> one = writers.subList(0, 1);
    new Phase(one, 1, SETTLE_SECONDS).run();
    new Phase(one, 1, Math.min(ALONE_SECONDS_MAX, seconds)).run().report("c1_");
    report.put("rss_mib", peer.cluster.all().stream().map(peer.cluster::rssMiB).toList());
    report.put("written", ids.get());
    writers.forEach(Peer.Writer::close);
  }

  /// One number of outstanding writes for one time. Each slot sends its next write once its last
  /// was acknowledged.
  private final class Phase {
    private final List<Peer.Writer> writers;
    private final int outstanding;
    private final int seconds;
    private final CountDownLatch done;
    private final int[] micros = new int[SAMPLES_MAX];
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Throwable firstFailure;
    private volatile long end;
    private Usage used;

    Phase(List<Peer.Writer> writers, int outstanding, int seconds) {
      this.writers = writers;
      this.outstanding = outstanding;
      this.seconds = seconds;
      this.done = new CountDownLatch(outstanding);
    }

    Phase run() throws Exception {
      Usage before = peer.cluster.usage();
      end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      for (int i = 0; i < outstanding; i++) {
        next(writers.get(i % writers.size()));
      }
      if (!done.await(seconds + DRAIN_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            done.getCount() + " of " + outstanding + " writes were never answered");
      }
      used = peer.cluster.usage().minus(before);
      return this;
    }

    private void next(Peer.Writer writer) {
      while (System.nanoTime() < end) {
        long id = ids.getAndIncrement();
        String value = Payload.of(id);
        long begun = System.nanoTime();
        CompletableFuture<?> write;
        try {
          write = writer.write(id, value);
        } catch (Exception e) {
          write = CompletableFuture.failedFuture(e);
        }
        if (!write.isDone()) {
          write.whenComplete((result, failure) -> {
            if (recorded(begun, failure)) {
              next(writer);
            } else {
              nextAfterFailure(writer);
            }
          });
          return;
        }
        if (!recorded(begun, write.isCompletedExceptionally() ? write.exceptionNow() : null)) {
          nextAfterFailure(writer);
          return;
        }
      }
      done.countDown();
    }

    private void nextAfterFailure(Peer.Writer writer) {
      TIMER.schedule(() -> next(writer), AFTER_FAILURE_MS, TimeUnit.MILLISECONDS);
    }

    /// Whether it was a success.
    private boolean recorded(long begun, Throwable failure) {
      if (failure != null) {
        if (failures.getAndIncrement() == 0) {
          firstFailure = failure;
        }
        return false;
      }
      long now = System.nanoTime();
      if (now <= end) {
        int i = acknowledged.getAndIncrement();
        if (i < micros.length) {
          micros[i] = (int) Math.min(Integer.MAX_VALUE, (now - begun) / 1000);
        }
      }
      return true;
    }

    void report(String prefix) {
      int count = acknowledged.get();
      if (count == 0) {
        throw new IllegalStateException("no write was acknowledged", firstFailure);
      }
      int[] sorted = Arrays.copyOf(micros, Math.min(count, micros.length));
      Arrays.sort(sorted);
      report.put(prefix + "per_s", Math.round((double) count / seconds));
      report.put(prefix + "p50_ms", percentileMs(sorted, 0.50));
      report.put(prefix + "p99_ms", percentileMs(sorted, 0.99));
      report.put(prefix + "p999_ms", percentileMs(sorted, 0.999));
      report.put(prefix + "max_ms", percentileMs(sorted, 1));
      report.put(prefix + "servers_cpu_us", rounded(used.servers() * 1e6 / count));
      report.put(prefix + "driver_cpu_us", rounded(used.driver() * 1e6 / count));
      report.put(prefix + "other_cores", rounded(used.others() / used.seconds()));
      if (failures.get() > 0) {
        report.put(prefix + "failures", failures.get());
        report.put(prefix + "first_failure", firstFailure);
      }
    }

    private static double percentileMs(int[] sortedMicros, double share) {
      int i = (int) Math.ceil(share * sortedMicros.length) - 1;
      return rounded(sortedMicros[Math.clamp(i, 0, sortedMicros.length - 1)] / 1000.0);
    }

    private static double rounded(double value) {
      return Math.round(value * 100) / 100.0;
    }
  }
}

package holdfast.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/// Runs seeds from the command line: `--seed N`, with a trace, or `--seeds FROM COUNT [--threads
/// T]`; with `--survivors` the seeds are 4 FROM, 4 FROM + 4 and so on, all of clusters whose last
/// survivor may go on alone. Exit status 1 if any of them broke a promise.
public final class SimulationRunner {
  private static final long PROGRESS_EVERY = 10_000;

  private SimulationRunner() {}

  public static void main(String[] arguments) throws InterruptedException {
    long from = 1;
    long count = 1;
    int threads = 2;
    long stride = 1;
    boolean one = false;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--seed" -> {
          one = true;
          from = Long.parseLong(arguments[++i]);
        }
        case "--seeds" -> {
          from = Long.parseLong(arguments[++i]);
          count = Long.parseLong(arguments[++i]);
        }
        case "--survivors" -> stride = Simulation.SURVIVORS_EVERY;
        case "--threads" -> threads = Integer.parseInt(arguments[++i]);
        default -> throw new IllegalArgumentException("unknown argument " + arguments[i]);
      }
    }
    boolean clean = one ? replay(from) : runAll(from, count, stride, threads);
    System.exit(clean ? 0 : 1);
  }

  private static boolean replay(long seed) {
    Trace trace = new Trace(true);
    try {
      Simulation.Report report = Simulation.run(seed, trace);
      System.out.print(trace.text());
      System.out.println("seed " + seed + ": " + report);
      return true;
    } catch (RuntimeException e) {
      System.out.print(trace.text());
      System.out.println("seed " + seed + " breaks a promise");
      e.printStackTrace(System.out);
      return false;
    }
  }

  private static boolean runAll(long from, long count, long stride, int threads)
      throws InterruptedException {
    AtomicLong next = new AtomicLong(from);
    AtomicLong violations = new AtomicLong();
    AtomicLong events = new AtomicLong();
    AtomicLong foundings = new AtomicLong();
    AtomicLong rescued = new AtomicLong();
    long start = System.nanoTime();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (long number = next.getAndIncrement();
                    number < from + count;
                    number = next.getAndIncrement()) {
                  long seed = number * stride;
                  try {
                    Simulation.Report report = Simulation.run(seed, new Trace(false));
                    events.addAndGet(report.events());
                    foundings.addAndGet(report.foundings());
                    rescued.addAndGet(report.rescued());
                  } catch (RuntimeException e) {
                    violations.incrementAndGet();
                    System.out.println(failure(seed, e));
                  }
                  long done = number - from + 1;
                  if (done % PROGRESS_EVERY == 0) {
                    System.out.println(done + " of " + count + " seeds");
                  }
                }
              }));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    double ms = (System.nanoTime() - start) / 1e6;
    System.out.printf(
        Locale.ROOT,
        "%d seeds, %d violations (%.2f ms a seed, %d events a seed; %d timelines founded, %d writes rescued)%n",
        count,
        violations.get(),
        ms / count,
        events.get() / count,
        foundings.get(),
        rescued.get());
    return violations.get() == 0;
  }

  /// The sentence a failing seed is reported with: how to run it again.
  static String failure(long seed, RuntimeException e) {
    return "SEED="
        + seed
        + " COMMIT="
        + System.getProperty("holdfast.commit", "unknown")
        + " test-scripts/simulate.sh --seed "
        + seed
        + "\n  "
        + e.getMessage();
  }
}

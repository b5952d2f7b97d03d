package holdfast.operate;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Runs servers of this machine and starts again what dies, with pauses that grow. Servers that run
/// already, of an `up` or a supervisor that was killed, are watched as they are. Safe for any
/// thread.
public final class Supervisor {
  /// How long a server may take to end when told to; then it is killed.
  private static final Duration END_MAX = Duration.ofSeconds(20);

  /// Lines of a dead server's log that are told.
  private static final int LINES_TOLD = 3;

  private static final int GAVE_UP = 1;

  private final ServerConfig config;
  private final List<String> sets;
  private final Consumer<String> say;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger worst = new AtomicInteger();
  private final List<Thread> keepers = new ArrayList<>();

  /// A server being kept.
  ///
  /// @param started absent: it ran before
  private record Running(ProcessHandle process, Optional<Background.Started> started) {
    /// Its exit status, as far as a process that is no child tells.
    OptionalInt status() {
      return started.isPresent()
          ? OptionalInt.of(started.get().process().exitValue())
          : OptionalInt.empty();
    }
  }

  /// @param sets override the file's keys, as in `--set`
  /// @param say told what happens, a line each
  public Supervisor(ServerConfig config, List<String> sets, Consumer<String> say) {
    this.config = config;
    this.sets = List.copyOf(sets);
    this.say = say;
  }

  /// Keeps `members` running until all have ended for good. 0: all were told to end.
  public int run(List<Member> members) throws InterruptedException {
    for (Member member : members) {
      keepers.add(Thread.ofVirtual().name("keeper-" + member.id()).unstarted(() -> keep(member)));
    }
    keepers.forEach(Thread::start);
    for (Thread keeper : keepers) {
      keeper.join();
    }
    ended.countDown();
    return worst.get();
  }

  /// Tells all servers to end; `run` returns when they have.
  public void stop() {
    stopping.countDown();
  }

  /// Returns when `run` does, or could.
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  private void keep(Member member) {
    RestartPolicy policy = new RestartPolicy();
    try {
      while (!isStopping()) {
        long begun = System.nanoTime();
        OptionalInt status = runOnce(member);
        Duration ran = Duration.ofNanos(System.nanoTime() - begun);
        if (isStopping() || !goesOn(member.id(), policy, status, ran)) {
          PidFile.of(config, member.id()).delete();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      say.accept("server " + member.id() + ": " + e);
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /// Starts the server, or finds it running, and waits for its end; empty: nobody knows how.
  private OptionalInt runOnce(Member member) throws InterruptedException {
    ServerId id = member.id();
    try {
      Running running = begin(id);
      awaitGone(id, running.process());
      tellLastLines(id, running);
      return running.status();
    } catch (IOException e) {
      say.accept("server " + id + " cannot be started: " + e.getMessage());
      return OptionalInt.of(GAVE_UP);
    }
  }

  private Running begin(ServerId id) throws IOException {
    Optional<ProcessHandle> before = PidFile.of(config, id).running();
    if (before.isPresent()) {
      say.accept("server " + id + " runs already (pid " + before.get().pid() + "): watching it");
      return new Running(before.get(), Optional.empty());
    }
    Background.Started started = Background.start(config, id, sets);
    say.accept(
        "server "
            + id
            + " started: pid "
            + started.process().pid()
            + ", its log is "
            + started.log());
    return new Running(started.process().toHandle(), Optional.of(started));
  }

  /// Until the process is gone. When this supervisor stops, the server is told to end, too.
  private void awaitGone(ServerId id, ProcessHandle process) throws InterruptedException {
    Thread ender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                stopping.await();
                end(id, process);
              } catch (InterruptedException e) {
                // It ended by itself.
              }
            });
    try {
      process.onExit().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for server " + id, e.getCause());
    } finally {
      ender.interrupt();
    }
  }

  private void end(ServerId id, ProcessHandle process) throws InterruptedException {
    say.accept("server " + id + " is told to end");
    process.destroy();
    try {
      process.onExit().get(END_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      say.accept(
          "warning: server %s did not end within %d s and is killed; what it acknowledged is on disk"
              .formatted(id, END_MAX.toSeconds()));
      process.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IllegalStateException("ending server " + id, e.getCause());
    }
  }

  private void tellLastLines(ServerId id, Running running) throws IOException {
    if (running.started().isPresent() && running.status().orElse(0) != 0 && !isStopping()) {
      for (String line : running.started().get().lastLines(LINES_TOLD)) {
        say.accept("server " + id + ":   " + line);
      }
    }
  }

  /// Whether the server is to be started again; if so, the pause before is over.
  private boolean goesOn(ServerId id, RestartPolicy policy, OptionalInt status, Duration ran)
      throws InterruptedException {
    String ended =
        "server %s ended%s after %d s"
            .formatted(
                id,
                status.isPresent() ? " with exit status " + status.getAsInt() : "",
                ran.toSeconds());
    RestartPolicy.Decision decision = policy.onEnd(status.orElse(GAVE_UP), ran);
    switch (decision) {
      case RestartPolicy.Decision.Done() -> {
        say.accept(ended + ": it was told to, and stays so");
        return false;
      }
      case RestartPolicy.Decision.GiveUp(String why) -> {
        say.accept(ended + " and is not started again: " + why);
        worst.set(GAVE_UP);
        return false;
      }
      case RestartPolicy.Decision.Again(Duration after) -> {
        say.accept(ended + ": it is started again in " + after.toSeconds() + " s");
        if (stopping.await(after.toMillis(), TimeUnit.MILLISECONDS)) {
          return false;
        }
        if (status.isEmpty() && !PidFile.of(config, id).exists()) {
          say.accept("server " + id + " was ended by down, and stays so");
          return false;
        }
        return true;
      }
    }
  }
}

package holdfast.operate;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Runs servers of this machine and starts again what dies, with pauses that grow. Servers that run
/// already, of an `up` or a supervisor that was killed, are watched as they are. If wanted, one
/// that stays dead is replaced by a fresh one. Safe for any thread.
public final class Supervisor {
  /// How long a server may take to end when told to; then it is killed.
  private static final Duration END_MAX = Duration.ofSeconds(20);

  /// Lines of a dead server's log that are told.
  private static final int LINES_TOLD = 3;

  private static final int GAVE_UP = 1;

  /// Between two looks at whether a server is to be replaced.
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final ServerConfig config;
  private final List<String> sets;
  private final Consumer<String> say;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger worst = new AtomicInteger();
  private final List<Thread> keepers = new CopyOnWriteArrayList<>();
  private final Optional<Replacements> replacements;

  /// Whose process has ended by itself since the cluster last saw them up.
  private final Set<ServerId> died = ConcurrentHashMap.newKeySet();

  /// Servers whose process has ended and is not started again.
  private final Set<ServerId> gaveUp = ConcurrentHashMap.newKeySet();

  /// Counted down when a server is replaced: it is not started any more.
  private final Map<ServerId, CountDownLatch> kept = new ConcurrentHashMap<>();

  /// How those are started that the file does not know.
  private final Map<ServerId, Replacements.Successor> successors = new ConcurrentHashMap<>();

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
  /// @param replaceAfter how long a server is dead before it is replaced; empty: for ever
  /// @param say told what happens, a line each
  public Supervisor(
      ServerConfig config,
      List<String> sets,
      Optional<Duration> replaceAfter,
      Consumer<String> say) {
    this.config = config;
    this.sets = List.copyOf(sets);
    this.replacements = replaceAfter.map(after -> new Replacements(config, after, say));
    this.say = say;
  }

  /// Keeps `members` running until all have ended for good. 0: all were told to end.
  public int run(List<Member> members) throws InterruptedException {
    members.forEach(member -> startKeeping(member.id()));
    Thread replacing = Thread.ofVirtual().name("replacing").start(this::replace);
    // One that is added takes the place of one that is kept until then.
    for (int i = 0; i < keepers.size(); i++) {
      keepers.get(i).join();
    }
    replacing.interrupt();
    replacing.join();
    ended.countDown();
    return worst.get();
  }

  private void startKeeping(ServerId id) {
    kept.put(id, new CountDownLatch(1));
    keepers.add(Thread.ofVirtual().name("keeper-" + id).start(() -> keep(id)));
  }

  private void replace() {
    try {
      while (replacements.isPresent()
          && !stopping.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        List<ServerId> mine =
            kept.keySet().stream().filter(id -> !isReplaced(id)).sorted().toList();
        for (Replacements.Successor successor : replacements.get().look(mine, died, gaveUp)) {
          take(successor);
        }
      }
    } catch (InterruptedException e) {
      // Nobody is left to replace.
    }
  }

  private void take(Replacements.Successor successor) {
    Member member = successor.member();
    String address = "%s:%d:%d".formatted(member.host(), member.clientPort(), member.peerPort());
    say.accept(
        "server %s stayed dead and is replaced by server %s. Write server.%s=%s into %s in its place; its directory is left as it is"
            .formatted(successor.replaced(), member.id(), member.id(), address, config.file()));
    successors.put(member.id(), successor);
    startKeeping(member.id());
    kept.get(successor.replaced()).countDown();
  }

  private boolean isReplaced(ServerId id) {
    return kept.get(id).getCount() == 0;
  }

  /// Tells all servers to end; `run` returns when they have.
  public void stop() {
    stopping.countDown();
    kept.values().forEach(CountDownLatch::countDown);
  }

  /// Returns when `run` does, or could.
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  private void keep(ServerId id) {
    RestartPolicy policy = new RestartPolicy();
    try {
      while (!isStopping() && !isReplaced(id)) {
        long begun = System.nanoTime();
        OptionalInt status = runOnce(id);
        Duration ran = Duration.ofNanos(System.nanoTime() - begun);
        if (isStopping() || !goesOn(id, policy, status, ran)) {
          PidFile.of(config, id).delete();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      say.accept("server " + id + ": " + e);
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /// Starts the server, or finds it running, and waits for its end; empty: nobody knows how.
  private OptionalInt runOnce(ServerId id) throws InterruptedException {
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
    Background.Started started = start(id);
    say.accept(
        "server "
            + id
            + " started: pid "
            + started.process().pid()
            + ", its log is "
            + started.log());
    return new Running(started.process().toHandle(), Optional.of(started));
  }

  private Background.Started start(ServerId id) throws IOException {
    Replacements.Successor successor = successors.get(id);
    return successor == null
        ? Background.start(config, id, sets)
        : Background.join(config, successor.member(), successor.seed(), sets);
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
        died.remove(id);
        return false;
      }
      case RestartPolicy.Decision.GiveUp(String why) -> {
        say.accept(ended + " and is not started again: " + why);
        gaveUp.add(id);
        if (replacements.isPresent()) {
          // Until it is replaced, or all is over.
          kept.get(id).await();
        } else {
          worst.set(GAVE_UP);
        }
        return false;
      }
      case RestartPolicy.Decision.Again(Duration after) -> {
        say.accept(ended + ": it is started again in " + after.toSeconds() + " s");
        died.add(id);
        if (stopping.await(after.toMillis(), TimeUnit.MILLISECONDS)) {
          return false;
        }
        if (status.isEmpty() && !PidFile.of(config, id).exists()) {
          say.accept("server " + id + " was ended by down, and stays so");
          died.remove(id);
          return false;
        }
        return true;
      }
    }
  }
}

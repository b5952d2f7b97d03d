package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Many signed-in connections that do nothing, all on the primary: what they cost it, and how long
/// a message between two of them takes.
public final class IdleBench {
  /// Opened and closed first, so that what a server makes only once is not taken for theirs.
  private static final int FIRST = 200;

  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final Subject subject;
  private final IdleSettings settings;
  private final Consumer<String> progress;
  private final Tally tally = new Tally();
  private final ReplyScanner shared = new ReplyScanner(SignIn.LINE_BYTES_MAX);

  private IdleBench(Subject subject, IdleSettings settings, Consumer<String> progress) {
    this.subject = subject;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement; `progress` is told how it goes.
  ///
  /// @throws BenchException if the server refuses so many, or its process is not known
  public static BenchResult run(Subject subject, IdleSettings settings, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    return new IdleBench(subject, settings, progress).run();
  }

  /// A server's memory.
  ///
  /// @param residentBytes of the process
  /// @param liveBytes of the objects in use, which a collection has just found
  record Memory(long residentBytes, OptionalLong liveBytes) {}

  private BenchResult run() throws BenchException, IOException, InterruptedException {
    ServerId primary = subject.primary();
    Member server = subject.entrances(Through.PRIMARY, primary).getFirst();
    long pid =
        Optional.ofNullable(subject.pids().get(primary))
            .orElseThrow(() -> new BenchException("the primary's process is not known here"));
    progress.accept("making %,d accounts".formatted(settings.accounts()));
    List<String> names = Accounts.names("idle", settings.accounts());
    List<String> pair = Accounts.names("pair", 2);
    Accounts.make(names, subject.members());
    Accounts.make(pair, subject.members());
    List<String> tokens = Accounts.tokens(names, subject.members());
    for (Listening first : open(server, tokens, Math.min(FIRST, settings.connections()))) {
      first.close();
    }

    Memory before = memory(pid);
    long begun = System.nanoTime();
    List<Listening> crowd = open(server, tokens, settings.connections());
    long openedNanos = System.nanoTime() - begun;
    SendFrames frames =
        SendFrames.stamped(
            Long.toString(System.currentTimeMillis(), Character.MAX_RADIX),
            List.of("@" + pair.getLast()));
    List<LoadConnection> sender =
        Senders.open(
            pair.subList(0, 1), List.of(server), tally, _ -> frames, LoadConnection.IN_FLIGHT_MAX);
    crowd.add(
        Listening.open(
            server, SignIn.byPassword("\"login\"", pair.getLast()), tally, shared, true));
    try (Driver driver = new Driver(sender, crowd, tally)) {
      idle(driver, SETTLE);
      progress.accept("%,d connections idle".formatted(crowd.size()));
      ProcessUsage idleFrom = usage(pid);
      idle(driver, settings.timing().measured());
      ProcessUsage idleUsed = usage(pid).since(idleFrom);
      Memory after = memory(pid);
      Load load = new Load(driver, tally, new OpenPace(sender, settings.rate()), "messages");
      Measured measured = Measured.take(subject, primary, load, settings.timing(), progress);
      return new IdleResult(settings, openedNanos, before, after, idleUsed, measured);
    }
  }

  private List<Listening> open(Member server, List<String> tokens, int count)
      throws IOException, BenchException {
    List<Listening> connections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      connections.add(
          Listening.open(
              server,
              SignIn.byToken("\"login\"", tokens.get(i % tokens.size())),
              tally,
              shared,
              false));
      if (i % 500 == 0) {
        progress.accept("%,d of %,d connections".formatted(i, count));
      }
    }
    return connections;
  }

  private static void idle(Driver driver, Duration time)
      throws IOException, BenchException, InterruptedException {
    driver.run(Pace.NOTHING, time, _ -> {});
  }

  private static ProcessUsage usage(long pid) throws BenchException {
    return ProcessUsage.of(pid)
        .orElseThrow(() -> new BenchException("the primary's process is not there"));
  }

  private static Memory memory(long pid) throws BenchException, InterruptedException {
    OptionalLong live = HeapProbe.liveBytes(pid);
    return new Memory(usage(pid).residentBytes(), live);
  }
}

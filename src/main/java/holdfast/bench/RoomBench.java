package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Messages to one room whose members are all online, over all servers in turn: how many deliveries
/// a second, and how long each takes.
public final class RoomBench {
  /// Of more listeners, this many tell how long deliveries took, spread evenly over them.
  private static final int TIMING_LISTENERS_MAX = 64;

  private final Subject subject;
  private final RoomSettings settings;
  private final Consumer<String> progress;
  private final Tally tally = new Tally();

  private RoomBench(Subject subject, RoomSettings settings, Consumer<String> progress) {
    this.subject = subject;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement; `progress` is told each second how it goes.
  ///
  /// @throws BenchException if the servers refuse the load
  public static BenchResult run(Subject subject, RoomSettings settings, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    return new RoomBench(subject, settings, progress).run();
  }

  private LoadResult run() throws BenchException, IOException, InterruptedException {
    ServerId primary = subject.primary();
    List<Member> entrances = subject.entrances(settings.through(), primary);
    int accounts = Math.min(settings.accounts(), settings.members());
    // Somebody must listen who does not send.
    int senders = Math.max(1, Math.min(settings.senders(), accounts - 1));
    progress.accept("making %,d accounts, members of a room".formatted(accounts));
    List<String> names = Accounts.names("member", accounts);
    Accounts.make(names, subject.members());
    List<String> tokens = Accounts.tokens(names, subject.members());
    String room = "#bench-" + accounts;
    Accounts.join(room, tokens, subject.members());

    String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    SendFrames frames = SendFrames.stamped(run, List.of(room));
    List<LoadConnection> sending =
        Senders.open(
            names.subList(0, senders),
            entrances,
            tally,
            _ -> frames,
            senders * settings.outstanding());
    List<Listening> listening = listeners(tokens, senders, entrances);
    Pace pace = new RoomPace(sending, tally, settings.members(), settings.outstanding());
    try (Driver driver = new Driver(sending, listening, tally)) {
      Load load = new Load(driver, tally, pace, "deliveries");
      Measured measured = Measured.take(subject, primary, load, settings.timing(), progress);
      return new LoadResult(work(accounts, senders), complete(measured, driver));
    }
  }

  private List<Listening> listeners(List<String> tokens, int from, List<Member> entrances)
      throws IOException, BenchException {
    List<Listening> listeners = new ArrayList<>();
    ReplyScanner shared = new ReplyScanner(SignIn.LINE_BYTES_MAX);
    int apart = Math.ceilDiv(settings.members(), TIMING_LISTENERS_MAX);
    for (int i = from; i < settings.members(); i++) {
      listeners.add(
          Listening.open(
              entrances.get(i % entrances.size()),
              SignIn.byToken("\"login\"", tokens.get(i % tokens.size())),
              tally,
              shared,
              (i - from) % apart == 0));
      if (i % 500 == 0) {
        progress.accept("%,d of %,d members online".formatted(i, settings.members()));
      }
    }
    return Collections.unmodifiableList(listeners);
  }

  /// Waits for the last deliveries, and has those that never come counted as missing.
  private Measured complete(Measured measured, Driver driver) throws IOException, BenchException {
    long expected = tally.doneEver() * settings.members();
    driver.await(() -> tally.deliveriesEver() >= expected);
    if (tally.deliveriesEver() != expected) {
      tally.error("%,d deliveries, not %,d".formatted(tally.deliveriesEver(), expected));
    }
    return measured.withErrorsOf(tally);
  }

  private Work work(int accounts, int senders) {
    String through = settings.through().name().toLowerCase(Locale.ROOT);
    String title =
        "a room of %,d connections of %,d accounts on %s, %d senders, %d messages on their way"
            .formatted(settings.members(), accounts, through, senders, settings.outstanding());
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("members", settings.members());
    values.put("accounts", accounts);
    values.put("senders", senders);
    values.put("outstanding", settings.outstanding());
    values.put("through", through);
    values.put("warmup_s", settings.timing().warmup().toSeconds());
    return new Work(
        "rooms", Integer.toString(settings.members()), title, "deliveries", true, values);
  }
}

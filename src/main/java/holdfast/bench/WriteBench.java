package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Direct messages, each with a `request_id` and acknowledged by a majority, in a closed loop or at
/// a rate. The senders are few and have many messages in flight; the receivers are logged in
/// nowhere, so that no push to them is measured along.
public final class WriteBench {
  private final Subject subject;
  private final WriteSettings settings;
  private final Consumer<String> progress;
  private final Tally tally = new Tally();

  private WriteBench(Subject subject, WriteSettings settings, Consumer<String> progress) {
    this.subject = subject;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement; `progress` is told each second how it goes.
  ///
  /// @throws BenchException if the load cannot be as the settings say, or the servers refuse it
  public static LoadResult run(Subject subject, WriteSettings settings, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    return new WriteBench(subject, settings, progress).run();
  }

  private LoadResult run() throws BenchException, IOException, InterruptedException {
    ServerId primary = subject.primary();
    List<Member> entrances = subject.entrances(settings.through(), primary);
    int senders = settings.connections() * entrances.size();
    int inFlight = senders * LoadConnection.IN_FLIGHT_MAX;
    if (settings.rate().isEmpty()) {
      inFlight = settings.outstanding();
      senders = Math.min(senders, inFlight);
    }
    List<String> from = Accounts.names("sender", senders);
    List<String> to =
        Accounts.names("receiver", Accounts.receivers(settings.conversations(), senders));
    progress.accept("making %,d accounts".formatted(from.size() + to.size()));
    List<String> names = new ArrayList<>(from);
    names.addAll(to);
    Accounts.make(names, subject.members());
    // No request_id of an earlier run comes again.
    String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    SendFrames frames = SendFrames.of(run, to.stream().map(name -> "@" + name).toList());
    List<LoadConnection> connections = Senders.open(from, entrances, tally, _ -> frames, inFlight);
    // Servers that are not warm cannot do every rate that they can do later.
    Pace warmup = new ClosedPace(connections, Math.ceilDiv(settings.outstanding(), senders));
    Pace pace =
        settings.rate().isPresent()
            ? new OpenPace(connections, settings.rate().getAsInt())
            : warmup;
    try (Driver driver = new Driver(connections, List.of(), tally)) {
      Load load = new Load(driver, tally, warmup, pace, "messages");
      Measured measured = Measured.take(subject, primary, load, settings.timing(), progress);
      return new LoadResult(work(senders, senders * to.size()), measured);
    }
  }

  private Work work(int connections, int conversations) {
    String through = settings.through().name().toLowerCase(Locale.ROOT);
    String pace =
        settings.rate().isPresent()
            ? "%,d messages/s due".formatted(settings.rate().getAsInt())
            : "%,d outstanding".formatted(settings.outstanding());
    String title =
        "%s on %d connections through %s, %,d conversations"
            .formatted(pace, connections, through, conversations);
    String variant =
        settings.rate().isPresent()
            ? "rate-" + settings.rate().getAsInt()
            : Integer.toString(settings.outstanding());
    Map<String, Object> values = new LinkedHashMap<>();
    settings
        .rate()
        .ifPresentOrElse(
            rate -> values.put("rate", rate),
            () -> values.put("outstanding", settings.outstanding()));
    values.put("through", through);
    values.put("connections", connections);
    values.put("conversations", conversations);
    values.put("warmup_s", settings.timing().warmup().toSeconds());
    return new Work("write", variant, title, "messages", false, values);
  }
}

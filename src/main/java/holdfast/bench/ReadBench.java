package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.RequestHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Pages read in a closed loop, of conversations that are filled before.
public final class ReadBench {
  /// On their way while conversations are filled.
  private static final int FILLING_MAX = 256;

  /// See `SendFrames`.
  private static final String COMMON_WORD = "the";

  private static final String RARE_WORD = "submarine";

  private final Subject subject;
  private final ReadSettings settings;
  private final Consumer<String> progress;

  private ReadBench(Subject subject, ReadSettings settings, Consumer<String> progress) {
    this.subject = subject;
    this.settings = settings;
    this.progress = progress;
  }

  /// Takes the measurement; `progress` is told each second how it goes.
  ///
  /// @throws BenchException if the servers refuse the load
  public static BenchResult run(Subject subject, ReadSettings settings, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    return new ReadBench(subject, settings, progress).run();
  }

  private LoadResult run() throws BenchException, IOException, InterruptedException {
    ServerId primary = subject.primary();
    List<Member> entrances = subject.entrances(settings.through(), primary);
    int readers = Math.min(settings.outstanding(), settings.connections() * entrances.size());
    List<String> from = Accounts.names("sender", readers);
    List<String> to =
        Accounts.names("receiver", Accounts.receivers(settings.conversations(), readers));
    progress.accept("making %,d accounts".formatted(from.size() + to.size()));
    List<String> names = new ArrayList<>(from);
    names.addAll(to);
    Accounts.make(names, subject.members());
    fill(from, to);

    Tally tally = new Tally();
    FixedFrames frames = new FixedFrames(requests(from.getFirst(), to));
    List<LoadConnection> connections =
        Senders.open(from, entrances, tally, _ -> frames, settings.outstanding());
    try (Driver driver = new Driver(connections, List.of(), tally)) {
      Load load = new Load(driver, tally, new ClosedPace(connections), "pages");
      Measured measured = Measured.take(subject, primary, load, settings.timing(), progress);
      return new LoadResult(work(readers, readers * to.size()), measured);
    }
  }

  /// Writes the messages there are to read.
  private void fill(List<String> from, List<String> to)
      throws IOException, BenchException, InterruptedException {
    progress.accept("writing %,d messages".formatted(settings.stored()));
    Tally tally = new Tally();
    String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    SendFrames frames = SendFrames.of(run, to.stream().map(name -> "@" + name).toList());
    List<LoadConnection> writers =
        Senders.open(
            from, subject.members(), tally, _ -> frames, Math.max(from.size(), FILLING_MAX));
    try (Driver driver = new Driver(writers, List.of(), tally)) {
      driver.runUntil(new ClosedPace(writers), () -> tally.doneEver() >= settings.stored());
      if (driver.drain() > 0 || tally.errors() > 0) {
        throw new BenchException("not all messages were stored: " + tally.errorWords());
      }
    }
  }

  private List<byte[]> requests(String reader, List<String> to)
      throws IOException, BenchException, InterruptedException {
    RequestHeader header =
        new RequestHeader(
            Optional.of("0"), Optional.empty(), Optional.empty(), Ack.MAJORITY, settings.level());
    return switch (settings.kind()) {
      case HISTORY ->
          to.stream()
              .map(name -> ClientCodec.request(history(header, "@" + name, Optional.empty())))
              .toList();
      case PAGING -> {
        List<byte[]> requests = new ArrayList<>();
        Map<String, Long> newest = Accounts.newest(reader, to, subject.members().getFirst());
        newest.forEach((name, seq) ->
            requests.add(
                ClientCodec.request(history(header, "@" + name, Optional.of(1 + seq / 2)))));
        yield requests;
      }
      case CONVERSATIONS ->
          List.of(
              ClientCodec.request(
                  new ClientRequest.Conversations(header, Optional.empty(), settings.limit())));
      case SEARCH_COMMON -> List.of(ClientCodec.request(search(header, COMMON_WORD)));
      case SEARCH_RARE -> List.of(ClientCodec.request(search(header, RARE_WORD)));
    };
  }

  private ClientRequest search(RequestHeader header, String query) {
    return new ClientRequest.Search(
        header, query, Optional.empty(), Optional.empty(), settings.limit());
  }

  private ClientRequest history(RequestHeader header, String conversation, Optional<Long> before) {
    return new ClientRequest.History(
        header, conversation, before, Optional.empty(), settings.limit());
  }

  private Work work(int connections, int conversations) {
    String kind = settings.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    String level = settings.level().name().toLowerCase(Locale.ROOT);
    String through = settings.through().name().toLowerCase(Locale.ROOT);
    String title =
        "%s read %s, %,d outstanding on %d connections through %s, %,d messages stored"
            .formatted(
                kind, level, settings.outstanding(), connections, through, settings.stored());
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("kind", kind);
    values.put("read", level);
    values.put("limit", settings.limit());
    values.put("outstanding", settings.outstanding());
    values.put("through", through);
    values.put("connections", connections);
    values.put("stored", settings.stored());
    values.put("conversations", conversations);
    values.put("warmup_s", settings.timing().warmup().toSeconds());
    return new Work("reads", kind + "-" + level, title, "pages", false, values);
  }
}

package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Logins in a closed loop, over connections that stand: each LOGIN replaces the one before.
public final class LoginBench {
  private LoginBench() {}

  /// Takes the measurement; `progress` is told each second how it goes.
  ///
  /// @throws BenchException if the servers refuse the load
  public static BenchResult run(Subject subject, LoginSettings settings, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    ServerId primary = subject.primary();
    List<Member> entrances = subject.entrances(settings.through(), primary);
    List<String> names = Accounts.names("login", settings.outstanding());
    progress.accept("making %,d accounts".formatted(names.size()));
    Accounts.make(names, subject.members());
    List<byte[]> logins =
        switch (settings.kind()) {
          case TOKEN ->
              Accounts.tokens(names, subject.members()).stream()
                  .map(token -> frame(SignIn.byToken("0", token)))
                  .toList();
          case PASSWORD -> names.stream().map(name -> frame(SignIn.byPassword("0", name))).toList();
        };
    Tally tally = new Tally();
    List<LoadConnection> connections =
        Senders.open(
            names,
            entrances,
            tally,
            i -> new FixedFrames(List.of(logins.get(i))),
            settings.outstanding());
    try (Driver driver = new Driver(connections, List.of(), tally)) {
      Load load = new Load(driver, tally, new ClosedPace(connections), "logins");
      Measured measured = Measured.take(subject, primary, load, settings.timing(), progress);
      return new LoadResult(work(settings), measured);
    }
  }

  private static byte[] frame(ClientRequest.Login login) {
    return ClientCodec.request(login);
  }

  private static Work work(LoginSettings settings) {
    String kind = settings.kind().name().toLowerCase(Locale.ROOT);
    String through = settings.through().name().toLowerCase(Locale.ROOT);
    String title =
        "by %s, %,d outstanding on as many connections through %s"
            .formatted(kind, settings.outstanding(), through);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("kind", kind);
    values.put("outstanding", settings.outstanding());
    values.put("through", through);
    values.put("warmup_s", settings.timing().warmup().toSeconds());
    return new Work("logins", kind, title, "logins", false, values);
  }
}

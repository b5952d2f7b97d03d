package holdfast.command;

import holdfast.operate.AdminLink;
import holdfast.operate.BackupFetch;
import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import holdfast.storage.CopiedState;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Fetches a consistent copy of the database of a server that goes on running.
@Command(
    name = "backup",
    description = "Fetch a consistent copy of a running server's database into FILE.",
    footer = {
      "",
      "The copy is made slowly, so that nobody notices, and verified when it has arrived. It holds",
      "password hashes: keep it as safe as the servers. restore begins a new cluster from it.",
      "Exit status: 0 the file is there, whole and on disk; 1 not.",
      "Examples: admin backup monday.backup        admin backup --server 3 monday.backup"
    },
    mixinStandardHelpOptions = true)
final class AdminBackupCommand implements Callable<Integer> {
  private static final Duration STATUS_MAX = Duration.ofSeconds(1);

  @Parameters(paramLabel = "FILE", description = "A file that is not there yet.")
  private Path file = Path.of("holdfast.backup");

  @Option(
      names = "--server",
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "Of this server (default: a backup that is up to date, else the primary).")
  private Optional<ServerId> server = Optional.empty();

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    PrintWriter out = spec.commandLine().getOut();
    Optional<Member> from =
        server.isPresent() ? Optional.of(config.server(server.get())) : choose(config);
    if (from.isEmpty()) {
      out.println("not done: no server answers; a stopped server's folder can be copied as it is");
      return HoldfastCommand.FAILED;
    }
    try (AdminLink link = AdminLink.open(config, from.get())) {
      out.println("server " + from.get().id() + " makes a copy");
      out.flush();
      CopiedState state = BackupFetch.run(link, file, progress(spec.commandLine().getErr()));
      out.println(
          "%s has %d accounts and %d messages: everything up to log index %d (%s) of cluster %s"
              .formatted(
                  file,
                  state.accounts(),
                  state.messages(),
                  state.position().index(),
                  Times.utc(state.time()),
                  state.clusterId()));
      return 0;
    }
  }

  /// The office has enough to do: of the others, the one that lags least.
  private static Optional<Member> choose(ServerConfig config) throws InterruptedException {
    ClusterStatus status = ClusterStatus.ask(config.servers(), STATUS_MAX);
    return status.answers().stream()
        .filter(answer -> answer.own().isPresent())
        .min(
            Comparator.<ClusterStatus.Answer, Boolean>comparing(ClusterStatus.Answer::isPrimary)
                .thenComparingLong(answer -> answer.own().orElseThrow().lagMs()))
        .map(ClusterStatus.Answer::member);
  }

  private static LongConsumer progress(PrintWriter err) {
    boolean watched = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    long[] told = {-1};
    return percent -> {
      if (watched && percent != told[0]) {
        told[0] = percent;
        err.print("\r" + percent + "%" + (percent == 100 ? "\n" : ""));
        err.flush();
      }
    };
  }
}

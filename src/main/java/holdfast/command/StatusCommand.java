package holdfast.command;

import holdfast.operate.ClusterStatus;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Asks the servers of the file how they are. Exit status 0 if a primary serves, else 1.
@Command(
    name = "status",
    description = "Who is primary, who is up, how many more may fail.",
    footer = {
      "",
      "Exit status: 0 if a primary serves, 1 if not; with --watch, as it was last.",
      "Columns: up is since when; last, commit and applied are log indexes; lag is how long ago a",
      "server last had everything; clients are connections of people; disk is what it uses and,",
      "behind the +, what is free.",
      "Examples: status        status --watch        status --json"
    },
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  @Option(
      names = "--json",
      description = "Print the payload of STATUS as the primary, or else some server, sent it.")
  private boolean json;

  @Option(names = "--watch", description = "Look again every second, until q or Ctrl-C.")
  private boolean watch;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    if (watch) {
      return watch(config);
    }
    ClusterStatus status = ClusterStatus.ask(config.servers(), TIMEOUT);
    PrintWriter out = spec.commandLine().getOut();
    out.print(text(config, status));
    out.flush();
    return exitStatus(status);
  }

  private int watch(ServerConfig config) throws IOException, InterruptedException {
    try (Watch screen = Watch.open(spec.commandLine().getOut(), json)) {
      while (true) {
        ClusterStatus status = ClusterStatus.ask(config.servers(), TIMEOUT);
        if (!screen.show(text(config, status))) {
          return exitStatus(status);
        }
      }
    }
  }

  private String text(ServerConfig config, ClusterStatus status) {
    if (!json) {
      return StatusTable.of(config.servers(), status, System.currentTimeMillis());
    }
    return status
            .view()
            .map(ClusterStatus.Answer::json)
            .orElse("{\"servers\":[],\"primary\":null,\"why\":\"no server answers\"}")
        + System.lineSeparator();
  }

  private static int exitStatus(ClusterStatus status) {
    return status.primary().isPresent() ? 0 : HoldfastCommand.FAILED;
  }
}

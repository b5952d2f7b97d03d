package holdfast.command;

import holdfast.operate.ClusterStatus;
import holdfast.server.ServerConfig;
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
      "Exit status: 0 if a primary serves, 1 if not.",
      "Columns: last, commit and applied are log indexes; lag is how long ago a server",
      "last had everything; clients are connections of people.",
      "Example: status --json"
    },
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  @Option(
      names = "--json",
      description = "Print the payload of STATUS as the primary, or else some server, sent it.")
  private boolean json;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    ClusterStatus status = ClusterStatus.ask(config.servers(), TIMEOUT);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          status
              .view()
              .map(ClusterStatus.Answer::json)
              .orElse("{\"servers\":[],\"primary\":null,\"why\":\"no server answers\"}"));
    } else {
      out.print(StatusTable.of(config.servers(), status));
    }
    out.flush();
    return status.primary().isPresent() ? 0 : HoldfastCommand.FAILED;
  }
}

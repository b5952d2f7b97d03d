package holdfast.command;

import holdfast.operate.ClusterStatus;
import holdfast.operate.Health;
import holdfast.operate.LocalAddresses;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Whether a server serves, for systemd, containers and load balancers.
@Command(
    name = "health",
    description = "Whether server N serves people: one sentence, and the exit status.",
    footer = {
      "",
      "It serves if it answers, knows a primary and is at most 10 s behind. Restart a server only",
      "when it does not even answer (--live): restarting one that waits for a majority helps nobody.",
      "Exit status: 0 it does, 1 it does not.",
      "Examples: health 2        health 2 --live"
    },
    mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "N",
      arity = "0..1",
      converter = ServerIdConverter.class,
      description = "The server's number (default: the one that lives on this machine).")
  private Optional<ServerId> id = Optional.empty();

  @Option(names = "--live", description = "Only whether it answers at all.")
  private boolean live;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "How long the server may take to answer (default: ${DEFAULT-VALUE}).")
  private int waitSeconds = 2;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    if (waitSeconds < 1) {
      throw new ParameterException(spec.commandLine(), "--wait must be at least 1");
    }
    Member member = id.isPresent() ? config.server(id.get()) : only(config);
    ClusterStatus status = ClusterStatus.ask(List.of(member), Duration.ofSeconds(waitSeconds));
    Health health = Health.of(member, status.of(member), live);
    PrintWriter out = spec.commandLine().getOut();
    out.println(health.sentence());
    out.flush();
    return health.serves() ? 0 : HoldfastCommand.FAILED;
  }

  private Member only(ServerConfig config) {
    List<Member> here = LocalAddresses.here(config.servers());
    if (here.size() != 1) {
      throw new ParameterException(
          spec.commandLine(),
          here.size() + " servers of the file live on this machine: say which is meant");
    }
    return here.getFirst();
  }
}

package holdfast.command;

import holdfast.operate.Background;
import holdfast.operate.ClusterStatus;
import holdfast.operate.LocalAddresses;
import holdfast.operate.OperatorLock;
import holdfast.operate.PidFile;
import holdfast.operate.Poll;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
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

/// Starts the servers of this machine in the background and waits until a primary serves.
@Command(
    name = "up",
    description = "Start the servers of the file that live on this machine, in the background.",
    footer = {
      "",
      "Returns when a primary serves. Each server writes data/server-N/server.log.",
      "Exit status: 0 a primary serves, 1 none does, or that of a server that ended",
      "at once (3: its port or directory is taken; 4: it was refused).",
      "Examples: up        up 2 3        up --wait 0"
    },
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  private static final Duration STATUS_TIMEOUT = Duration.ofMillis(500);
  private static final int LINES_SHOWN = 5;

  @Parameters(
      paramLabel = "N",
      arity = "0..*",
      converter = ServerIdConverter.class,
      description = "Only these servers (default: all of this machine).")
  private List<ServerId> ids = new ArrayList<>();

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a primary (default: ${DEFAULT-VALUE}).")
  private int waitSeconds = 30;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    List<Member> members = chosen(config);
    Optional<OperatorLock> lock = OperatorLock.take(config.dataDir());
    if (lock.isEmpty()) {
      say("another up or down is at work in " + config.dataDir());
      return HoldfastCommand.FAILED;
    }
    List<Background.Started> started;
    try (OperatorLock _ = lock.get()) {
      started = start(config, members);
    }
    return waitSeconds == 0 ? 0 : await(config, started);
  }

  private List<Member> chosen(ServerConfig config) throws Exception {
    for (ServerId id : ids) {
      config.server(id);
    }
    List<Member> here = LocalAddresses.here(config.servers());
    List<Member> chosen = here.stream().filter(m -> ids.isEmpty() || ids.contains(m.id())).toList();
    if (chosen.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "none of these servers lives on this machine: see the hosts in " + config.file());
    }
    return chosen;
  }

  private List<Background.Started> start(ServerConfig config, List<Member> members)
      throws IOException {
    List<Background.Started> started = new ArrayList<>();
    for (Member member : members) {
      Optional<ProcessHandle> running = PidFile.of(config, member.id()).running();
      if (running.isPresent()) {
        say("server " + member.id() + " runs already (pid " + running.get().pid() + ")");
        continue;
      }
      Background.Started server = Background.start(config, member.id(), options.sets());
      say(
          String.format(
              "server %s started: pid %d, clients on %s port %d, log %s",
              member.id(),
              server.process().pid(),
              member.host(),
              member.clientPort(),
              server.log()));
      started.add(server);
    }
    return started;
  }

  private int await(ServerConfig config, List<Background.Started> started) throws Exception {
    List<Background.Started> starting = new ArrayList<>(started);
    Optional<ClusterStatus> settled =
        Poll.until(Duration.ofSeconds(waitSeconds), () -> settled(config, started, starting));
    int worst =
        started.stream()
            .filter(server -> !server.process().isAlive())
            .mapToInt(server -> Math.max(1, server.process().exitValue()))
            .max()
            .orElse(0);
    Optional<ClusterStatus.Answer> primary = settled.flatMap(ClusterStatus::primary);
    if (primary.isPresent()) {
      say("server " + primary.get().member().id() + " is primary: the cluster serves");
      return worst;
    }
    ClusterStatus last = ClusterStatus.ask(config.servers(), STATUS_TIMEOUT);
    say((last.primary().isPresent() ? "not all answer" : "no primary") + "; what the servers say:");
    spec.commandLine()
        .getOut()
        .print(StatusTable.of(config.servers(), last, System.currentTimeMillis()));
    spec.commandLine().getOut().flush();
    return Math.max(worst, HoldfastCommand.FAILED);
  }

  /// How the cluster stands, once waiting changes nothing: there is a primary and each server just
  /// started either answers or has ended, or all have ended and nobody answers.
  private Optional<ClusterStatus> settled(
      ServerConfig config, List<Background.Started> started, List<Background.Started> starting)
      throws ConfigException, IOException, InterruptedException {
    ClusterStatus status = ClusterStatus.ask(config.servers(), STATUS_TIMEOUT);
    for (Background.Started server : List.copyOf(starting)) {
      if (!server.process().isAlive()) {
        starting.remove(server);
        sayWhyItEnded(config, server);
      } else if (status.of(config.server(server.id())).isPresent()) {
        starting.remove(server);
      }
    }
    boolean serves = status.primary().isPresent() && starting.isEmpty();
    boolean isHopeless =
        status.answers().isEmpty()
            && started.stream().noneMatch(server -> server.process().isAlive());
    return serves || isHopeless ? Optional.of(status) : Optional.empty();
  }

  private void sayWhyItEnded(ServerConfig config, Background.Started server) throws IOException {
    PidFile.of(config, server.id()).delete();
    say("server " + server.id() + " ended with exit status " + server.process().exitValue() + ":");
    for (String line : server.lastLines(LINES_SHOWN)) {
      say("  " + line);
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}

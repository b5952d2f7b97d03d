package holdfast.command;

import holdfast.operate.LocalAddresses;
import holdfast.operate.Supervisor;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Keeps the servers of this machine running.
@Command(
    name = "supervise",
    description = "Run the servers of the file that live on this machine; restart those that die.",
    footer = {
      "",
      "One that dies is started again after 1 s, after 2 s the next time, and so on up to a minute.",
      "One that was told to end (down, SIGTERM) stays so, and one that is refused (exit status 2 or",
      "4) needs somebody to look. SIGTERM and Ctrl-C end all servers in order.",
      "With --replace-after, one that stays dead for so long, its disk lost perhaps, is removed from",
      "the cluster and a fresh one takes its place, under a number never used before.",
      "Exit status: 0 all were told to end, 1 one was given up.",
      "Examples: supervise        supervise 2 3        supervise --replace-after 10m"
    },
    mixinStandardHelpOptions = true)
final class SuperviseCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "N",
      arity = "0..*",
      converter = ServerIdConverter.class,
      description = "Only these servers (default: all of this machine).")
  private List<ServerId> ids = new ArrayList<>();

  @Option(
      names = "--replace-after",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Replace a server that is dead for so long, at least 10s (default: never).")
  private Optional<Duration> replaceAfter = Optional.empty();

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    for (ServerId id : ids) {
      config.server(id);
    }
    List<Member> members =
        LocalAddresses.here(config.servers()).stream()
            .filter(member -> ids.isEmpty() || ids.contains(member.id()))
            .toList();
    if (members.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "none of these servers lives on this machine: see the hosts in " + config.file());
    }
    Supervisor supervisor = new Supervisor(config, options.sets(), replaceAfter, this::say);
    AtomicBoolean isOver = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(supervisor, isOver), "stop"));
    int status = supervisor.run(members);
    isOver.set(true);
    return status;
  }

  /// Ends in order on a signal, and says so with status 0 instead of the JVM's 143.
  private static void stop(Supervisor supervisor, AtomicBoolean isOver) {
    if (isOver.get()) {
      // No signal: the command has returned, and its own status counts.
      return;
    }
    supervisor.stop();
    try {
      supervisor.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }

  private synchronized void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
    out.flush();
  }
}

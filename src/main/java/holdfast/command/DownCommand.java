package holdfast.command;

import holdfast.operate.OperatorLock;
import holdfast.operate.PidFile;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Ends the servers that `up` started, and no other process.
@Command(
    name = "down",
    description = "End the servers that `up` started.",
    footer = {
      "",
      "Each is asked to end (SIGTERM: it hands over and drains); one that has not after",
      "20 s is killed, with a warning. Data stays where it is.",
      "Examples: down        down 2"
    },
    mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration AFTER_KILL = Duration.ofSeconds(5);

  @Parameters(
      paramLabel = "N",
      arity = "0..*",
      converter = ServerIdConverter.class,
      description = "Only these servers (default: all that run).")
  private List<ServerId> ids = new ArrayList<>();

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    for (ServerId id : ids) {
      config.server(id);
    }
    Optional<OperatorLock> lock = OperatorLock.take(config.dataDir());
    if (lock.isEmpty()) {
      say("another up or down is at work in " + config.dataDir());
      return HoldfastCommand.FAILED;
    }
    try (OperatorLock _ = lock.get()) {
      return end(config, running(config));
    }
  }

  private Map<ServerId, ProcessHandle> running(ServerConfig config) throws IOException {
    Map<ServerId, ProcessHandle> running = new TreeMap<>();
    for (Member member : config.servers()) {
      PidFile file = PidFile.of(config, member.id());
      if ((!ids.isEmpty() && !ids.contains(member.id())) || !file.exists()) {
        continue;
      }
      Optional<ProcessHandle> process = file.running();
      if (process.isPresent()) {
        running.put(member.id(), process.get());
      } else {
        say("server " + member.id() + " has ended already");
        file.delete();
      }
    }
    return running;
  }

  private int end(ServerConfig config, Map<ServerId, ProcessHandle> running)
      throws IOException, InterruptedException, ExecutionException {
    if (running.isEmpty()) {
      say("no server that up started is running");
    }
    running.values().forEach(ProcessHandle::destroy);
    int status = 0;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Map.Entry<ServerId, ProcessHandle> server : running.entrySet()) {
      ProcessHandle process = server.getValue();
      if (!hasEnded(process, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
        say(
            "warning: server "
                + server.getKey()
                + " did not end within "
                + PATIENCE.toSeconds()
                + " s and is killed; what it acknowledged is on disk");
        process.destroyForcibly();
        status = HoldfastCommand.FAILED;
        if (!hasEnded(process, AFTER_KILL)) {
          say("server " + server.getKey() + " (pid " + process.pid() + ") cannot be ended");
          continue;
        }
      }
      PidFile.of(config, server.getKey()).delete();
      say("server " + server.getKey() + " ended");
    }
    return status;
  }

  private static boolean hasEnded(ProcessHandle process, Duration patience)
      throws InterruptedException, ExecutionException {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}

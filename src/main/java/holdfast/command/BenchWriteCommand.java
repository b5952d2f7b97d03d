package holdfast.command;

import holdfast.bench.BenchException;
import holdfast.bench.Subject;
import holdfast.bench.Through;
import holdfast.bench.WriteBench;
import holdfast.bench.WriteResult;
import holdfast.bench.WriteSettings;
import holdfast.demo.ClusterDrill;
import holdfast.demo.DrillException;
import holdfast.demo.Interruption;
import holdfast.demo.Narrator;
import holdfast.server.ServerConfig;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A closed loop of direct messages.
@Command(
    name = "write",
    description = "Direct messages, so many on their way at any time.",
    footer = {
      "",
      "Every message is acknowledged by a majority. Without --config, servers are started for the",
      "measurement, in a temporary folder and on free ports, and ended after it.",
      "Exit status: 0 only if every request got its OK.",
      "Example: bench write --servers 3 --outstanding 256 --seconds 15"
    },
    mixinStandardHelpOptions = true)
final class BenchWriteCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Measure the servers of this file, which run (default: start some).")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of the configuration. May be repeated.")
  private List<String> sets = new ArrayList<>();

  @Option(
      names = "--servers",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many to start (default: ${DEFAULT-VALUE}).")
  private int servers = 3;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where their folders are made: the disk matters (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(".");

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      defaultValue = "256",
      description = "Messages on their way at any time (default: ${DEFAULT-VALUE}).")
  private int outstanding = 256;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "15",
      description = "How long to measure (default: ${DEFAULT-VALUE}).")
  private int seconds = 15;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      defaultValue = "10",
      description = "How long to run before that (default: ${DEFAULT-VALUE}).")
  private int warmup = 10;

  @Option(
      names = "--through",
      defaultValue = "all",
      description =
          "The servers the messages are given to: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}).")
  private Through through = Through.ALL;

  @Option(
      names = "--conversations",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Between how many pairs, about (default: ${DEFAULT-VALUE}).")
  private int conversations = 1_000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "To each server; each is one sender's (default: ${DEFAULT-VALUE}).")
  private int connections = 4;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Append the result to this file, as one line of JSON.")
  private Optional<Path> json = Optional.empty();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    for (int number : new int[] {servers, outstanding, seconds, conversations, connections}) {
      if (number < 1) {
        throw new ParameterException(spec.commandLine(), "a number below 1");
      }
    }
    if (warmup < 0) {
      throw new ParameterException(spec.commandLine(), "a warm-up below 0");
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      WriteResult result = config.isPresent() ? measureRunning(config.get()) : measureOwn();
      out.print(result.table());
      out.flush();
      if (json.isPresent()) {
        Files.writeString(
            json.get(),
            result.json(Instant.now()) + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
      return result.isClean() ? 0 : HoldfastCommand.FAILED;
    } catch (BenchException | DrillException e) {
      spec.commandLine().getErr().println("holdfast: " + e.getMessage());
      return HoldfastCommand.FAILED;
    }
  }

  private WriteResult measureRunning(Path file) throws Exception {
    ServerConfig loaded = ServerConfig.load(file, System.getenv(), sets);
    return measure(Subject.running(loaded));
  }

  private WriteResult measureOwn() throws Exception {
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    try (ClusterDrill drill = ClusterDrill.in(directory, servers, sets);
        Interruption _ = Interruption.closes(drill.cluster(), narrator)) {
      drill.startAll();
      drill.awaitAllUp();
      WriteResult result = measure(Subject.of(drill.cluster()));
      if (!result.isClean()) {
        drill.cluster().keepFiles();
        narrator.say("Logs and databases are left in " + drill.cluster().folder());
      }
      return result;
    }
  }

  private WriteResult measure(Subject subject) throws Exception {
    WriteSettings settings =
        new WriteSettings(
            outstanding,
            Duration.ofSeconds(warmup),
            Duration.ofSeconds(seconds),
            through,
            conversations,
            connections);
    boolean watched = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    PrintWriter err = spec.commandLine().getErr();
    WriteResult result =
        WriteBench.run(
            subject,
            settings,
            line -> {
              if (watched) {
                err.print("\r\u001b[K" + line);
                err.flush();
              }
            });
    if (watched) {
      err.print("\r\u001b[K");
      err.flush();
    }
    return result;
  }
}

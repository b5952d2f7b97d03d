package holdfast.command;

import holdfast.bench.BenchException;
import holdfast.bench.BenchResult;
import holdfast.bench.Subject;
import holdfast.bench.Timing;
import holdfast.bench.plot.Chart;
import holdfast.demo.ClusterDrill;
import holdfast.demo.DrillException;
import holdfast.demo.Interruption;
import holdfast.demo.Narrator;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What all measurements take: the servers, how long, and where the results go.
final class BenchOptions {
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
      names = "--json",
      paramLabel = "FILE",
      description = "Append the result to this file, one line of JSON for each measurement.")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Write charts into this folder, as SVG.")
  private Optional<Path> plots = Optional.empty();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /// A measurement of servers that run.
  @FunctionalInterface
  interface Measurement {
    BenchResult take(Subject subject, Consumer<String> progress)
        throws BenchException, IOException, InterruptedException;
  }

  /// A measurement that does things to servers of its own.
  @FunctionalInterface
  interface Drill {
    BenchResult take(ClusterDrill drill, Consumer<String> progress)
        throws BenchException, DrillException, IOException, InterruptedException;
  }

  Timing timing() {
    return new Timing(Duration.ofSeconds(warmup), Duration.ofSeconds(seconds));
  }

  /// @throws ParameterException if one of `numbers`, or of the common ones, is below 1
  void check(int... numbers) {
    atLeastOne(servers, seconds);
    atLeastOne(numbers);
    if (warmup < 0) {
      throw new ParameterException(spec.commandLine(), "a warm-up below 0");
    }
  }

  private void atLeastOne(int... numbers) {
    for (int number : numbers) {
      if (number < 1) {
        throw new ParameterException(spec.commandLine(), "a number below 1");
      }
    }
  }

  /// Takes a measurement and reports it; the exit status.
  int run(Measurement measurement) throws Exception {
    return reported(progress -> {
      if (config.isPresent()) {
        ServerConfig loaded = ServerConfig.load(config.get(), System.getenv(), sets);
        return measurement.take(Subject.running(loaded), progress);
      }
      return withOwn(
          servers,
          (drill, lines) -> measurement.take(Subject.of(drill.cluster()), lines),
          progress);
    });
  }

  /// Does things to servers of its own and reports; the exit status.
  int runDrill(Drill measurement) throws Exception {
    if (config.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "this is done to servers of its own only: no --config");
    }
    return reported(progress -> withOwn(servers, measurement, progress));
  }

  /// What is reported on.
  @FunctionalInterface
  interface Source {
    BenchResult result(Consumer<String> progress) throws Exception;
  }

  int reported(Source source) throws Exception {
    prepareFiles();
    boolean watched = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    PrintWriter err = spec.commandLine().getErr();
    Consumer<String> progress =
        line -> {
          if (watched) {
            err.print("\r\u001b[K" + line);
            err.flush();
          }
        };
    try {
      BenchResult result = source.result(progress);
      progress.accept("");
      report(result);
      return result.isClean() ? 0 : HoldfastCommand.FAILED;
    } catch (BenchException | DrillException e) {
      progress.accept("");
      err.println("holdfast: " + e.getMessage());
      return HoldfastCommand.FAILED;
    }
  }

  /// So that nobody waits for a measurement whose result cannot be written.
  private void prepareFiles() {
    try {
      if (json.isPresent()) {
        Files.writeString(json.get(), "", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
      if (plots.isPresent()) {
        Files.createDirectories(plots.get());
      }
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "the result could not be written there: " + e, e);
    }
  }

  /// Starts servers, measures them, and ends them.
  BenchResult withOwn(int count, Drill measurement, Consumer<String> progress)
      throws BenchException, ConfigException, DrillException, IOException, InterruptedException {
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    progress.accept("starting %d servers".formatted(count));
    try (ClusterDrill drill = ClusterDrill.in(directory, count, sets);
        Interruption _ = Interruption.closes(drill.cluster(), narrator)) {
      try {
        drill.startAll();
        drill.awaitAllUp();
        BenchResult result = measurement.take(drill, progress);
        if (!result.isClean()) {
          keep(drill, narrator);
        }
        return result;
      } catch (BenchException | DrillException | IOException e) {
        keep(drill, narrator);
        throw e;
      }
    }
  }

  private static void keep(ClusterDrill drill, Narrator narrator) {
    drill.cluster().keepFiles();
    narrator.say("Logs and databases are left in " + drill.cluster().folder());
  }

  private void report(BenchResult result) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.print(result.table());
    out.flush();
    if (json.isPresent()) {
      for (String line : result.json(Instant.now())) {
        Files.writeString(
            json.get(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
    if (plots.isPresent()) {
      for (Map.Entry<String, Chart> chart : result.charts().entrySet()) {
        if (!chart.getValue().isEmpty()) {
          Path file = plots.get().resolve(chart.getKey() + ".svg");
          Files.writeString(file, chart.getValue().svg());
        }
      }
    }
  }
}

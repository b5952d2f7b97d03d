package holdfast.command;

import holdfast.bench.FailoverBench;
import holdfast.bench.FailoverSettings;
import holdfast.bench.Through;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How long writers wait when the primary goes.
@Command(
    name = "failover",
    description = "Takes the primary away, round after round: how long do its writers wait?",
    footer = {
      "",
      "It starts servers of its own, and after each round brings the one back that went.",
      "Exit status: 0 only if writes went on each time, and none was lost or done twice.",
      "Example: bench failover --kind kill --rounds 20"
    },
    mixinStandardHelpOptions = true)
final class BenchFailoverCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--kind",
      defaultValue = "kill",
      description =
          "How the primary goes: ${COMPLETION-CANDIDATES}: kill -9, a silent stop, or told to end"
              + " (default: ${DEFAULT-VALUE}).")
  private FailoverSettings.Kind kind = FailoverSettings.Kind.KILL;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private int rounds = 10;

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Each with one message on its way at a time (default: ${DEFAULT-VALUE}).")
  private int writers = 1;

  @Option(
      names = "--through",
      defaultValue = "primary",
      description =
          "The servers they are connected to when it happens: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}).")
  private Through through = Through.PRIMARY;

  @Override
  public Integer call() throws Exception {
    options.check(rounds, writers);
    FailoverSettings settings = new FailoverSettings(kind, rounds, writers, through);
    return options.runDrill((drill, progress) -> FailoverBench.run(drill, settings, progress));
  }
}

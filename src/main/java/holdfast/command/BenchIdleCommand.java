package holdfast.command;

import holdfast.bench.IdleBench;
import holdfast.bench.IdleSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Idle connections.
@Command(
    name = "idle",
    description = "Many signed-in connections on the primary that do nothing: what do they cost?",
    footer = {
      "",
      "It tells the memory of each, the processor time of all, and how long a message between two",
      "of them takes.",
      "Exit status: 0 only if every request got its OK.",
      "Example: bench idle --connections 10000"
    },
    mixinStandardHelpOptions = true)
final class BenchIdleCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many; see connections.max and ulimit -n (default: ${DEFAULT-VALUE}).")
  private int connections = 10_000;

  @Option(
      names = "--accounts",
      paramLabel = "N",
      defaultValue = "100",
      description = "Of how many accounts (default: ${DEFAULT-VALUE}).")
  private int accounts = 100;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "Messages a second between two of them (default: ${DEFAULT-VALUE}).")
  private int rate = 100;

  @Override
  public Integer call() throws Exception {
    options.check(connections, accounts, rate);
    IdleSettings settings = new IdleSettings(connections, accounts, rate, options.timing());
    return options.run((subject, progress) -> IdleBench.run(subject, settings, progress));
  }
}

package holdfast.command;

import holdfast.bench.ReconnectBench;
import holdfast.bench.ReconnectSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A crowd that loses its server.
@Command(
    name = "reconnect",
    description = "Kills the server of many signed-in clients: how soon are all back?",
    footer = {
      "",
      "All come at once to the other servers, by token and cursor. It tells, too, what a healthy",
      "client there notices. It starts servers of its own.",
      "Exit status: 0 only if all came back and every message of the healthy client got its OK.",
      "Example: bench reconnect --connections 10000 --rounds 5"
    },
    mixinStandardHelpOptions = true)
final class BenchReconnectCommand implements Callable<Integer> {
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
      description = "Messages a second of the healthy client (default: ${DEFAULT-VALUE}).")
  private int rate = 100;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private int rounds = 3;

  @Option(
      names = "--victim",
      defaultValue = "primary",
      description = "Which server goes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ReconnectSettings.Victim victim = ReconnectSettings.Victim.PRIMARY;

  @Override
  public Integer call() throws Exception {
    options.check(connections, accounts, rate, rounds);
    ReconnectSettings settings =
        new ReconnectSettings(connections, accounts, rate, rounds, victim, options.timing());
    return options.runDrill((drill, progress) -> ReconnectBench.run(drill, settings, progress));
  }
}

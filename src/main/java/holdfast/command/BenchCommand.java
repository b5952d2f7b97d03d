package holdfast.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measurements, each a subcommand.
@Command(
    name = "bench",
    description = "How fast: puts a load on a cluster and measures.",
    subcommands = {
      BenchWriteCommand.class,
      BenchRoomsCommand.class,
      BenchReadsCommand.class,
      BenchLoginsCommand.class,
      BenchIdleCommand.class,
      BenchReconnectCommand.class,
      BenchFailoverCommand.class,
      BenchSuiteCommand.class
    },
    footer = {"", "docs/BENCHMARKING.md says what the figures mean."},
    mixinStandardHelpOptions = true)
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "what is to be measured?");
  }
}

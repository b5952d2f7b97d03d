package holdfast.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measurements, each a subcommand.
@Command(
    name = "bench",
    description = "How fast: puts a load on a cluster and measures.",
    subcommands = BenchWriteCommand.class,
    footer = {"", "Example: bench write --servers 3 --outstanding 256"},
    mixinStandardHelpOptions = true)
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "what is to be measured?");
  }
}

package holdfast.command;

import holdfast.demo.Narrator;
import holdfast.demo.Witness;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Writes while a script hurts the cluster, and compares the disks in the end.
@Command(
    name = "witness",
    description = "Write to the servers of the file, which run, and then compare their disks.",
    footer = {
      "",
      "For test scripts: writes until its standard input ends. The cluster must be new, and all",
      "data directories on this machine.",
      "Exit status: 0 only if nothing was lost, doubled or reordered, and all disks are equal.",
    },
    hidden = true,
    mixinStandardHelpOptions = true)
final class WitnessCommand implements Callable<Integer> {
  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "6",
      description = "How many write at the same time (default: ${DEFAULT-VALUE}).")
  private int writers = 6;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (writers < 1 || writers > LoadOptions.WRITERS_MAX) {
      throw new ParameterException(
          spec.commandLine(), "--writers goes from 1 to " + LoadOptions.WRITERS_MAX);
    }
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    return Witness.run(options.load(), writers, System.in, narrator) ? 0 : HoldfastCommand.FAILED;
  }
}

package holdfast.command;

import holdfast.demo.LastSurvivor;
import holdfast.demo.Narrator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The last survivor's promise as a check, round after round.
@Command(
    name = "kill-two-of-three",
    description = "Kill two of three servers under load; the third goes on. Compare all disks.",
    footer = {
      "",
      "Like demo it runs beside your own servers and leaves nothing behind. The servers run with",
      "survivor.takeover=4s, unless --set says otherwise.",
      "Exit status: 0 only if nothing was lost, doubled or reordered, and writes went on",
      "within 30 s each time.",
      "Example: kill-two-of-three 10 --writers 10"
    },
    mixinStandardHelpOptions = true)
final class LastSurvivorCommand implements Callable<Integer> {
  private static final int ROUNDS_MAX = 100_000;
  private static final int WRITERS_MAX = 1_000;

  @Parameters(
      paramLabel = "ROUNDS",
      arity = "0..1",
      defaultValue = "10",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private int rounds = 10;

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many write at the same time (default: ${DEFAULT-VALUE}).")
  private int writers = 10;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (rounds < 1 || rounds > ROUNDS_MAX || writers < 1 || writers > WRITERS_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "ROUNDS goes from 1 to " + ROUNDS_MAX + ", --writers from 1 to " + WRITERS_MAX);
    }
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    return LastSurvivor.run(rounds, writers, options.sets(), narrator) ? 0 : HoldfastCommand.FAILED;
  }
}

package holdfast.command;

import holdfast.demo.Narrator;
import holdfast.demo.SplitBrain;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Two halves of a cut cluster, put together again, round after round.
@Command(
    name = "split-brain",
    description = "Cut the last two servers apart, write on both sides, mend, compare all disks.",
    footer = {
      "",
      "Like demo it runs beside your own servers and leaves nothing behind. The servers run with",
      "survivor.takeover=4s, unless --set says otherwise; the cable between them is cut in proxies",
      "of its own.",
      "Exit status: 0 only if every message of both sides is on all three disks, once and the same.",
      "Example: split-brain 5"
    },
    mixinStandardHelpOptions = true)
final class SplitBrainCommand implements Callable<Integer> {
  private static final int MESSAGES_MAX = 10_000;

  @Parameters(
      paramLabel = "ROUNDS",
      arity = "0..1",
      defaultValue = "5",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many each person writes in a round (default: ${DEFAULT-VALUE}).")
  private int messages = 50;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (rounds < 1 || rounds > LoadOptions.ROUNDS_MAX || messages < 1 || messages > MESSAGES_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "ROUNDS goes from 1 to "
              + LoadOptions.ROUNDS_MAX
              + ", --messages from 1 to "
              + MESSAGES_MAX);
    }
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    return SplitBrain.run(rounds, messages, options.sets(), narrator) ? 0 : HoldfastCommand.FAILED;
  }
}

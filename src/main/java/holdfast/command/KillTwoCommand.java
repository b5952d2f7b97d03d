package holdfast.command;

import holdfast.demo.KillTwo;
import holdfast.demo.Narrator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The demo's facts as a check, round after round.
@Command(
    name = "kill-two",
    description = "Kill two of five servers under load, round after round, and compare all disks.",
    footer = {
      "",
      "Like demo it runs beside your own servers and leaves nothing behind.",
      "Exit status: 0 only if nothing was lost, doubled or reordered, and writes went on",
      "within 30 s each time. Times are printed beside their targets and fail nothing.",
      "Example: kill-two 10 --writers 10"
    },
    mixinStandardHelpOptions = true)
final class KillTwoCommand implements Callable<Integer> {
  @Mixin private LoadOptions load = new LoadOptions();

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    load.check(spec);
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    return KillTwo.run(load.rounds(), load.writers(), options.sets(), narrator)
        ? 0
        : HoldfastCommand.FAILED;
  }
}

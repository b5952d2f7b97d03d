package holdfast.command;

import holdfast.demo.LastSurvivor;
import holdfast.demo.Narrator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
  @Mixin private LoadOptions load = new LoadOptions();

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    load.check(spec);
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    return LastSurvivor.run(load.rounds(), load.writers(), options.sets(), narrator)
        ? 0
        : HoldfastCommand.FAILED;
  }
}

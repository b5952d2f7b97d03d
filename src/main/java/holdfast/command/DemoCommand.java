package holdfast.command;

import holdfast.demo.Demo;
import holdfast.demo.Narrator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The tour.
@Command(
    name = "demo",
    description = "Five servers, two people chatting, two servers killed, nothing lost.",
    footer = {
      "",
      "Runs on free ports in a temporary folder and leaves nothing behind: your own servers,",
      "their ports and their data are not touched. About a minute.",
      "Exit status: 0 only if nothing was lost, doubled or reordered.",
      "Example: demo --set election.timeout=1500ms-3000ms"
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Narrator narrator = Narrator.onTerminal(spec.commandLine().getOut());
    return Demo.run(options.sets(), narrator) ? 0 : HoldfastCommand.FAILED;
  }
}

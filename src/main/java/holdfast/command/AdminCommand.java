package holdfast.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What an operator does to a cluster, each a subcommand.
@Command(
    name = "admin",
    description = "Operate a cluster: hand over, change the members, back up, check, look inside.",
    subcommands = {
      AdminTransferCommand.class,
      AdminRemoveCommand.class,
      AdminReplaceCommand.class,
      AdminMoveCommand.class,
      AdminBackupCommand.class,
      AdminCheckCommand.class,
      AdminDumpCommand.class,
      AdminSurviveCommand.class,
      AdminUnreplayableCommand.class
    },
    footer = {
      "",
      "All but dump prove cluster.secret to the server; without one, the key in its data directory."
    },
    mixinStandardHelpOptions = true)
final class AdminCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "what is to be done?");
  }
}

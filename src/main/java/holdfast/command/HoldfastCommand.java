package holdfast.command;

import holdfast.operate.AdminException;
import holdfast.server.ConfigException;
import holdfast.server.StartException;
import holdfast.storage.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// All subcommands, and what their failures are as exit statuses: 2 bad use or configuration, 3 a
/// port or directory is taken, 4 refused (cluster, disk, schema), 1 anything else.
@Command(
    name = "holdfast",
    description = "A chat cluster that keeps talking while its servers die.",
    mixinStandardHelpOptions = true,
    versionProvider = HoldfastCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class HoldfastCommand implements Runnable {
  static final int FAILED = 1;
  static final int BAD_USE = 2;
  static final int TAKEN = 3;
  static final int REFUSED = 4;

  private static final List<Class<?>> SUBCOMMANDS =
      List.of(
          ServerCommand.class,
          JoinCommand.class,
          UpCommand.class,
          StatusCommand.class,
          ChatCommand.class,
          DownCommand.class,
          SuperviseCommand.class,
          HealthCommand.class,
          AdminCommand.class,
          RestoreCommand.class,
          RecoverCommand.class,
          DemoCommand.class,
          KillTwoCommand.class,
          LastSurvivorCommand.class,
          SplitBrainCommand.class,
          WitnessCommand.class,
          BenchCommand.class,
          RehearseCommand.class,
          CommandLine.HelpCommand.class);

  /// These log; nothing may be written across what the others show a person.
  private static final Set<Class<?>> SERVERS =
      Set.of(ServerCommand.class, JoinCommand.class, RehearseCommand.class);

  @Spec private CommandSpec spec;

  /// Runs the command that `arguments` name and ends this process with its status.
  public static void main(String[] arguments) {
    System.exit(commandLine(arguments).execute(arguments));
  }

  /// What understands these arguments. If they begin with a subcommand, it knows no other: to learn
  /// all options of all of them takes a fifth of a server's start.
  public static CommandLine commandLine(String... arguments) {
    CommandLine line = new CommandLine(new HoldfastCommand());
    subcommands(arguments).forEach(line::addSubcommand);
    line.setCommandName(System.getProperty("holdfast.program", "holdfast"));
    line.setExecutionStrategy(HoldfastCommand::quietly);
    line.setExecutionExceptionHandler(HoldfastCommand::onFailure);
    line.setParameterExceptionHandler(HoldfastCommand::onBadUse);
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  private static List<Class<?>> subcommands(String... arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    for (Class<?> subcommand : SUBCOMMANDS) {
      boolean needsOthers = subcommand == CommandLine.HelpCommand.class;
      if (first.equals(subcommand.getAnnotation(Command.class).name()) && !needsOthers) {
        return List.of(subcommand);
      }
    }
    return SUBCOMMANDS;
  }

  private static int quietly(ParseResult parsed) {
    boolean isServer =
        parsed.hasSubcommand()
            && SERVERS.contains(parsed.subcommand().commandSpec().userObject().getClass());
    if (!isServer) {
      System.setProperty("holdfast.log", "OFF");
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int onBadUse(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    String problem = failure.getMessage();
    List<String> meant = List.of();
    if (failure instanceof UnmatchedArgumentException unmatched) {
      problem = "there is no " + unmatched.getUnmatched().getFirst();
      meant = unmatched.getSuggestions();
    }
    PrintWriter err = command.getErr();
    err.println(
        "holdfast: "
            + problem
            + (meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?"));
    err.println("More: " + command.getCommandSpec().qualifiedName() + " --help");
    return BAD_USE;
  }

  /// Without a subcommand.
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  private static int onFailure(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    return switch (failure) {
      case ConfigException e -> {
        err.println("holdfast: " + e.getMessage());
        yield BAD_USE;
      }
      case StartException e -> {
        err.println("holdfast: " + e.getMessage());
        yield e.exitCode();
      }
      case StoreException e -> {
        err.println("holdfast: " + e.getMessage());
        yield switch (e.kind()) {
          case TAKEN -> TAKEN;
          case REFUSED -> REFUSED;
          case DISK -> FAILED;
        };
      }
      case AdminException e -> {
        err.println("holdfast: " + e.getMessage() + " (" + e.code() + ")");
        yield FAILED;
      }
      case IOException e -> {
        // Ours are sentences; the others say what they are by their class.
        err.println("holdfast: " + (e.getClass() == IOException.class ? e.getMessage() : e));
        yield FAILED;
      }
      default -> {
        failure.printStackTrace(err);
        yield FAILED;
      }
    };
  }

  /// The version this jar was built as.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = HoldfastCommand.class.getPackage().getImplementationVersion();
      return new String[] {"holdfast " + (version == null ? "(not from a jar)" : version)};
    }
  }
}

package holdfast.command;

import holdfast.client.HostPort;
import holdfast.console.ConsoleOptions;
import holdfast.console.ConsoleStart;
import holdfast.server.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The console client. Exit status: 0 the person left, 1 no server answered, 2 bad use; of scripts
/// also 3 and 4.
@Command(
    name = "chat",
    description = "Talk: sign in or sign up, and write to people and rooms.",
    footer = {
      "",
      "On a pipe it takes the same lines: the name, the password, then one line after the other.",
      "Exit status: 0 left, or the input ended; 1 no server answered; 2 bad use, or the input",
      "ended before anybody was signed in; with --batch or --json also 3 the name and the",
      "password do not fit; 4 a line was not understood, refused or not answered.",
      "Colours are off when NO_COLOR is set. Examples:",
      "  chat --user alice",
      "  echo '#plans backup is done' | chat --batch --user robot --password-file secret"
    },
    mixinStandardHelpOptions = true)
final class ChatCommand implements Callable<Integer> {
  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "A server to begin with, instead of those in the file. May be repeated.")
  private List<String> servers = new ArrayList<>();

  @Option(names = "--user", paramLabel = "NAME", description = "Sign in as this account.")
  private String user = "";

  @Option(
      names = "--plain",
      description = "Only print lines, as for a screen reader, whatever the terminal can do.")
  private boolean plain;

  @Option(
      names = "--batch",
      description = {
        "Take lines from standard input, each done before the next one, and end. Prints only",
        "what a line asks for; complaints go to standard error."
      })
  private boolean batch;

  @Option(
      names = "--json",
      description = {
        "Print everything that happens as JSON lines, in the protocol's frames. Goes on when the",
        "input has ended, unless --batch is given, too."
      })
  private boolean json;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "For --batch and --json; without it the first line of input is the password.")
  private Optional<Path> passwordFile = Optional.empty();

  @Option(
      names = "--theme",
      paramLabel = "THEME",
      description = "dark, light or mono (default: dark, or mono when NO_COLOR is set).")
  private Optional<String> theme = Optional.empty();

  @Mixin private CommonOptions common = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws ConfigException {
    return ConsoleStart.run(addresses(), options(), System.getenv());
  }

  /// How to begin: what the arguments say.
  ConsoleOptions options() {
    if (theme.isPresent() && !ConsoleOptions.isTheme(theme.get())) {
      throw new ParameterException(
          spec.commandLine(), "--theme " + theme.get() + ": must be " + ConsoleOptions.themes());
    }
    String version = spec.root().version()[0];
    return new ConsoleOptions(
        user, version.replace(' ', '/'), plain, batch, json, passwordFile, theme);
  }

  /// Where to begin: what the arguments say, else the file.
  List<HostPort> addresses() throws ConfigException {
    if (servers.isEmpty()) {
      return common.load().servers().stream()
          .map(member -> new HostPort(member.host(), member.clientPort()))
          .toList();
    }
    List<HostPort> addresses = new ArrayList<>();
    for (String server : servers) {
      addresses.add(
          HostPort.parse(server)
              .orElseThrow(() ->
                  new ParameterException(
                      spec.commandLine(),
                      "--server " + server + ": must be like 127.0.0.1:8091 or [::1]:8091")));
    }
    return addresses;
  }
}

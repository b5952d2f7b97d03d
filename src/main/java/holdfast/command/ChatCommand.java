package holdfast.command;

import holdfast.client.HostPort;
import holdfast.console.ConsoleStart;
import holdfast.server.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The console client. Exit status: 0 the person left, 1 no server answered, 2 bad use.
@Command(
    name = "chat",
    description = "Talk: sign in or sign up, and write to people and rooms.",
    footer = {
      "",
      "On a pipe it takes the same lines: the name, the password, then one line after the other.",
      "Exit status: 0 left, or the input ended; 1 no server answered; 2 bad use, or the input",
      "ended before anybody was signed in.",
      "Colours are off when NO_COLOR is set. Example: chat --user alice"
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

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws ConfigException {
    String version = spec.root().version()[0];
    return ConsoleStart.run(addresses(), user, version.replace(' ', '/'), System.getenv());
  }

  /// Where to begin: what the arguments say, else the file.
  List<HostPort> addresses() throws ConfigException {
    if (servers.isEmpty()) {
      return options.load().servers().stream()
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

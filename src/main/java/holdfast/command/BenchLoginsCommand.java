package holdfast.command;

import holdfast.bench.LoginBench;
import holdfast.bench.LoginSettings;
import holdfast.bench.Through;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Logins by token or password.
@Command(
    name = "logins",
    description = "Logins, so many on their way at any time.",
    footer = {
      "",
      "Each is one LOGIN on a connection that stands. One by password costs a memory-hard hash, on",
      "purpose; clients that reconnect show their token.",
      "Exit status: 0 only if every login succeeded.",
      "Example: bench logins --kind token --outstanding 64"
    },
    mixinStandardHelpOptions = true)
final class BenchLoginsCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--kind",
      defaultValue = "token",
      description = "By ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private LoginSettings.Kind kind = LoginSettings.Kind.TOKEN;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Logins on their way at any time, each on a connection and of an account of its own"
              + " (default: ${DEFAULT-VALUE}).")
  private int outstanding = 32;

  @Option(
      names = "--through",
      defaultValue = "all",
      description =
          "The servers that are asked: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Through through = Through.ALL;

  @Override
  public Integer call() throws Exception {
    options.check(outstanding);
    LoginSettings settings = new LoginSettings(kind, outstanding, options.timing(), through);
    return options.run((subject, progress) -> LoginBench.run(subject, settings, progress));
  }
}

package holdfast.operate;

import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command line that runs this very program once more: the same java, the same flags, the same
/// jar. So what a server needs of its JVM stands in one place, setup_distributed.sh.
public final class JavaCommand {
  /// Flags that would make two JVMs fight over a port or an agent.
  private static final List<String> NOT_INHERITED =
      List.of("-agentlib:", "-agentpath:", "-javaagent:", "-Xdebug", "-Xrunjdwp");

  private JavaCommand() {}

  /// The command line with these arguments.
  public static List<String> with(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (NOT_INHERITED.stream().noneMatch(flag::startsWith)) {
        command.add(flag);
      }
    }
    Path own = ownCode();
    if (Files.isRegularFile(own)) {
      command.addAll(List.of("-jar", own.toString()));
    } else {
      // Compiled classes in a folder, as tests have them.
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), "holdfast.Holdfast"));
    }
    command.addAll(arguments);
    return command;
  }

  private static Path ownCode() {
    try {
      return Path.of(JavaCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a class that comes from no file", e);
    }
  }
}

package holdfast.command;

import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// What every command takes: which configuration, and what to override in it.
final class CommonOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "servers.properties",
      description = "The servers of the cluster (default: ${DEFAULT-VALUE}).")
  private Path config = Path.of("servers.properties");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of the file, and the environment. May be repeated.")
  private List<String> sets = new ArrayList<>();

  List<String> sets() {
    return List.copyOf(sets);
  }

  ServerConfig load() throws ConfigException {
    return ServerConfig.load(config, System.getenv(), sets);
  }
}

package holdfast.command;

import holdfast.replication.ServerId;
import holdfast.server.Server;
import holdfast.server.ServerConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Runs one server in the foreground until it is told to end (SIGTERM, SIGINT) or must.
@Command(
    name = "server",
    description = "Run one server of the file, in the foreground.",
    footer = {
      "",
      "SIGTERM and Ctrl-C hand over to another server, answer what was asked, and end.",
      "Example: server 3 --set election.timeout=1500ms-3000ms"
    },
    mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "Its number: the N of server.N in the file.")
  private ServerId id = new ServerId(1);

  @Mixin private CommonOptions options = new CommonOptions();

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    return new ServerRun(() -> Server.start(config, id)).run();
  }
}

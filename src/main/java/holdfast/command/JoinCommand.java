package holdfast.command;

import holdfast.replication.ServerId;
import holdfast.server.Newcomer;
import holdfast.server.Server;
import holdfast.server.ServerConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Has a running cluster take a new server in, and runs it in the foreground.
@Command(
    name = "join",
    description = "Add a server to a running cluster, and run it here in the foreground.",
    footer = {
      "",
      "Its data directory is empty, or its own: then it comes back, at this address.",
      "It catches up, gets its vote by itself, and every server and client knows it.",
      "From then on it is started like any other: server 6. Add it to the file, too,",
      "so that clients and commands that start anew find it.",
      "Exit status 4: the cluster says why it does not take it.",
      "Example:",
      "  join --id 6 --host 10.0.0.6 --client-port 8091 --peer-port 8081 \\",
      "       --seed 10.0.0.1:8081"
    },
    mixinStandardHelpOptions = true)
final class JoinCommand implements Callable<Integer> {
  @Option(
      names = "--id",
      paramLabel = "N",
      required = true,
      converter = ServerIdConverter.class,
      description = "Its number, never used before in this cluster.")
  private ServerId id = new ServerId(1);

  @Option(
      names = "--host",
      paramLabel = "HOST",
      required = true,
      description = "Where clients and the other servers reach it.")
  private String host = "";

  @Option(
      names = "--client-port",
      paramLabel = "PORT",
      required = true,
      description = "Its port for clients.")
  private int clientPort;

  @Option(
      names = "--peer-port",
      paramLabel = "PORT",
      required = true,
      description = "Its port for the other servers.")
  private int peerPort;

  @Option(
      names = "--seed",
      paramLabel = "HOST:PORT",
      required = true,
      description = "The peer port of any server of the cluster.")
  private String seed = "";

  @Mixin private CommonOptions options = new CommonOptions();

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Newcomer newcomer =
        Newcomer.of(config, id, "%s:%d:%d".formatted(host, clientPort, peerPort), seed);
    return new ServerRun(() -> Server.join(config, newcomer)).run();
  }
}

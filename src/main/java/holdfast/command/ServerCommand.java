package holdfast.command;

import holdfast.replication.ServerId;
import holdfast.server.Server;
import holdfast.server.ServerConfig;
import holdfast.server.StartException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
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
    config.server(id);
    AtomicReference<Optional<Server>> running = new AtomicReference<>(Optional.empty());
    Thread onSignal = new Thread(() -> stop(running), "stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      int status = Server.RESTART;
      while (status == Server.RESTART) {
        status = runOnce(config, running);
      }
      return status;
    } finally {
      if (!onSignal.isAlive()) {
        removeQuietly(onSignal);
      }
    }
  }

  private int runOnce(ServerConfig config, AtomicReference<Optional<Server>> running)
      throws StartException, InterruptedException {
    try (Server server = Server.start(config, id)) {
      running.set(Optional.of(server));
      int status = server.awaitExit();
      if (status == Server.RESTART) {
        server.stop();
      }
      return status;
    }
  }

  /// Ends in order on a signal, and says so with status 0 instead of the JVM's 143.
  private static void stop(AtomicReference<Optional<Server>> running) {
    running.get().ifPresent(Server::stop);
    Runtime.getRuntime().halt(0);
  }

  /// A server that ended by itself has nothing left to hand over.
  private static void removeQuietly(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // A signal came in the same moment: the hook runs, and finds the server stopped.
    }
  }
}

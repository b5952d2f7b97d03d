package holdfast.command;

import holdfast.server.Server;
import holdfast.server.StartException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// A server in the foreground, until it is told to end (SIGTERM, SIGINT) or must; started anew as
/// often as it asks for that.
final class ServerRun {
  private static final int REFUSED = 4;

  /// How the server is started.
  interface Start {
    Server start() throws StartException;
  }

  private final Start start;
  private final AtomicReference<Optional<Server>> running = new AtomicReference<>(Optional.empty());

  ServerRun(Start start) {
    this.start = start;
  }

  /// Returns the exit status.
  int run() throws StartException, InterruptedException {
    Thread onSignal = new Thread(this::stop, "stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      int status = Server.RESTART;
      while (status == Server.RESTART) {
        status = runOnce();
      }
      return status == Server.REMOVED ? REFUSED : status;
    } finally {
      if (!onSignal.isAlive()) {
        removeQuietly(onSignal);
      }
    }
  }

  private int runOnce() throws StartException, InterruptedException {
    try (Server server = start.start()) {
      running.set(Optional.of(server));
      int status = server.awaitExit();
      if (status == Server.RESTART || status == Server.REMOVED) {
        server.stop();
      }
      return status;
    }
  }

  /// Ends in order on a signal, and says so with status 0 instead of the JVM's 143.
  private void stop() {
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

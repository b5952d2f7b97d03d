package holdfast.server;

import holdfast.replication.ServerId;

public final class Server implements AutoCloseable {
  public static Server start(ServerConfig config, ServerId self) throws StartException {
    if (!config.servers().isEmpty()) {
      throw new StartException(1, "placeholder for server " + self + " of " + config.file());
    }
    return new Server();
  }

  public int awaitExit() throws InterruptedException {
    return 0;
  }

  public void stop() {}

  @Override
  public void close() {}
}

package holdfast.client;

import holdfast.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens connections, each attempt on a virtual thread of its own, and tells the client's loop what
/// came of it.
final class Dialler {
  private static final Logger LOG = LoggerFactory.getLogger(Dialler.class);

  private final Consumer<Signal> loop;
  private final Semaphore eventPermits;
  private final Duration patience;

  Dialler(Consumer<Signal> loop, Semaphore eventPermits, Duration patience) {
    this.loop = loop;
    this.eventPermits = eventPermits;
    this.patience = patience;
  }

  void dial(Target target) {
    Thread.ofVirtual()
        .name("client-dialler-" + target.address())
        .start(() -> loop.accept(attempt(target)));
  }

  private Signal attempt(Target target) {
    HostPort address = target.address();
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(address.host(), address.port()),
          Math.toIntExact(patience.toMillis()));
      return new Signal.Opened(new Link(target, socket, eventPermits));
    } catch (IOException e) {
      LOG.debug("{} cannot be reached: {}", address, e.toString());
      close(socket);
      return new Signal.NotOpened(target);
    }
  }
}

package holdfast.client;

import holdfast.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens connections, each attempt on a virtual thread of its own, and tells the client's loop what
/// came of it.
final class Dialler {
  /// Bytes that may wait for one socket. The loop bounds the requests in flight; their bytes are
  /// kept for a repeat anyway.
  private static final long QUEUE_BYTES_MAX = 1_024L * (Link.FRAME_BYTES_MAX + 1);

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
      socket.connect(
          new InetSocketAddress(address.host(), address.port()),
          Math.toIntExact(patience.toMillis()));
      Connection connection = new Connection(socket, "client-" + address, QUEUE_BYTES_MAX);
      return new Signal.Opened(new Link(target, socket, connection, eventPermits));
    } catch (IOException e) {
      LOG.debug("{} cannot be reached: {}", address, e.toString());
      closeQuietly(socket);
      return new Signal.NotOpened(target);
    }
  }

  /// Begins to read: each frame and the end are told to the loop.
  void read(Link link) {
    link.read(loop);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a socket did not close: {}", e.toString());
    }
  }
}

package holdfast.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bound port that lets in up to a number of connections at once.
public final class Listener implements AutoCloseable {
  /// What to do with a connection; the handler closes it. Called on the listening thread, which
  /// must not be held up.
  public interface Handler {
    /// Serves a connection. It counts as open until `ended` is run, once.
    void accepted(SocketChannel channel, Runnable ended);

    /// Turns away one connection too many; `ended` as above.
    void rejected(SocketChannel channel, Runnable ended);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  /// Connections that the kernel keeps waiting: after a failover all clients come at once.
  private static final int BACKLOG = 4_096;

  /// Connections being turned away at once; more are closed without a word.
  private static final int REJECTIONS_MAX = 256;

  /// Pause after a failed accept (too many open files), in ms.
  private static final long ACCEPT_PAUSE_MS = 50;

  private final ServerSocketChannel server;
  private final Thread acceptor;
  private final String name;
  private final int connectionsMax;
  private final Handler handler;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger rejections = new AtomicInteger();

  /// Binds exactly this address and starts to accept.
  ///
  /// @param name begins the names of its threads
  /// @param port 0: any free one
  /// @throws BindException if it cannot be had; the message is a sentence for the operator
  /// @throws IOException if the host has no address
  public Listener(String name, String host, int port, int connectionsMax, Handler handler)
      throws IOException {
    this.name = name;
    this.connectionsMax = connectionsMax;
    this.handler = handler;
    server = bind(host, port);
    acceptor = Thread.ofPlatform().name(name + "-listener").daemon(true).start(this::acceptLoop);
  }

  public int port() {
    return server.socket().getLocalPort();
  }

  /// Stops accepting; connections go on. When it returns, the port refuses.
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("closing {}: {}", name, e.getMessage());
    }
    try {
      // The kernel keeps the port open for as long as a thread is inside its accept call.
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ServerSocketChannel bind(String host, int port) throws IOException {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IOException("the host " + host + " has no address", e);
    }
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(new InetSocketAddress(address, port), BACKLOG);
      return server;
    } catch (IOException e) {
      server.close();
      boolean ours =
          address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
      String why =
          !ours
              ? host + " is not an address of this machine"
              : e instanceof BindException
                  ? "port " + port + " on " + host + " is taken by another program"
                  : "port " + port + " on " + host + " cannot be opened: " + e.getMessage();
      BindException sentence = new BindException(why);
      sentence.initCause(e);
      throw sentence;
    }
  }

  private void acceptLoop() {
    long failures = 0;
    while (server.isOpen()) {
      try {
        SocketChannel accepted = server.accept();
        if (failures > 0) {
          LOG.info("{}: accepts connections again, {} tries later", name, failures);
          failures = 0;
        }
        dispatch(accepted);
      } catch (IOException e) {
        if (!server.isOpen()) {
          return;
        }
        if (failures == 0) {
          LOG.warn(
              "{}: new connections wait, since none can be accepted: {} (the limit of open files is `ulimit -n`)",
              name,
              e.getMessage());
        }
        failures++;
        pause();
      }
    }
  }

  private void dispatch(SocketChannel channel) {
    if (open.incrementAndGet() <= connectionsMax) {
      run(channel, open, handler::accepted);
      return;
    }
    open.decrementAndGet();
    if (rejections.incrementAndGet() <= REJECTIONS_MAX) {
      run(channel, rejections, handler::rejected);
      return;
    }
    rejections.decrementAndGet();
    Connection.closeQuietly(channel.socket());
  }

  private void run(
      SocketChannel channel, AtomicInteger count, BiConsumer<SocketChannel, Runnable> action) {
    try {
      action.accept(channel, count::decrementAndGet);
    } catch (RuntimeException e) {
      LOG.error("{}: a connection ended by a bug", name, e);
      Connection.closeQuietly(channel.socket());
      count.decrementAndGet();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(ACCEPT_PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

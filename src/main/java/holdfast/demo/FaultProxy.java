package holdfast.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A TCP proxy in front of one port that can misbehave like a network: hold back all bytes of a
/// direction (as a cable that is cut: nothing is refused, nothing arrives), delay them, or break
/// connections. Bytes held back are lost with their connection, never skipped within one.
public final class FaultProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int CONNECT_MS = 5_000;
  private static final long POLL_MS = 5;

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean silentThere;
  private volatile boolean silentBack;
  private volatile long delayMs;
  private volatile boolean closed;

  private FaultProxy(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  /// Listens on a free port of this machine, in front of port `target` of it.
  public static FaultProxy to(int target) throws IOException {
    FaultProxy proxy =
        new FaultProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    Thread.ofVirtual().name("proxy-" + target).start(proxy::accept);
    return proxy;
  }

  /// Where it listens.
  public int port() {
    return listener.getLocalPort();
  }

  /// Holds back what the dialler sends (`there`), what it is sent (`back`), or both.
  public void silence(boolean there, boolean back) {
    silentThere = there;
    silentBack = back;
  }

  /// Every piece of data waits that long, in both directions.
  public void delay(long milliseconds) {
    delayMs = milliseconds;
  }

  /// Ends every connection there is; new ones are taken.
  public void breakConnections() {
    sockets.forEach(FaultProxy::closeQuietly);
  }

  /// A network that came back: what was held back is gone with its connections.
  public void heal() {
    boolean wasSilent = silentThere || silentBack;
    silence(false, false);
    delay(0);
    if (wasSilent) {
      breakConnections();
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket near = listener.accept();
        sockets.add(near);
        Thread.ofVirtual().name("proxy-" + target + "-link").start(() -> link(near));
      } catch (IOException e) {
        if (closed) {
          return;
        }
      }
    }
  }

  private void link(Socket near) {
    Socket far = new Socket();
    try {
      while (silentThere) {
        // The handshake of TCP does not get through either.
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        if (near.isClosed()) {
          return;
        }
      }
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      sockets.add(far);
      far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MS);
      Thread back = Thread.ofVirtual().start(() -> copy(far, near, false));
      copy(near, far, true);
      back.join();
    } catch (IOException e) {
      // The target refuses: so does the proxy, by closing.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeQuietly(near);
      closeQuietly(far);
      sockets.remove(near);
      sockets.remove(far);
    }
  }

  private void copy(Socket from, Socket to, boolean there) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (delayMs > 0) {
          TimeUnit.MILLISECONDS.sleep(delayMs);
        }
        while ((there ? silentThere : silentBack) && !from.isClosed() && !to.isClosed()) {
          TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        out.write(buffer, 0, length);
      }
    } catch (IOException e) {
      // One side is gone: so is the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeQuietly(from);
    closeQuietly(to);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Of no more use either way.
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    breakConnections();
  }
}

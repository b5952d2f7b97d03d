package holdfast.operate;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// A client's connection for one thread: a line out, a line in, each within a time. For asking a
/// server how it is, and for tools that must see the protocol itself; people use the client
/// library.
public final class LineSocket implements Closeable {
  /// The longest line taken, in bytes.
  public static final int LINE_BYTES_MAX = 1 << 20;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /// The part of a line that had come when a wait ended.
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

  private LineSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /// Connects within `timeout`.
  public static LineSocket open(String host, int port, Duration timeout) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
      return new LineSocket(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// Sends a frame that ends in its newline.
  public void send(byte[] frame) throws IOException {
    out.write(frame);
    out.flush();
  }

  /// The next line without its newline.
  ///
  /// @throws SocketTimeoutException if none has come within `timeout`; what has come is kept
  /// @throws EOFException if the server closed
  public byte[] receive(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      // What is already here is read without a look at the clock.
      while (in.available() > 0) {
        int next = in.read();
        if (next == '\n') {
          byte[] line = partial.toByteArray();
          partial.reset();
          return line;
        }
        keep(next);
      }
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left <= 0) {
        throw new SocketTimeoutException("no line within " + timeout.toMillis() + " ms");
      }
      socket.setSoTimeout(Math.toIntExact(left));
      in.mark(1);
      if (in.read() < 0) {
        throw new EOFException("the server closed the connection");
      }
      in.reset();
    }
  }

  private void keep(int next) throws IOException {
    if (partial.size() == LINE_BYTES_MAX) {
      throw new IOException("a line longer than " + LINE_BYTES_MAX + " bytes");
    }
    partial.write(next);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

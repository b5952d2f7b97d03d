package holdfast.operate;

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

  private static final int BUFFER_BYTES = 16 << 10;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /// What has come and is not part of a line given out: `buffer[from]` to before `buffer[to]`.
  private final byte[] buffer = new byte[BUFFER_BYTES];

  private int from;
  private int to;

  /// The part of a line that had come when a wait ended, or did not fit the buffer.
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

  private LineSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
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
    // What is already here is read without a look at the clock.
    while (!takeLine()) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left <= 0) {
        throw new SocketTimeoutException("no line within " + timeout.toMillis() + " ms");
      }
      socket.setSoTimeout(Math.toIntExact(left));
      int count = in.read(buffer);
      if (count < 0) {
        throw new EOFException("the server closed the connection");
      }
      from = 0;
      to = count;
    }
    byte[] line = partial.toByteArray();
    partial.reset();
    return line;
  }

  /// Moves what is in the buffer to `partial`, up to a newline; whether there was one.
  private boolean takeLine() throws IOException {
    int end = from;
    while (end < to && buffer[end] != '\n') {
      end++;
    }
    if (partial.size() + end - from > LINE_BYTES_MAX) {
      throw new IOException("a line longer than " + LINE_BYTES_MAX + " bytes");
    }
    partial.write(buffer, from, end - from);
    boolean complete = end < to;
    from = complete ? end + 1 : to;
    return complete;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

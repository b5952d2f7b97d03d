package peers;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A connection to a Holdfast server that asks one thing at a time, for all that is not measured.
final class LineClient implements AutoCloseable {
  private static final int CONNECT_MS_MAX = 1_000;
  private static final int REPLY_MS_MAX = 5_000;
  private static final int PAGE_MESSAGES = 200;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final Socket socket = new Socket();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;

  LineClient(int port) throws IOException {
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MS_MAX);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(REPLY_MS_MAX);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  static String register(String account, String password) {
    return """
    {"type":"REGISTER","id":1,"payload":{"username":"%s","password":"%s"}}\
    """
        .formatted(account, password);
  }

  static String login(String account, String password) {
    return """
    {"type":"LOGIN","id":1,"payload":{"username":"%s","password":"%s"}}\
    """
        .formatted(account, password);
  }

  static String login(String token) {
    return """
    {"type":"LOGIN","id":1,"payload":{"token":"%s"}}\
    """
        .formatted(token);
  }

  static String history(String account, int after) {
    return """
    {"type":"HISTORY","id":1,"payload":{"conversation":"@%s","after":%d,"limit":%d}}\
    """
        .formatted(account, after, PAGE_MESSAGES);
  }

  /// The OK to a request; an ERROR is an IOException.
  String ask(String request) throws IOException {
    socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
    while (true) {
      String line = line();
      if (line.startsWith("{\"type\":\"OK\"")) {
        return line;
      }
      if (line.startsWith("{\"type\":\"ERROR\"")) {
        throw new IOException(line);
      }
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      for (int i = start; i < end; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, start, i - start);
          start = i + 1;
          return line.toString(StandardCharsets.UTF_8);
        }
      }
      line.write(buffer, start, end - start);
      start = 0;
      end = Math.max(0, socket.getInputStream().read(buffer));
      if (end == 0) {
        throw new EOFException("closed");
      }
    }
  }

  /// The text under `name` in a frame, or the empty one.
  static String text(String frame, String name) {
    String field = "\"" + name + "\":\"";
    int at = frame.indexOf(field);
    return at < 0
        ? ""
        : frame.substring(at + field.length(), frame.indexOf('"', at + field.length()));
  }

  /// The socket, for one who reads and writes it from now on. Nothing may be outstanding.
  Socket socket() throws IOException {
    socket.setSoTimeout(0);
    return socket;
  }

  /// What has arrived already and belongs to the one who takes the socket.
  byte[] unread() {
    return Arrays.copyOfRange(buffer, start, end);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is given up in any case.
    }
  }
}

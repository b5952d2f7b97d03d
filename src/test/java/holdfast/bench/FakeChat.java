package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server that says OK to everything but every tenth SEND, which is BUSY the first time, and
/// pushes each message to all. Its lines come in pieces.
final class FakeChat implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("\"id\":([^,]+),");
  private static final Pattern TEXT = Pattern.compile("\"text\":\"([^\"]*)\"");

  private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  private final List<OutputStream> connections = new ArrayList<>();
  private int sends;

  FakeChat() throws IOException {
    Thread.ofVirtual().start(this::accept);
  }

  Member member() {
    return new Member(
        new ServerId(1), "127.0.0.1", listener.getLocalPort(), 1, true, Optional.empty());
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        answer(line, socket.getOutputStream());
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private synchronized void answer(String line, OutputStream out) throws IOException {
    Matcher id = ID.matcher(line);
    if (!id.find()) {
      throw new UncheckedIOException(new IOException("no id: " + line));
    }
    if (line.contains("\"LOGIN\"")) {
      connections.add(out);
      say(out, "{\"type\":\"OK\",\"id\":" + id.group(1) + ",\"payload\":{}}\n{\"type\":\"CLUS");
      say(out, "TER2\",\"payload\":{}}\n");
      return;
    }
    if (++sends % 10 == 0) {
      say(
          out,
          "{\"type\":\"ERROR\",\"id\":"
              + id.group(1)
              + ",\"payload\":{\"code\":\"BUSY\",\"message\":\"later\",\"retry\":true}}\n");
      return;
    }
    say(out, "{\"type\":\"OK\",\"id\":" + id.group(1) + ",\"payload\":{}}\n");
    Matcher text = TEXT.matcher(line);
    String pushed =
        "{\"type\":\"MESSAGE\",\"payload\":{\"text\":\""
            + (text.find() ? text.group(1) : "")
            + "\"}}\n";
    for (OutputStream connection : connections) {
      say(connection, pushed.substring(0, 20));
      say(connection, pushed.substring(20));
    }
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

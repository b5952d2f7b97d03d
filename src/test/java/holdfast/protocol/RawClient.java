package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client that knows nothing but docs/PROTOCOL.md: a socket, lines written by hand, replies as
/// parsed JSON. For one thread.
public final class RawClient implements AutoCloseable {
  /// How long one frame may take. Not a time that is asserted: only a test that would hang meets
  /// it.
  public static final int PATIENCE_MS = 60_000;

  /// The longest line a server may send, in bytes.
  public static final int FRAME_BYTES_MAX = 262_144;

  private static final Set<String> RETRY =
      Set.of(
          "RATE_LIMITED",
          "BUSY",
          "NO_PRIMARY",
          "BEHIND",
          "TIMEOUT",
          "DISK_FULL",
          "SLOW_CONSUMER",
          "SHUTTING_DOWN");

  private static final JsonMapper JSON = new JsonMapper();

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Map<String, JsonNode> replies = new HashMap<>();
  private final Deque<JsonNode> pushed = new ArrayDeque<>();
  private final Deque<JsonNode> presences = new ArrayDeque<>();
  private Optional<JsonNode> last = Optional.empty();
  private int lastId;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  public static RawClient connect(int port) throws IOException {
    return connect(port, 0);
  }

  /// Connects to this port of the loopback.
  ///
  /// @param receiveBuffer bytes of SO_RCVBUF, for a client that shall be slow; 0: the system's
  public static RawClient connect(int port, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      return new RawClient(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// How long one frame may take from now on, in milliseconds.
  public void patience(int milliseconds) throws IOException {
    socket.setSoTimeout(milliseconds);
  }

  /// JSON as a test writes it, with ' for ".
  public static String json(String text) {
    return text.replace('\'', '"');
  }

  // ---- out

  public void bytes(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /// Sends the text and a newline as they are.
  public void line(String text) throws IOException {
    bytes((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Sends a frame, ' standing for ".
  public void frame(String text) throws IOException {
    line(json(text));
  }

  /// Sends a request and returns its id. `payload` and `extras` (fields of the frame) are JSON with
  /// ' for ".
  public String send(String type, String payload, String... extras) throws IOException {
    String id = "r" + ++lastId;
    frame(request(type, id, payload, extras));
    return id;
  }

  /// The line of a request.
  public static String request(String type, String id, String payload, String... extras) {
    StringBuilder line = new StringBuilder("{'type':'" + type + "','id':'" + id + "'");
    for (String extra : extras) {
      line.append(',').append(extra);
    }
    return line.append(",'payload':").append(payload).append('}').toString();
  }

  public void closeSendingSide() throws IOException {
    socket.shutdownOutput();
  }

  // ---- in

  /// The next frame, or nothing when the server has closed. Whatever comes must be one JSON object
  /// a line, in UTF-8, within the frame's bound, with a string `type`.
  public Optional<JsonNode> nextOrEnd() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      line.write(next);
      assertTrue(line.size() <= FRAME_BYTES_MAX, "a line longer than a frame may be");
      next = in.read();
    }
    if (next < 0) {
      assertEquals(0, line.size(), "the end came in the middle of a line");
      return Optional.empty();
    }
    byte[] bytes = line.toByteArray();
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertFalse(text.contains("\uFFFD"), () -> "not UTF-8: " + text);
    JsonNode frame = JSON.readTree(text);
    assertTrue(frame.isObject() && frame.path("type").isString(), () -> "no frame: " + text);
    last = Optional.of(frame);
    return last;
  }

  public JsonNode next() throws IOException {
    return nextOrEnd().orElseThrow(() -> new AssertionError("the server closed; " + lastSeen()));
  }

  private String lastSeen() {
    return last.map(frame -> "last came " + frame).orElse("nothing came");
  }

  /// The reply to the request with this id; what comes before it is kept.
  public JsonNode reply(String id) throws IOException {
    while (!replies.containsKey(id)) {
      sort(next());
    }
    return replies.remove(id);
  }

  private void sort(JsonNode frame) {
    if (frame.has("id")) {
      String id = frame.path("id").asString();
      assertFalse(replies.containsKey(id), () -> "answered twice: " + frame);
      replies.put(id, frame);
    } else if (frame.path("type").asString().equals("PRESENCE")) {
      presences.add(frame.path("payload"));
    } else {
      pushed.add(frame);
    }
  }

  /// The payload of the next PRESENCE event, which stands in no order to the others.
  public JsonNode presence() throws IOException {
    while (presences.isEmpty()) {
      sort(next());
    }
    return presences.remove();
  }

  /// The next frame without an `id` that is neither a CLUSTER nor a PRESENCE event.
  public JsonNode push() throws IOException {
    while (true) {
      while (pushed.isEmpty()) {
        sort(next());
      }
      JsonNode first = pushed.remove();
      if (!first.path("type").asString().equals("CLUSTER")) {
        return first;
      }
    }
  }

  /// The next push must be of this type; its payload.
  public JsonNode event(String type) throws IOException {
    JsonNode frame = push();
    assertEquals(type, frame.path("type").asString(), frame::toString);
    return frame.path("payload");
  }

  /// The server must have nothing more to say and close in order.
  public void ended() throws IOException {
    Optional<JsonNode> frame = nextOrEnd();
    assertTrue(frame.isEmpty(), () -> "no end, but " + frame);
  }

  /// Whether a PRESENCE event came that nobody asked for yet.
  public boolean hasPresence() {
    return !presences.isEmpty();
  }

  /// Throws away the events that came and that nobody asked for: of a client that only asks, and
  /// for long.
  public void forgetEvents() {
    pushed.clear();
    presences.clear();
  }

  // ---- both

  /// Asks and returns the whole reply.
  public JsonNode ask(String type, String payload, String... extras) throws IOException {
    return reply(send(type, payload, extras));
  }

  /// Asks; the reply must be OK. Its payload.
  public JsonNode ok(String type, String payload, String... extras) throws IOException {
    return okPayload(ask(type, payload, extras));
  }

  public static JsonNode okPayload(JsonNode reply) {
    assertEquals("OK", reply.path("type").asString(), reply::toString);
    return reply.path("payload");
  }

  /// Asks; the reply must be this error. Its payload.
  public JsonNode error(String code, String type, String payload, String... extras)
      throws IOException {
    return errorPayload(code, ask(type, payload, extras));
  }

  /// The payload of an ERROR, whose shape must be as docs/PROTOCOL.md has it.
  public static JsonNode errorPayload(String code, JsonNode reply) {
    assertEquals("ERROR", reply.path("type").asString(), reply::toString);
    JsonNode payload = reply.path("payload");
    assertEquals(code, payload.path("code").asString(), reply::toString);
    assertTrue(payload.path("message").isString(), reply::toString);
    assertFalse(payload.path("message").asString().isBlank(), reply::toString);
    assertTrue(payload.path("retry").isBoolean(), reply::toString);
    assertEquals(RETRY.contains(code), payload.path("retry").asBoolean(), reply::toString);
    assertEquals(
        code.equals("RATE_LIMITED"),
        payload.path("retry_after_ms").isIntegralNumber(),
        reply::toString);
    return payload;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

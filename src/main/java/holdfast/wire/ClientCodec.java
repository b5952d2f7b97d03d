package holdfast.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// The client port's frames as bytes, for both sides. Lines go in without their newline and come
/// out with it.
public final class ClientCodec {
  private ClientCodec() {}

  /// Reads a request as far as the frame alone allows: types, lengths, name syntax, limits; names
  /// are folded to lower case. Bare words (PING, STATUS, HELP, QUIT) are requests without `id`. A
  /// name that stands twice in one object is BAD_FRAME.
  ///
  /// @throws FrameException BAD_FRAME, UNKNOWN_TYPE or BAD_REQUEST, with the request's `id` where
  ///   it could be read
  public static ClientRequest parse(byte[] line) throws FrameException {
    return RequestReader.read(line);
  }

  /// The `type` of every request this version knows.
  public static List<String> requestTypes() {
    return Arrays.stream(RequestType.values()).map(RequestType::name).toList();
  }

  /// The `type` of a request's frame.
  public static String type(ClientRequest request) {
    return RequestWriter.type(request).name();
  }

  /// Whether a request of that type (one of `requestTypes`) gets NOT_LOGGED_IN before LOGIN.
  public static boolean needsLogin(String type) {
    return RequestType.valueOf(type).needsLogin();
  }

  /// The reply to the request with this `id` (JSON text, as `RequestHeader` holds it).
  public static byte[] ok(Optional<String> id, OkPayload payload) {
    return ReplyWriter.ok(id, payload);
  }

  /// The refusal of the request with this `id`, or, without, what is said before closing.
  public static byte[] error(
      Optional<String> id, ErrorCode code, String message, OptionalLong retryAfterMs) {
    return ReplyWriter.error(id, code, message, retryAfterMs);
  }

  public static byte[] event(ServerEvent event) {
    return ReplyWriter.event(event);
  }

  public static byte[] request(ClientRequest request) {
    return RequestWriter.line(request);
  }

  /// Reads a server's line.
  ///
  /// @throws FrameException if it is no frame, or lacks a field that its type always has
  public static ServerFrame parseServer(byte[] line) throws FrameException {
    return ReplyReader.read(line);
  }

  /// Reads an OK's payload as what the request asked for.
  ///
  /// @throws FrameException if a field is missing or of another kind
  public static <T extends OkPayload> T payload(Class<T> type, JsonNode payload)
      throws FrameException {
    return ReplyReader.payload(type, payload);
  }
}

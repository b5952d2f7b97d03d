package holdfast.wire;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// A line that a server sent, as a client reads it.
public sealed interface ServerFrame {
  /// The reply to the request with that `id` (JSON text). What the payload holds depends on the
  /// request: `ClientCodec.payload` reads it.
  record Ok(Optional<String> id, JsonNode payload) implements ServerFrame {}

  /// The request was not done, or (without `id`) why the server closes.
  ///
  /// @param name the code as it came
  /// @param code the same, if this version knows it
  /// @param retry the same request may succeed later or on another server
  @SuppressWarnings("AvoidCommonTypeNames") // the protocol's name; always written ServerFrame.Error
  record Error(
      Optional<String> id,
      String name,
      Optional<ErrorCode> code,
      String message,
      boolean retry,
      OptionalLong retryAfterMs)
      implements ServerFrame {
    /// How long to wait before the request is sent again: what the server asks for, but at least
    /// `least`.
    public Duration pause(Duration least) {
      Duration asked = Duration.ofMillis(retryAfterMs.orElse(0));
      return asked.compareTo(least) > 0 ? asked : least;
    }
  }

  record Pushed(ServerEvent event) implements ServerFrame {}

  /// A frame of a newer server: to be ignored.
  record Unknown(String type) implements ServerFrame {}
}

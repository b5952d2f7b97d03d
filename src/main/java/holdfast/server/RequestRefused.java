package holdfast.server;

import holdfast.wire.ErrorCode;
import java.util.OptionalLong;

/// A request ends with this ERROR. An expected outcome, so it carries no stack trace.
final class RequestRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final long retryAfterMs;

  RequestRefused(ErrorCode code, String message) {
    this(code, message, -1);
  }

  RequestRefused(ErrorCode code, String message, long retryAfterMs) {
    super(message, null, false, false);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  ErrorCode code() {
    return code;
  }

  OptionalLong retryAfterMs() {
    return retryAfterMs < 0 ? OptionalLong.empty() : OptionalLong.of(retryAfterMs);
  }

  /// Whether the refusal rests on something being absent or old, so that a copy that may lag must
  /// not give it before a read index is confirmed (PROTOCOL, Any server).
  boolean restsOnAbsence() {
    return switch (code) {
      case NO_SUCH_USER, NO_SUCH_ROOM, NO_SUCH_MESSAGE, NOT_A_MEMBER, BAD_CREDENTIALS -> true;
      case BAD_FRAME,
          FRAME_TOO_LARGE,
          UNKNOWN_TYPE,
          BAD_REQUEST,
          NOT_LOGGED_IN,
          USERNAME_TAKEN,
          ROOM_EXISTS,
          BLOCKED,
          FORBIDDEN,
          LIMIT,
          INTERNAL,
          RATE_LIMITED,
          BUSY,
          NO_PRIMARY,
          BEHIND,
          TIMEOUT,
          DISK_FULL,
          SLOW_CONSUMER,
          SHUTTING_DOWN ->
          false;
    };
  }
}

package holdfast.wire;

import java.util.Optional;

/// A frame that cannot be taken as it is. The message is one sentence that names the field or the
/// place, and never repeats what stood there: it may be logged.
public final class FrameException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String id;
  private final String type;

  public FrameException(ErrorCode code, String message) {
    this(code, message, "", "");
  }

  private FrameException(ErrorCode code, String message, String id, String type) {
    // No stack trace: bad lines are ordinary, and must not cost more than good ones.
    super(message, null, false, false);
    this.code = code;
    this.id = id;
    this.type = type;
  }

  /// The same, told of the frame it was found in; empty strings stand for what could not be read.
  FrameException in(Optional<String> frameId, String frameType) {
    return new FrameException(code, getMessage(), frameId.orElse(""), frameType);
  }

  static FrameException badFrame(String message) {
    return new FrameException(ErrorCode.BAD_FRAME, message);
  }

  static FrameException badRequest(String message) {
    return new FrameException(ErrorCode.BAD_REQUEST, message);
  }

  /// What to answer: BAD_FRAME, UNKNOWN_TYPE or BAD_REQUEST.
  public ErrorCode code() {
    return code;
  }

  /// The request's `id` as JSON text, where it could be read.
  public Optional<String> id() {
    return id.isEmpty() ? Optional.empty() : Optional.of(id);
  }

  /// The frame's `type`, once it is known to be one of ours. NOT_LOGGED_IN comes before
  /// BAD_REQUEST: whoever answers asks `ClientCodec.needsLogin` of it first.
  public Optional<String> type() {
    return type.isEmpty() ? Optional.empty() : Optional.of(type);
  }
}

package holdfast.client;

import holdfast.wire.ErrorCode;

/// A server's refusal, or what it would refuse for certain.
public final class ChatError extends ChatException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  ChatError(ErrorCode code, String message, boolean outcomeUnknown) {
    super(message, outcomeUnknown);
    this.code = code;
  }

  /// The protocol's code. INTERNAL stands for one this version does not know.
  public ErrorCode code() {
    return code;
  }
}

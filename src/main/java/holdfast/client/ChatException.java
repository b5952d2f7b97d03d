package holdfast.client;

/// Why a request did not succeed.
public abstract sealed class ChatException extends RuntimeException permits ChatError, ChatGaveUp {
  private static final long serialVersionUID = 1L;

  private final boolean outcomeUnknown;

  ChatException(String message, boolean outcomeUnknown) {
    super(message);
    this.outcomeUnknown = outcomeUnknown;
  }

  /// The request may have been done, or may still be: it had been sent, and no answer to it came.
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}

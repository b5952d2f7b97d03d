package holdfast.client;

/// No server answered in the time that requests are repeated for, or the client was closed.
public final class ChatGaveUp extends ChatException {
  private static final long serialVersionUID = 1L;

  ChatGaveUp(String message, boolean outcomeUnknown) {
    super(message, outcomeUnknown);
  }
}

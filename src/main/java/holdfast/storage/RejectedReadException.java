package holdfast.storage;

/// A read was not begun: too many wait already, the store is closing, or the caller was
/// interrupted. The same read may succeed later.
public final class RejectedReadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RejectedReadException(String message) {
    super(message);
  }
}

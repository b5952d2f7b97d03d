package holdfast.storage;

/// A read was not begun: too many wait already, the store is closing, the caller was interrupted,
/// or a full disk keeps back what it has to see. The same read may succeed later.
public final class RejectedReadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RejectedReadException(String message) {
    super(message);
  }
}

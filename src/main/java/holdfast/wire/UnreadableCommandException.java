package holdfast.wire;

/// A command of the log that this version cannot apply: of a newer version, of an unknown type, or
/// damaged. Skipping it would make this replica differ from the others, so the server stops
/// applying and says so.
public final class UnreadableCommandException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableCommandException(String message) {
    super(message);
  }
}

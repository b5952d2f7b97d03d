package holdfast.server;

/// A server could not start; the message is the sentence for whoever started it.
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /// @param exitCode 2 configuration, 3 port or directory taken, 4 refused (cluster, disk, schema),
  ///   1 anything else
  public StartException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}

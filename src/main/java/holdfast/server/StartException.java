package holdfast.server;

public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;
  private final int exitCode;

  public StartException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}

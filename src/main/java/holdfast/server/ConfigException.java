package holdfast.server;

/// A configuration that must not be served. The message is for people: where it stands (file and
/// line, environment variable, or `--set`), the key, what is wrong, and what is allowed. A command
/// that meets it ends with exit status 2.
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}

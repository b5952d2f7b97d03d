package holdfast.storage;

/// The disk or a file on it failed. What was written before may be lost without a trace, so the
/// server must exit at once: it must neither try again nor acknowledge anything more (DESIGN
/// 10.20).
public final class DiskFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean damaged;

  DiskFailedException(String message, boolean damaged, Throwable cause) {
    super(message, cause);
    this.damaged = damaged;
  }

  DiskFailedException(String message) {
    super(message);
    this.damaged = true;
  }

  /// Whether a file's content is at fault, rather than the disk's answer.
  boolean damaged() {
    return damaged;
  }
}

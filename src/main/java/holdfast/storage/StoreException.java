package holdfast.storage;

/// Why a data directory could not be opened, with a sentence that says what to do.
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  StoreException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// A refusal by somebody who uses the store.
  public static StoreException refused(String sentence) {
    return new StoreException(Kind.REFUSED, sentence);
  }

  /// The disk failed somebody who uses the store.
  public static StoreException disk(String sentence, Exception cause) {
    return new StoreException(Kind.DISK, sentence + ": " + cause.getMessage(), cause);
  }

  public Kind kind() {
    return kind;
  }

  /// What sort of trouble; each has its exit code.
  public enum Kind {
    /// Another process has the directory.
    TAKEN,
    /// What is there is foreign, newer than this program, or damaged. Nothing was changed.
    REFUSED,
    /// The disk, or the right to use it, failed.
    DISK
  }
}

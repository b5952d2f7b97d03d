package holdfast.operate;

/// A server's refusal of what an operator asked, as a sentence.
public final class AdminException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  AdminException(String code, String message) {
    super(message);
    this.code = code;
  }

  /// The protocol's error code.
  public String code() {
    return code;
  }
}

package holdfast.wire;

/// The `code` of an ERROR, and whether the same request may succeed later or on another server.
public enum ErrorCode {
  BAD_FRAME(false),
  FRAME_TOO_LARGE(false),
  UNKNOWN_TYPE(false),
  BAD_REQUEST(false),
  NOT_LOGGED_IN(false),
  BAD_CREDENTIALS(false),
  USERNAME_TAKEN(false),
  NO_SUCH_USER(false),
  NO_SUCH_ROOM(false),
  NO_SUCH_MESSAGE(false),
  ROOM_EXISTS(false),
  NOT_A_MEMBER(false),
  BLOCKED(false),
  FORBIDDEN(false),
  LIMIT(false),
  INTERNAL(false),
  RATE_LIMITED(true),
  BUSY(true),
  /// Certainly not done this time; an earlier attempt that got TIMEOUT may be.
  NO_PRIMARY(true),
  BEHIND(true),
  /// The outcome is unknown: only the same request_id makes a retry safe.
  TIMEOUT(true),
  DISK_FULL(true),
  SLOW_CONSUMER(true),
  SHUTTING_DOWN(true);

  private final boolean retry;

  ErrorCode(boolean retry) {
    this.retry = retry;
  }

  public boolean retry() {
    return retry;
  }
}

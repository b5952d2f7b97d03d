package holdfast.storage;

/// The disk is full. Nothing of the transaction is kept; after `SqliteStore.rollback` everything is
/// as it was before it, and the store may be used again once there is room.
public final class DiskFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}

package holdfast.transport;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes that wait on many connections at once: while all of them together are within the budget
/// each may use its own bound, beyond it only a small share. For any number of threads.
public final class ByteBudget {
  /// What every connection may have waiting, whatever the others have.
  private static final long SHARE_BYTES = 64 * 1_024;

  private final long bytesMax;
  private final AtomicLong used = new AtomicLong();

  public ByteBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /// Whether a connection may have `bytes` waiting.
  boolean allows(long bytes) {
    return bytes <= SHARE_BYTES || used.get() <= bytesMax;
  }

  /// So many more wait; below 0: fewer.
  void add(long bytes) {
    used.addAndGet(bytes);
  }

  long used() {
    return used.get();
  }
}

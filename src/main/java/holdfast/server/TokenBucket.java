package holdfast.server;

import java.util.concurrent.TimeUnit;

/// Lets so many things happen a second, and after a rest some more at once. Safe for any thread.
final class TokenBucket {
  private final long intervalNanos;
  private final long burstNanos;

  /// When everything that was let through would have happened at an even pace.
  private long paidUntil;

  /// @param burst how many at once, after a rest
  TokenBucket(int perSecond, int burst, long nowNanos) {
    intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    burstNanos = intervalNanos * burst;
    paidUntil = nowNanos;
  }

  /// 0: it may happen. Else after how many milliseconds it might, and nothing is counted.
  synchronized long take(long nowNanos) {
    long ahead = Math.max(0, paidUntil - nowNanos);
    long wait = ahead + intervalNanos - burstNanos;
    if (wait > 0) {
      return TimeUnit.NANOSECONDS.toMillis(wait) + 1;
    }
    paidUntil = nowNanos + ahead + intervalNanos;
    return 0;
  }
}

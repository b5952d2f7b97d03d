package holdfast.server;

import holdfast.wire.ErrorCode;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Slows down guessing of passwords: after a few failures for a name, further attempts wait out a
/// minute. Safe for any thread.
final class SignInThrottle {
  /// Failures for one name within the window before attempts are refused.
  private static final int FAILURES_MAX = 5;

  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

  /// Names remembered; a full table starts anew.
  private static final int NAMES_MAX = 65_536;

  private final ConcurrentHashMap<String, Failures> failures = new ConcurrentHashMap<>();

  private record Failures(int count, long firstNanos) {}

  void check(String username) throws RequestRefused {
    Failures failed = failures.get(username);
    if (failed == null || failed.count() < FAILURES_MAX) {
      return;
    }
    long left = WINDOW_NANOS - (System.nanoTime() - failed.firstNanos());
    if (left > 0) {
      throw new RequestRefused(
          ErrorCode.RATE_LIMITED,
          "too many failed attempts for this name; wait a little",
          TimeUnit.NANOSECONDS.toMillis(left) + 1);
    }
    failures.remove(username, failed);
  }

  void failed(String username) {
    if (failures.size() >= NAMES_MAX) {
      failures.clear();
    }
    long now = System.nanoTime();
    failures.merge(
        username,
        new Failures(1, now),
        (before, one) ->
            now - before.firstNanos() > WINDOW_NANOS
                ? one
                : new Failures(before.count() + 1, before.firstNanos()));
  }

  void succeeded(String username) {
    failures.remove(username);
  }
}

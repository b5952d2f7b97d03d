package holdfast.operate;

import java.time.Duration;
import java.util.Optional;

/// Asking other processes again and again until something is so. They are not ours to be told by:
/// all that can be done is to look.
public final class Poll {
  /// Between two looks at servers of the same machine.
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Poll() {}

  /// One look.
  ///
  /// @param <T> what is looked for
  /// @param <E> what ends the polling at once
  @FunctionalInterface
  public interface Look<T, E extends Exception> {
    /// What is looked for, if it is there by now.
    Optional<T> look() throws E, InterruptedException;
  }

  /// What `look` found first; empty if it found nothing within `patience`. It looks at least once,
  /// and for the last time when `patience` is over.
  public static <T, E extends Exception> Optional<T> until(Duration patience, Look<T, E> look)
      throws E, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      boolean isLast = System.nanoTime() - deadline >= 0;
      Optional<T> found = look.look();
      if (found.isPresent() || isLast) {
        return found;
      }
      Thread.sleep(PAUSE);
    }
  }
}

package holdfast.check;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/// Invariants that are always on. A broken one is a bug in this program, never bad input: it stops
/// the server before the bug can spread to the other servers or to the disk.
public final class Check {
  private Check() {}

  /// Throws unless `condition` holds; the message is formatted only then.
  @FormatMethod
  public static void that(boolean condition, @FormatString String message, Object... arguments) {
    if (!condition) {
      throw new Broken(String.format(message, arguments));
    }
  }

  /// An invariant did not hold.
  public static final class Broken extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }
}

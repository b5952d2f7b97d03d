package holdfast.simulation;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/// A promise was broken.
final class Violation extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private Violation(String message) {
    super(message);
  }

  /// Throws unless `holds`.
  @FormatMethod
  static void unless(boolean holds, @FormatString String message, Object... arguments) {
    if (!holds) {
      throw new Violation(String.format(message, arguments));
    }
  }
}

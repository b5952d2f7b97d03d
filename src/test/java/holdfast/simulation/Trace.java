package holdfast.simulation;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;

/// What happened, line by line, if anybody wants to know.
final class Trace {
  private final boolean on;
  private final StringBuilder text = new StringBuilder();

  Trace(boolean on) {
    this.on = on;
  }

  /// Whether lines are kept; ask before making an expensive one.
  boolean on() {
    return on;
  }

  @FormatMethod
  void line(long now, @FormatString String message, Object... arguments) {
    if (on) {
      text.append(String.format(Locale.ROOT, "%9.3f ", now / (double) Agenda.MS))
          .append(String.format(Locale.ROOT, message, arguments))
          .append('\n');
    }
  }

  String text() {
    return text.toString();
  }
}

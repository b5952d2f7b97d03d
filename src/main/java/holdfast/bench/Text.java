package holdfast.bench;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;

/// A table under construction, the same in every country.
final class Text {
  private final StringBuilder text = new StringBuilder();

  @FormatMethod
  void line(@FormatString String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

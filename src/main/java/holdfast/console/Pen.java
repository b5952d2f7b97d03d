package holdfast.console;

import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// Text cut and filled to a number of columns.
final class Pen {
  private Pen() {}

  /// As many columns of the text as fit, the last one an ellipsis if that is not all.
  static String cut(String text, int columns, boolean unicode) {
    if (Wrapping.width(text) <= columns) {
      return text;
    }
    if (columns <= 0) {
      return "";
    }
    int used = 0;
    int end = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      int width = Wrapping.width(Character.toString(c));
      if (used + width > columns - 1) {
        break;
      }
      used += width;
      end += Character.charCount(c);
    }
    return text.substring(0, end) + (unicode ? "…" : "+");
  }

  static String left(String text, int columns, boolean unicode) {
    String cut = cut(text, columns, unicode);
    return cut + " ".repeat(Math.max(0, columns - Wrapping.width(cut)));
  }

  static String right(String text, int columns, boolean unicode) {
    String cut = cut(text, columns, unicode);
    return " ".repeat(Math.max(0, columns - Wrapping.width(cut))) + cut;
  }

  /// The line filled up to so many columns.
  static AttributedString fill(AttributedString line, int columns, AttributedStyle style) {
    int width = Wrapping.width(line.toString());
    if (width >= columns) {
      return line;
    }
    return new AttributedStringBuilder()
        .append(line)
        .append(" ".repeat(columns - width), style)
        .toAttributedString();
  }
}

package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.WCWidth;

/// Breaks text into lines that fit a number of terminal columns, between words where it can.
final class Wrapping {
  /// Narrower than this, wrapping makes text worse to read.
  static final int COLUMNS_MIN = 10;

  private Wrapping() {}

  /// The text's lines, each at most `columns` wide; at its own newlines only if `columns` is below
  /// the least.
  static List<String> lines(String text, int columns) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : text.split("\n", -1)) {
      if (columns < COLUMNS_MIN) {
        lines.add(paragraph);
      } else {
        wrap(paragraph, columns, lines);
      }
    }
    return lines;
  }

  /// How many columns the text takes.
  static int width(String text) {
    return text.codePoints().map(Wrapping::width).sum();
  }

  private static int width(int codePoint) {
    return Math.max(0, WCWidth.wcwidth(codePoint));
  }

  private static void wrap(String paragraph, int columns, List<String> lines) {
    int start = 0;
    int lastSpace = -1;
    int used = 0;
    int i = 0;
    while (i < paragraph.length()) {
      int c = paragraph.codePointAt(i);
      int w = width(c);
      if (used + w > columns && i > start) {
        boolean atSpace = c == ' ';
        int end = atSpace ? i : lastSpace > start ? lastSpace : i;
        lines.add(paragraph.substring(start, end));
        start = end;
        if (start < paragraph.length() && paragraph.charAt(start) == ' ') {
          start++;
        }
        i = start;
        used = 0;
        lastSpace = -1;
        continue;
      }
      if (c == ' ') {
        lastSpace = i;
      }
      used += w;
      i += Character.charCount(c);
    }
    lines.add(paragraph.substring(start));
  }
}

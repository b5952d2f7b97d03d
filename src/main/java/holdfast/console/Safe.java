package holdfast.console;

/// Makes text from others harmless to a terminal: what is left can only be seen, not obeyed.
public final class Safe {
  private static final int REPLACEMENT = 0xFFFD;

  /// Columns of a tab, since a terminal's own tab stops know nothing of our indent.
  private static final String TAB = "    ";

  private Safe() {}

  /// The text on one line.
  public static String line(String text) {
    return text(text).replace('\n', ' ');
  }

  /// The text without control characters (C0, C1, escape among them) except newline, and without
  /// the invisible characters that turn the direction of what follows.
  public static String text(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(safe, c));
    return safe.toString();
  }

  private static void append(StringBuilder safe, int c) {
    if (c == '\n') {
      safe.append('\n');
    } else if (c == '\t') {
      safe.append(TAB);
    } else if (c == 0x2028 || c == 0x2029) {
      safe.append(' ');
    } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      safe.appendCodePoint(REPLACEMENT);
    } else if (!Character.isISOControl(c) && !turnsDirection(c)) {
      safe.appendCodePoint(c);
    }
  }

  private static boolean turnsDirection(int c) {
    return (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x200E
        || c == 0x200F
        || c == 0x061C;
  }
}

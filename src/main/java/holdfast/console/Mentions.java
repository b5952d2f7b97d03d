package holdfast.console;

import java.util.Locale;

/// Whether a text speaks to somebody: `@name`.
final class Mentions {
  private Mentions() {}

  static boolean names(String text, String me) {
    String small = text.toLowerCase(Locale.ROOT);
    String name = "@" + me;
    int at = small.indexOf(name);
    while (at >= 0) {
      if (standsAlone(small, at, at + name.length())) {
        return true;
      }
      at = small.indexOf(name, at + 1);
    }
    return false;
  }

  /// A name may end a sentence, so a dot after it that ends it, too, is no part of it.
  private static boolean standsAlone(String text, int from, int to) {
    boolean before = from == 0 || !isNameCharacter(text.charAt(from - 1));
    int end = to;
    while (end < text.length() && ".-_".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    boolean plainEnd = end == text.length() || !isNameCharacter(text.charAt(end));
    return before && plainEnd && (end == to || text.charAt(to) != '_');
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ".-_".indexOf(c) >= 0;
  }
}

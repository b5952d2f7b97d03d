package holdfast.chat;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/// Finds the names that a text mentions: `@name`, not in the middle of a word, so that an address
/// for mail mentions nobody.
final class Mentions {
  /// Names of one text that count; more are text.
  static final int NAMES_MAX = 8;

  /// Characters of a name.
  private static final int LENGTH_MAX = 32;

  private Mentions() {}

  /// Whether it is worth looking.
  static boolean mayBeIn(String text) {
    return text.indexOf('@') >= 0;
  }

  /// What may be names of accounts, folded. As a name may end with a dot or a dash, and a sentence
  /// does, too, such a one is there with and without what it ends with.
  static Set<String> namesIn(String text) {
    Set<String> names = new LinkedHashSet<>();
    int found = 0;
    for (int at = text.indexOf('@'); at >= 0 && found < NAMES_MAX; at = text.indexOf('@', at + 1)) {
      int end = at + 1;
      while (end < text.length() && isNameCharacter(text.charAt(end))) {
        end++;
      }
      boolean begins = at == 0 || !Character.isLetterOrDigit(text.codePointBefore(at));
      if (begins && end > at + 1 && isLetterOrDigit(text.charAt(at + 1))) {
        found++;
        addNames(text.substring(at + 1, end).toLowerCase(Locale.ROOT), names);
      }
    }
    return names;
  }

  private static void addNames(String whole, Set<String> names) {
    int end = whole.length();
    while (!isLetterOrDigit(whole.charAt(end - 1))) {
      end--;
    }
    if (whole.length() <= LENGTH_MAX) {
      names.add(whole);
    }
    if (end <= LENGTH_MAX) {
      names.add(whole.substring(0, end));
    }
  }

  private static boolean isNameCharacter(char c) {
    return isLetterOrDigit(c) || c == '_' || c == '.' || c == '-';
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  }
}

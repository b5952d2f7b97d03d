package holdfast.wire;

import java.util.Optional;

/// The syntax of account and room names: `[a-z0-9][a-z0-9_.-]{0,31}`, a room with `#` before it.
/// ASCII letters are folded to lower case, and only they: no other character becomes a name by
/// folding.
public final class Names {
  /// Characters of an account's name, or of a room's after its `#`.
  public static final int LENGTH_MAX = 32;

  private Names() {}

  /// The account's name, folded; empty if it is none.
  public static Optional<String> account(String text) {
    return bare(text);
  }

  /// The room's name with `#`, folded; empty if it is none.
  public static Optional<String> room(String text) {
    return prefixed(text, '#');
  }

  /// `@account` or `#room`, folded; empty if it is neither.
  public static Optional<String> conversation(String text) {
    return text.startsWith("@") ? prefixed(text, '@') : room(text);
  }

  private static Optional<String> prefixed(String text, char prefix) {
    if (text.isEmpty() || text.charAt(0) != prefix) {
      return Optional.empty();
    }
    return bare(text.substring(1)).map(name -> prefix + name);
  }

  private static Optional<String> bare(String text) {
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(i == 0 ? isLetterOrDigit(c) : isNameCharacter(c))) {
        return Optional.empty();
      }
    }
    return Optional.of(fold(text));
  }

  static boolean isNameCharacter(char c) {
    return isLetterOrDigit(c) || c == '_' || c == '.' || c == '-';
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  }

  static String fold(String text) {
    StringBuilder folded = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        if (folded == null) {
          folded = new StringBuilder(text);
        }
        folded.setCharAt(i, (char) (c + ('a' - 'A')));
      }
    }
    return folded == null ? text : folded.toString();
  }
}

package holdfast.wire;

import java.util.Optional;

/// Numbers of 0 or more in base 36, each in exactly one form.
final class Numerals {
  private static final int BASE = 36;

  /// Digits of the largest long.
  private static final int DIGITS_MAX = 13;

  private Numerals() {}

  static String text(long value) {
    return Long.toString(value, BASE);
  }

  /// The number up to `max`, or empty if the text is not its one form.
  static Optional<Long> parse(String text, long max) {
    if (text.isEmpty() || text.length() > DIGITS_MAX) {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
      if (digit < 0 || value > (max - digit) / BASE) {
        return Optional.empty();
      }
      value = value * BASE + digit;
    }
    return text(value).equals(text) ? Optional.of(value) : Optional.empty();
  }
}

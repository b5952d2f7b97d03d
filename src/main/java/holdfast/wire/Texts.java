package holdfast.wire;

/// What texts from clients may hold. Lengths count Unicode code points.
final class Texts {
  private Texts() {}

  /// Text of several lines: no control characters but tab and newline, no lone surrogates.
  static void checkText(String field, String text, int min, int max) throws FrameException {
    checkLength(field, text, min, max);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) && c != '\n' && c != '\t') {
        throw FrameException.badRequest(
            "`" + field + "` has a control character other than tab and newline");
      }
    }
    checkSurrogates(field, text);
  }

  /// Text of one line: no control characters, no lone surrogates.
  static void checkLine(String field, String text, int min, int max) throws FrameException {
    checkLength(field, text, min, max);
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw FrameException.badRequest("`" + field + "` has a control character");
    }
    checkSurrogates(field, text);
  }

  /// Any characters; no lone surrogates, since those have no bytes to hash.
  static void checkSecret(String field, String text, int min, int max) throws FrameException {
    checkLength(field, text, min, max);
    checkSurrogates(field, text);
  }

  /// Whether the character shows nothing: white space of any kind, no-break spaces included.
  static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  private static void checkLength(String field, String text, int min, int max)
      throws FrameException {
    int length = text.codePointCount(0, text.length());
    if (length < min || length > max) {
      throw FrameException.badRequest(
          "`" + field + "` must have " + min + " to " + max + " characters");
    }
  }

  private static void checkSurrogates(String field, String text) throws FrameException {
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      if (codePoint <= Character.MAX_VALUE && Character.isSurrogate((char) codePoint)) {
        throw FrameException.badRequest("`" + field + "` has half a character: a lone surrogate");
      }
      i += Character.charCount(codePoint);
    }
  }
}

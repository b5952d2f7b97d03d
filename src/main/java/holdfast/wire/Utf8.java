package holdfast.wire;

/// Tells strict UTF-8 text (RFC 3629) from other bytes. JSON parsers let some of it pass: overlong
/// forms, encoded surrogates, even UTF-16.
final class Utf8 {
  private Utf8() {}

  /// The offset of the first byte that no line of JSON may hold there, or -1: what is not UTF-8,
  /// and control characters other than the tab and the carriage return.
  static int firstBad(byte[] line) {
    int i = 0;
    while (i < line.length) {
      byte b = line[i];
      if (b >= 0) {
        if (b < 0x20 && b != '\t' && b != '\r') {
          return i;
        }
        i++;
        continue;
      }
      int length = sequenceLength(line, i);
      if (length == 0) {
        return i;
      }
      i += length;
    }
    return -1;
  }

  /// The bytes of the multi-byte character at `i`; 0 if there is none.
  private static int sequenceLength(byte[] line, int i) {
    int first = line[i] & 0xff;
    if (first < 0xc2 || first > 0xf4) {
      return 0;
    }
    int length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (i + length > line.length) {
      return 0;
    }
    for (int k = 1; k < length; k++) {
      if ((line[i + k] & 0xc0) != 0x80) {
        return 0;
      }
    }
    int second = line[i + 1] & 0xff;
    boolean outOfRange =
        (first == 0xe0 && second < 0xa0) // overlong
            || (first == 0xed && second > 0x9f) // a surrogate
            || (first == 0xf0 && second < 0x90) // overlong
            || (first == 0xf4 && second > 0x8f); // beyond U+10FFFF
    return outOfRange ? 0 : length;
  }
}

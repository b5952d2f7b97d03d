package holdfast.wire;

import java.util.Arrays;

/// Compact JSON text as it grows, in UTF-8. Not a general writer: names are plain ASCII constants,
/// and nesting is the caller's business.
final class JsonWriter {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  /// Bytes of the longest form of one UTF-16 unit, an escape.
  private static final int UNIT_BYTES_MAX = 6;

  private static final int LONG_BYTES_MAX = 20;

  private byte[] bytes;
  private int size;
  private boolean comma;

  /// `expected`: a guess of the length in bytes.
  JsonWriter(int expected) {
    bytes = new byte[expected];
  }

  JsonWriter open() {
    return start('{');
  }

  JsonWriter close() {
    return end('}');
  }

  JsonWriter openList() {
    return start('[');
  }

  JsonWriter closeList() {
    return end(']');
  }

  /// Starts the field `name`; its value comes next.
  JsonWriter name(String name) {
    separate();
    room(name.length() + 3);
    bytes[size++] = '"';
    for (int i = 0; i < name.length(); i++) {
      bytes[size++] = (byte) name.charAt(i);
    }
    bytes[size++] = '"';
    bytes[size++] = ':';
    comma = false;
    return this;
  }

  /// Starts the field of any name.
  JsonWriter textName(String name) {
    value(name);
    room(1);
    bytes[size++] = ':';
    comma = false;
    return this;
  }

  JsonWriter field(String name, String value) {
    return name(name).value(value);
  }

  JsonWriter field(String name, long value) {
    return name(name).value(value);
  }

  JsonWriter field(String name, boolean value) {
    return name(name).value(value);
  }

  JsonWriter nullField(String name) {
    return name(name).raw(NULL);
  }

  JsonWriter rawField(String name, byte[] json) {
    return name(name).raw(json);
  }

  JsonWriter value(long value) {
    separate();
    room(LONG_BYTES_MAX);
    if (value < 0) {
      // Rare; Long.MIN_VALUE has no positive twin.
      String text = Long.toString(value);
      for (int i = 0; i < text.length(); i++) {
        bytes[size++] = (byte) text.charAt(i);
      }
    } else {
      int end = size + digits(value);
      long rest = value;
      for (int i = end - 1; i >= size; i--) {
        bytes[i] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      size = end;
    }
    comma = true;
    return this;
  }

  JsonWriter value(boolean value) {
    return raw(value ? TRUE : FALSE);
  }

  JsonWriter value(String text) {
    separate();
    room(text.length() * 3 + 2);
    bytes[size++] = '"';
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        if (c >= 0x20 && c != '"' && c != '\\') {
          bytes[size++] = (byte) c;
        } else {
          // An escape may take more than the three bytes reserved for each unit.
          room((length - i) * 3 + UNIT_BYTES_MAX);
          escape(c);
        }
      } else if (c < 0x800) {
        bytes[size++] = (byte) (0xc0 | (c >> 6));
        bytes[size++] = (byte) (0x80 | (c & 0x3f));
      } else if (!Character.isSurrogate(c)) {
        threeBytes(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        fourBytes(Character.toCodePoint(c, text.charAt(++i)));
      } else {
        // A lone surrogate has no UTF-8 form; its escape is legal JSON and reads back the same.
        room((length - i) * 3 + UNIT_BYTES_MAX);
        unicodeEscape(c);
      }
    }
    bytes[size++] = '"';
    comma = true;
    return this;
  }

  /// Appends a value that is JSON text already.
  JsonWriter raw(byte[] json) {
    separate();
    room(json.length);
    System.arraycopy(json, 0, bytes, size, json.length);
    size += json.length;
    comma = true;
    return this;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /// The text as a frame: with the newline.
  byte[] toLine() {
    byte[] line = Arrays.copyOf(bytes, size + 1);
    line[size] = '\n';
    return line;
  }

  private JsonWriter start(char bracket) {
    separate();
    room(1);
    bytes[size++] = (byte) bracket;
    comma = false;
    return this;
  }

  private JsonWriter end(char bracket) {
    room(1);
    bytes[size++] = (byte) bracket;
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      room(1);
      bytes[size++] = ',';
    }
  }

  private void escape(char c) {
    switch (c) {
      case '"', '\\' -> shortEscape(c);
      case '\n' -> shortEscape('n');
      case '\t' -> shortEscape('t');
      case '\r' -> shortEscape('r');
      default -> unicodeEscape(c);
    }
  }

  private void shortEscape(char letter) {
    bytes[size++] = '\\';
    bytes[size++] = (byte) letter;
  }

  private void unicodeEscape(char c) {
    bytes[size++] = '\\';
    bytes[size++] = 'u';
    bytes[size++] = HEX[c >> 12];
    bytes[size++] = HEX[(c >> 8) & 0xf];
    bytes[size++] = HEX[(c >> 4) & 0xf];
    bytes[size++] = HEX[c & 0xf];
  }

  private void threeBytes(char c) {
    bytes[size++] = (byte) (0xe0 | (c >> 12));
    bytes[size++] = (byte) (0x80 | ((c >> 6) & 0x3f));
    bytes[size++] = (byte) (0x80 | (c & 0x3f));
  }

  private void fourBytes(int codePoint) {
    bytes[size++] = (byte) (0xf0 | (codePoint >> 18));
    bytes[size++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
    bytes[size++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
    bytes[size++] = (byte) (0x80 | (codePoint & 0x3f));
  }

  private static int digits(long value) {
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private void room(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }
}

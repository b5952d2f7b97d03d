package holdfast.bench;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Cuts what a server sends into lines, and tells at their first bytes the two kinds that a load
/// meets all the time, without reading their JSON: an OK to a numbered request, and a MESSAGE
/// pushed. Whatever looks different, if only by a space, is handed on as it is, to be read
/// properly.
final class ReplyScanner {
  /// What becomes of each line.
  interface Lines {
    void onOk(long number) throws IOException;

    /// The line stands in [start, end), until this returns.
    void onMessage(byte[] bytes, int start, int end) throws IOException;

    /// Any other line, without its newline.
    void onOther(byte[] line) throws IOException;
  }

  private static final int WORD = Long.BYTES;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// The beginnings `{"type":"OK","id":` and `{"type":"MESSAGE",`, in words of eight bytes.
  private static final long TYPE = word("{\"type\":");

  private static final long OK_ID = word("\"OK\",\"id");
  private static final long MESSAGE = word("\"MESSAGE");

  private static final long NEWLINES = 0x0A0A_0A0A_0A0A_0A0AL;
  private static final long LOW_BITS = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private static final int DIGITS_MAX = 18;

  private final byte[] bytes;
  private final ByteBuffer buffer;

  /// @param lineBytesMax the longest line taken
  ReplyScanner(int lineBytesMax) {
    bytes = new byte[lineBytesMax + 1];
    buffer = ByteBuffer.wrap(bytes);
  }

  private static long word(String eight) {
    return (long) WORDS.get(eight.getBytes(StandardCharsets.US_ASCII), 0);
  }

  /// Where what comes next is to be put: the part of a line that came before stands in front.
  ByteBuffer space() {
    return buffer;
  }

  /// Hands on each line that has come whole.
  ///
  /// @throws IOException if a line is longer than what is taken, or from `lines`
  void scan(Lines lines) throws IOException {
    int end = buffer.position();
    int start = 0;
    int newline = newline(start, end);
    while (newline < end) {
      line(start, newline, lines);
      start = newline + 1;
      newline = newline(start, end);
    }
    buffer.limit(end).position(start);
    buffer.compact();
    if (!buffer.hasRemaining()) {
      throw new IOException("a line longer than " + (bytes.length - 1) + " bytes");
    }
  }

  /// The place of the first newline in [from, end), or `end`.
  private int newline(int from, int end) {
    int at = from;
    while (at + WORD <= end) {
      // A byte that equals the newline is now zero, and the lowest zero byte sets its high bit.
      long differs = (long) WORDS.get(bytes, at) ^ NEWLINES;
      long found = (differs - LOW_BITS) & ~differs & HIGH_BITS;
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
      at += WORD;
    }
    while (at < end && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private void line(int start, int end, Lines lines) throws IOException {
    if (end - start > 2 * WORD + 2 && (long) WORDS.get(bytes, start) == TYPE) {
      long type = (long) WORDS.get(bytes, start + WORD);
      int next = start + 2 * WORD;
      if (type == MESSAGE && bytes[next] == '"' && bytes[next + 1] == ',') {
        lines.onMessage(bytes, start, end);
        return;
      }
      if (type == OK_ID && bytes[next] == '"' && bytes[next + 1] == ':') {
        long number = number(next + 2, end);
        if (number >= 0) {
          lines.onOk(number);
          return;
        }
      }
    }
    lines.onOther(Arrays.copyOfRange(bytes, start, end));
  }

  /// The digits from here to a comma as a number, or -1 if that is not what stands here.
  private long number(int from, int end) {
    long number = 0;
    int at = from;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      number = number * 10 + (bytes[at++] - '0');
      if (at - from > DIGITS_MAX) {
        return -1;
      }
    }
    return at > from && at < end && bytes[at] == ',' ? number : -1;
  }
}

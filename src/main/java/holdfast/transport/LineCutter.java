package holdfast.transport;

import java.util.Arrays;

/// Cuts what arrives on one connection into lines. Between two arrivals it keeps only the beginning
/// of a line, and what came behind a line after which no more was wanted. For one thread.
final class LineCutter {
  /// What becomes of the lines.
  interface Sink {
    /// A line, without its `\n`, and without one `\r` before that. False: no more for now.
    boolean onLine(byte[] line);

    /// A line is longer than allowed. What follows cannot be told apart.
    void onTooLarge();
  }

  private static final byte[] NOTHING = {};
  private static final int ROOM_FIRST = 256;

  private final int maxBytes;
  private byte[] rest = NOTHING;
  private int restBytes;

  /// Bytes at the beginning of `rest` that hold no newline.
  private int scanned;

  private boolean isTooLarge;

  /// @param maxBytes of a line, the newline not counted
  LineCutter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// Goes on with what was kept. False: no more is wanted for now, or ever.
  boolean again(Sink sink) {
    if (isTooLarge) {
      return false;
    }
    byte[] kept = rest;
    int count = restBytes;
    int from = scanned;
    drop();
    return cut(kept, 0, from, count, sink);
  }

  /// Goes on with `count` bytes that came.
  boolean add(byte[] bytes, int count, Sink sink) {
    if (isTooLarge) {
      return false;
    }
    if (restBytes == 0) {
      return cut(bytes, 0, 0, count, sink);
    }
    int line = indexOfNewline(bytes, 0, count);
    int used = line < 0 ? count : line + 1;
    keep(bytes, 0, used);
    if (line < 0) {
      scanned = restBytes;
      return isShortEnough(sink);
    }
    byte[] whole = rest;
    int length = restBytes;
    drop();
    if (!cut(whole, 0, length - 1, length, sink)) {
      keep(bytes, used, count);
      return false;
    }
    return cut(bytes, used, used, count, sink);
  }

  /// The lines of `bytes` in [start, end), of which [start, clean) holds no newline.
  private boolean cut(byte[] bytes, int start, int clean, int end, Sink sink) {
    int from = start;
    int newline = indexOfNewline(bytes, clean, end);
    while (newline >= 0) {
      int lineEnd = newline > from && bytes[newline - 1] == '\r' ? newline - 1 : newline;
      if (lineEnd - from > maxBytes) {
        tooLarge(sink);
        return false;
      }
      byte[] line = Arrays.copyOfRange(bytes, from, lineEnd);
      from = newline + 1;
      if (!sink.onLine(line)) {
        keep(bytes, from, end);
        return false;
      }
      newline = indexOfNewline(bytes, from, end);
    }
    keep(bytes, from, end);
    scanned = restBytes;
    return isShortEnough(sink);
  }

  private boolean isShortEnough(Sink sink) {
    // One byte more may be the `\r`.
    if (restBytes > maxBytes + 1) {
      tooLarge(sink);
      return false;
    }
    return true;
  }

  private void tooLarge(Sink sink) {
    isTooLarge = true;
    drop();
    sink.onTooLarge();
  }

  private static int indexOfNewline(byte[] bytes, int from, int end) {
    for (int i = from; i < end; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void keep(byte[] bytes, int from, int end) {
    int count = end - from;
    if (count == 0) {
      return;
    }
    int needed = restBytes + count;
    if (needed > rest.length) {
      rest = Arrays.copyOf(rest, Math.max(needed, Math.max(ROOM_FIRST, 2 * restBytes)));
    }
    System.arraycopy(bytes, from, rest, restBytes, count);
    restBytes = needed;
  }

  private void drop() {
    rest = NOTHING;
    restBytes = 0;
    scanned = 0;
  }
}

package holdfast.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Cuts a stream of bytes into lines. Idle, it holds a small buffer; under load, one that a socket
/// read fills; for a long line, one of that line's length. For one thread.
public final class LineReader {
  /// What a read came to.
  public sealed interface Result {}

  /// A line without its `\n`, and without one `\r` before that.
  public record Line(byte[] bytes) implements Result {}

  /// The line is longer than allowed. What follows cannot be told apart: close.
  public record TooLarge() implements Result {}

  /// The sender has closed its side. An unfinished last line is no line.
  public record End() implements Result {}

  private static final int IDLE_BYTES = 512;

  /// The buffer grows to this under load, whatever the length of the lines.
  private static final int READ_AHEAD_BYTES_MAX = 64 * 1_024;

  private final InputStream in;
  private final int maxBytes;
  private byte[] buffer = new byte[IDLE_BYTES];

  /// The unread bytes stand in [start, end); those before `scanned` hold no newline.
  private int start;

  private int scanned;
  private int end;
  private int lastRead;

  /// `maxBytes`: of a line, the newline not counted.
  public LineReader(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /// Waits for a line.
  ///
  /// @throws IOException as the stream does
  public Result read() throws IOException {
    while (true) {
      for (int i = scanned; i < end; i++) {
        if (buffer[i] == '\n') {
          return line(i);
        }
      }
      scanned = end;
      // One byte more may be the `\r`.
      if (end - start > maxBytes + 1) {
        return new TooLarge();
      }
      makeRoom();
      int read = in.read(buffer, end, buffer.length - end);
      if (read < 0) {
        return new End();
      }
      lastRead = read;
      end += read;
    }
  }

  /// What was read ahead, behind the last line. Nothing more is to be read here.
  byte[] rest() {
    return Arrays.copyOfRange(buffer, start, end);
  }

  private Result line(int newline) {
    int lineEnd = newline > start && buffer[newline - 1] == '\r' ? newline - 1 : newline;
    byte[] line = Arrays.copyOfRange(buffer, start, lineEnd);
    start = newline + 1;
    scanned = start;
    return line.length > maxBytes ? new TooLarge() : new Line(line);
  }

  private void makeRoom() {
    int unread = end - start;
    int size = buffer.length;
    if (unread == 0 && size > IDLE_BYTES && lastRead < size / 4) {
      size = IDLE_BYTES;
    } else if (lastRead == size && size < READ_AHEAD_BYTES_MAX) {
      size *= 2;
    } else if (unread == size) {
      size = Math.min(size * 2, maxBytes + 2);
    }
    if (size != buffer.length) {
      byte[] resized = new byte[size];
      System.arraycopy(buffer, start, resized, 0, unread);
      buffer = resized;
    } else if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, unread);
    }
    scanned -= start;
    start = 0;
    end = unread;
  }
}

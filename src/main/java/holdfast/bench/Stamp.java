package holdfast.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/// The time at which a message was sent, written into its text by the driver, who receives it, too:
/// how long a delivery took, without a clock that two processes share.
final class Stamp {
  /// Its length in a text.
  static final int BYTES = 20;

  /// Where a pushed MESSAGE has it.
  private static final byte[] PLACE = "\"text\":\"@".getBytes(StandardCharsets.US_ASCII);

  /// Before any stamp, so that none is negative.
  private static final long EPOCH = System.nanoTime() - TimeUnit.DAYS.toNanos(1);

  private Stamp() {}

  /// Appends the stamp for an instant (System.nanoTime): `@`, digits, `.`
  static void append(long instant, ByteBuffer out) {
    out.put((byte) '@');
    long rest = instant - EPOCH;
    for (int at = out.position() + BYTES - 3; at >= out.position(); at--) {
      out.put(at, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    out.position(out.position() + BYTES - 2).put((byte) '.');
  }

  /// The instant in the frame that stands in [start, end), if its text begins with a stamp.
  static OptionalLong find(byte[] bytes, int start, int end) {
    int last = end - PLACE.length - BYTES;
    for (int at = start; at <= last; at++) {
      if (bytes[at] == '"' && Arrays.equals(bytes, at, at + PLACE.length, PLACE, 0, PLACE.length)) {
        return read(bytes, at + PLACE.length);
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong read(byte[] bytes, int from) {
    long nanos = 0;
    for (int at = from; at < from + BYTES - 2; at++) {
      if (bytes[at] < '0' || bytes[at] > '9') {
        return OptionalLong.empty();
      }
      nanos = nanos * 10 + (bytes[at] - '0');
    }
    return bytes[from + BYTES - 2] == '.' ? OptionalLong.of(EPOCH + nanos) : OptionalLong.empty();
  }
}

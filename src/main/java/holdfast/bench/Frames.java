package holdfast.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Requests made before a load begins, of which only a number is written anew for each.
interface Frames {
  /// A number below 2^63 in decimal.
  int NUMBER_BYTES_MAX = 19;

  /// No frame is longer, in bytes.
  int bytesMax();

  /// Appends the frame of request `number`, which is the `turn`th and began at `instant`
  /// (System.nanoTime). Again gives the same frame.
  void append(long number, long turn, long instant, ByteBuffer out);

  static byte[] bytes(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }

  /// Appends a number of at least 0 in decimal.
  static void digits(long number, ByteBuffer out) {
    int count = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      count++;
    }
    int at = out.position() + count;
    out.position(at);
    long rest = number;
    do {
      out.put(--at, (byte) ('0' + rest % 10));
      rest /= 10;
    } while (rest > 0);
  }
}

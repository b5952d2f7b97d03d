package holdfast.bench;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/// Requests that differ in nothing but their `id`; several kinds take turns.
final class FixedFrames implements Frames {
  private static final byte[] NUMBER_PLACE = Frames.bytes("\"id\":");

  private final byte[][] heads;
  private final byte[][] tails;
  private final int bytesMax;

  /// @param lines whole frames with their newline, in ASCII, each with `"id":0,` as its second
  ///   field
  FixedFrames(List<byte[]> lines) {
    heads = new byte[lines.size()][];
    tails = new byte[lines.size()][];
    int longest = 0;
    for (int i = 0; i < heads.length; i++) {
      byte[] line = lines.get(i);
      int place = indexOf(line) + NUMBER_PLACE.length;
      heads[i] = Arrays.copyOf(line, place);
      tails[i] = Arrays.copyOfRange(line, place + 1, line.length);
      longest = Math.max(longest, line.length);
    }
    bytesMax = longest + NUMBER_BYTES_MAX;
  }

  private static int indexOf(byte[] line) {
    int at = 0;
    while (!Arrays.equals(
        line, at, at + NUMBER_PLACE.length, NUMBER_PLACE, 0, NUMBER_PLACE.length)) {
      at++;
    }
    return at;
  }

  @Override
  public int bytesMax() {
    return bytesMax;
  }

  @Override
  public void append(long number, long turn, long instant, ByteBuffer out) {
    int kind = Math.toIntExact(turn % heads.length);
    out.put(heads[kind]);
    Frames.digits(number, out);
    out.put(tails[kind]);
  }
}

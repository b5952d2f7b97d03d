package holdfast.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// One sender's SEND frames, made before the load begins: only the request's number is written anew
/// for each, as `id` and at the end of `request_id`. The receivers take turns.
final class SendFrames {
  /// Bytes of a message's text. With what a server stores beside it, a message is about 150 bytes.
  static final int TEXT_BYTES = 115;

  /// A number below 2^63 in decimal.
  private static final int NUMBER_BYTES_MAX = 19;

  private static final String WORDS =
      "the night train was late again so we walked along the harbour and talked about the boats"
          + " that never leave and the people who wait for them all the same ";

  private final byte[] head = bytes("{\"type\":\"SEND\",\"id\":");
  private final byte[] middle;
  private final byte[][] tails;
  private final byte[] digits = new byte[NUMBER_BYTES_MAX];
  private final int bytesMax;

  /// @param run begins every `request_id`, so that those of an earlier run are others
  SendFrames(String run, List<String> receivers) {
    middle = bytes(",\"request_id\":\"" + run + "-");
    tails = new byte[receivers.size()][];
    int longest = 0;
    for (int i = 0; i < tails.length; i++) {
      tails[i] =
          bytes(
              String.format(
                  Locale.ROOT,
                  "\",\"payload\":{\"to\":\"@%s\",\"text\":\"%s\"}}\n",
                  receivers.get(i),
                  text(i)));
      longest = Math.max(longest, tails[i].length);
    }
    bytesMax = head.length + middle.length + 2 * NUMBER_BYTES_MAX + longest;
  }

  /// Words that begin elsewhere for each receiver.
  private static String text(int receiver) {
    String twice = WORDS + WORDS;
    int start = receiver * 7 % WORDS.length();
    return "x" + twice.substring(start, start + TEXT_BYTES - 2) + "x";
  }

  private static byte[] bytes(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }

  /// No frame is longer, in bytes.
  int bytesMax() {
    return bytesMax;
  }

  /// Appends the frame of request `number`, which goes to the receiver whose turn it is.
  void append(long number, long turn, ByteBuffer out) {
    int from = digits.length;
    long rest = number;
    do {
      digits[--from] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    int length = digits.length - from;
    out.put(head).put(digits, from, length);
    out.put(middle).put(digits, from, length);
    out.put(tails[Math.toIntExact(turn % tails.length)]);
  }
}

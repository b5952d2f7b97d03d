package holdfast.bench;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/// One sender's SEND frames: the request's number is its `id` and the end of its `request_id`.
/// Those it writes to take turns.
final class SendFrames implements Frames {
  /// Bytes of a message's text. With what a server stores beside it, a message is about 150 bytes.
  static final int TEXT_BYTES = 115;

  private static final String WORDS =
      "the night train was late again so we walked along the harbour and talked about the boats"
          + " that never leave and the people who wait for them all the same ";

  private final byte[] head = Frames.bytes("{\"type\":\"SEND\",\"id\":");
  private final byte[] middle;
  private final byte[][] beforeText;
  private final byte[][] texts;
  private final boolean stamped;
  private final int bytesMax;

  private SendFrames(String run, List<String> to, boolean stamped) {
    this.stamped = stamped;
    middle = Frames.bytes(",\"request_id\":\"" + run + "-");
    beforeText = new byte[to.size()][];
    texts = new byte[to.size()][];
    int longest = 0;
    for (int i = 0; i < texts.length; i++) {
      beforeText[i] =
          Frames.bytes(
              String.format(Locale.ROOT, "\",\"payload\":{\"to\":\"%s\",\"text\":\"", to.get(i)));
      texts[i] = Frames.bytes(text(i, stamped ? TEXT_BYTES - Stamp.BYTES : TEXT_BYTES) + "\"}}\n");
      longest = Math.max(longest, beforeText[i].length + texts[i].length);
    }
    int stamp = stamped ? Stamp.BYTES : 0;
    bytesMax = head.length + middle.length + 2 * NUMBER_BYTES_MAX + stamp + longest;
  }

  /// To conversations, as `to` names them.
  ///
  /// @param run begins every `request_id`, so that those of an earlier run are others
  static SendFrames of(String run, List<String> to) {
    return new SendFrames(run, to, false);
  }

  /// The same, and each text says when it was sent: see `Stamp`.
  static SendFrames stamped(String run, List<String> to) {
    return new SendFrames(run, to, true);
  }

  /// Words that begin elsewhere for each receiver.
  private static String text(int receiver, int bytes) {
    String twice = WORDS + WORDS;
    int start = receiver * 7 % WORDS.length();
    return "x" + twice.substring(start, start + bytes - 2) + "x";
  }

  @Override
  public int bytesMax() {
    return bytesMax;
  }

  @Override
  public void append(long number, long turn, long instant, ByteBuffer out) {
    int receiver = Math.toIntExact(turn % texts.length);
    out.put(head);
    Frames.digits(number, out);
    out.put(middle);
    Frames.digits(number, out);
    out.put(beforeText[receiver]);
    if (stamped) {
      Stamp.append(instant, out);
    }
    out.put(texts[receiver]);
  }
}

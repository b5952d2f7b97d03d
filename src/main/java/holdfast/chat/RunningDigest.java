package holdfast.chat;

import holdfast.check.Check;
import java.security.MessageDigest;

/// A digest over everything applied so far: index, command and outcome, chained, so that two
/// servers that ever differed differ from then on (DESIGN section 3, Determinism). Kept with the
/// applied index.
public final class RunningDigest {
  /// Length of the value, bytes.
  public static final int BYTES = 32;

  private final MessageDigest sha = Digest.sha256();
  private byte[] value;

  /// Continues from a kept value.
  public RunningDigest(byte[] value) {
    Check.that(value.length == BYTES, "a running digest of %d bytes", value.length);
    this.value = value.clone();
  }

  /// Before the first command.
  public RunningDigest() {
    this(new byte[BYTES]);
  }

  /// Takes in that the command at `index` had this outcome.
  public void add(long index, byte[] command, Outcome outcome) {
    sha.update(value);
    sha.update(Digest.bytesOf(index));
    sha.update(Digest.bytesOf(command.length));
    sha.update(command);
    switch (outcome) {
      case Outcome.Done(long id) -> addNumbers(1, id);
      case Outcome.Sent(long id, ConversationId conversation, long seq, long time) ->
          addNumbers(2, id, conversation.low(), conversation.high(), seq, time);
      // The message is for people and may be worded better by a newer version: it does not count.
      case Outcome.Refused(long id, Refusal code, String _) -> {
        addNumbers(3, id);
        sha.update(Digest.bytesOf(code.name()));
      }
    }
    value = sha.digest();
  }

  /// The digest now; a copy.
  public byte[] value() {
    return value.clone();
  }

  private void addNumbers(long... numbers) {
    for (long number : numbers) {
      sha.update(Digest.bytesOf(number));
    }
  }
}

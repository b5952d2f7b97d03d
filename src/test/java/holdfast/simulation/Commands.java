package holdfast.simulation;

import holdfast.chat.Command;
import holdfast.replication.LogEntry;
import holdfast.replication.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Commands as bytes: a command's bytes are its number in this list, and some padding so that sizes
/// differ.
final class Commands {
  private static final int PADDING_MAX = 60;

  private record Written(Command command, Optional<Membership> membership, long applied) {}

  private final List<Written> written = new ArrayList<>();
  private final RandomGenerator random;

  Commands(RandomGenerator random) {
    this.random = random;
  }

  byte[] write(Command command) {
    return write(command, Optional.empty(), 0);
  }

  /// A command that states a list of members.
  byte[] write(Command command, Membership membership) {
    return write(command, Optional.of(membership), 0);
  }

  /// One that founds a timeline, by a server that had applied so much.
  byte[] write(Command command, Membership alone, long applied) {
    return write(command, Optional.of(alone), applied);
  }

  private byte[] write(Command command, Optional<Membership> membership, long applied) {
    int number = written.size();
    written.add(new Written(command, membership, applied));
    byte[] bytes = new byte[Integer.BYTES + random.nextInt(PADDING_MAX)];
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[i] = (byte) (number >>> (8 * i));
    }
    return bytes;
  }

  Command read(byte[] bytes) {
    return lookUp(bytes).command();
  }

  Optional<Membership> membershipOf(LogEntry entry) {
    return lookUp(entry.command())
        .membership()
        .map(m -> new Membership(entry.index(), entry.term(), m.members(), m.retired()));
  }

  /// What is certain to be shared with whoever has no vote in the list that `entry` states: all
  /// before it; but what a founder had not applied nobody else may have.
  long sharedBefore(LogEntry entry) {
    long applied = lookUp(entry.command()).applied();
    return applied > 0 ? applied : entry.index() - 1;
  }

  private Written lookUp(byte[] bytes) {
    int number = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      number |= (bytes[i] & 0xff) << (8 * i);
    }
    return written.get(number);
  }
}

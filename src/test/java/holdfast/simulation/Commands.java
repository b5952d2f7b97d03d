package holdfast.simulation;

import holdfast.chat.Command;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Commands as bytes: a command's bytes are its number in this list, and some padding so that sizes
/// differ.
final class Commands {
  private static final int PADDING_MAX = 60;

  private record Written(Command command, List<Member> members) {}

  private final List<Written> written = new ArrayList<>();
  private final RandomGenerator random;

  Commands(RandomGenerator random) {
    this.random = random;
  }

  byte[] write(Command command) {
    return write(command, List.of());
  }

  /// A command that states a list of members.
  byte[] write(Command command, List<Member> members) {
    int number = written.size();
    written.add(new Written(command, List.copyOf(members)));
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
    List<Member> members = lookUp(entry.command()).members();
    return members.isEmpty()
        ? Optional.empty()
        : Optional.of(new Membership(entry.index(), members));
  }

  private Written lookUp(byte[] bytes) {
    int number = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      number |= (bytes[i] & 0xff) << (8 * i);
    }
    return written.get(number);
  }
}

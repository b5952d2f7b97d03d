package holdfast.replication;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Short ways to write memberships, entries and stored logs in tests. A command is plain text; a
/// membership entry reads `members 1 2 -3 4l x5`: the ids, `-` for one without a key, `l` for a
/// learner, `x` for an id that is never given again.
final class TestLog {
  static final byte[] NOOP = bytes("noop");
  private static final String MEMBERS = "members ";

  private TestLog() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(LogEntry entry) {
    return new String(entry.command(), StandardCharsets.UTF_8);
  }

  static ServerId id(int number) {
    return new ServerId(number);
  }

  static LogEntry entry(long index, long term, String command) {
    return new LogEntry(index, term, bytes(command));
  }

  static LogPosition at(long index, long term) {
    return new LogPosition(term, index);
  }

  static Member member(int number, boolean voter, boolean keyed) {
    return new Member(
        id(number),
        "127.0.0.1",
        8090 + number,
        8080 + number,
        voter,
        keyed ? Optional.of("key" + number) : Optional.empty());
  }

  /// Servers 1 to `voters`, as in a configuration file: nobody's key is known.
  static Membership configured(int voters) {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= voters; i++) {
      members.add(member(i, true, false));
    }
    return new Membership(0, members);
  }

  static Membership membership(long index, String ids) {
    return membership(index, 0, ids);
  }

  /// As the entry at `index` with `term` states it.
  static Membership membership(long index, long term, String ids) {
    List<Member> members = new ArrayList<>();
    List<ServerId> retired = new ArrayList<>();
    for (String word : ids.strip().split(" +", -1)) {
      if (word.startsWith("x")) {
        retired.add(id(Integer.parseInt(word.substring(1))));
        continue;
      }
      String digits = word.replace("-", "").replace("l", "");
      members.add(member(Integer.parseInt(digits), !word.endsWith("l"), !word.startsWith("-")));
    }
    return new Membership(index, term, members, retired);
  }

  static Optional<Membership> membershipOf(LogEntry entry) {
    String command = text(entry);
    return command.startsWith(MEMBERS)
        ? Optional.of(membership(entry.index(), entry.term(), command.substring(MEMBERS.length())))
        : Optional.empty();
  }

  /// `members 1 2 3` for servers 1 to `voters`, all with keys.
  static String founding(int voters) {
    StringBuilder command = new StringBuilder("members");
    for (int i = 1; i <= voters; i++) {
      command.append(' ').append(i);
    }
    return command.toString();
  }

  /// A log of a founded cluster of `voters`: one entry for each of `terms`, the first of them the
  /// founding.
  static List<LogEntry> log(int voters, long... terms) {
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      entries.add(entry(i + 1, terms[i], i == 0 ? founding(voters) : "c" + (i + 1)));
    }
    return entries;
  }

  /// What a server finds on a disk that holds `entries`, none of them compacted.
  static StoredLog stored(
      HardState hardState, List<LogEntry> entries, Membership configured, long appliedIndex) {
    List<LogPosition> terms = new ArrayList<>();
    List<Membership> memberships = new ArrayList<>();
    for (LogEntry entry : entries) {
      if (terms.isEmpty() || terms.getLast().term() != entry.term()) {
        terms.add(entry.position());
      }
      membershipOf(entry).ifPresent(memberships::add);
    }
    LogPosition last = entries.isEmpty() ? LogPosition.NONE : entries.getLast().position();
    return new StoredLog(
        hardState, LogPosition.NONE, last, terms, memberships, configured, appliedIndex);
  }

  /// A reader of `entries`, whose first has index 1.
  static List<LogEntry> read(
      List<LogEntry> entries, long fromIndex, int entriesMax, long bytesMax) {
    List<LogEntry> found = new ArrayList<>();
    long bytes = 0;
    for (LogEntry entry : entries.subList((int) fromIndex - 1, entries.size())) {
      bytes += entry.command().length;
      if (found.size() == entriesMax || (bytes > bytesMax && !found.isEmpty())) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  static List<Long> indexes(List<LogEntry> entries) {
    return entries.stream().map(LogEntry::index).toList();
  }

  static long[] repeated(long term, int count) {
    long[] terms = new long[count];
    Arrays.fill(terms, term);
    return terms;
  }
}

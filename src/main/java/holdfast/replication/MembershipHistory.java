package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;

/// The membership entries of the log that are in force or may still be rolled back. The latest one
/// in the log is in force from the moment it is appended (thesis §4.1); truncating the log brings
/// the one before it back.
final class MembershipHistory {
  private final Membership configured;
  private final MembershipReader reader;

  /// Ascending by index.
  private final List<Membership> stated;

  MembershipHistory(Membership configured, List<Membership> stated, MembershipReader reader) {
    this.configured = configured;
    this.stated = new ArrayList<>(stated);
    this.reader = reader;
    Check.that(!configured.founded(), "configured members carry log index %d", configured.index());
    for (int i = 1; i < stated.size(); i++) {
      Check.that(
          stated.get(i - 1).index() < stated.get(i).index(),
          "memberships out of order at log index %d",
          stated.get(i).index());
    }
  }

  /// The one in force.
  Membership latest() {
    return stated.isEmpty() ? configured : stated.getLast();
  }

  /// The latest one that can no longer be rolled back.
  Membership committed(long commitIndex) {
    for (Membership membership : stated.reversed()) {
      if (membership.index() <= commitIndex) {
        return membership;
      }
    }
    return configured;
  }

  void append(LogEntry entry) {
    reader
        .membershipOf(entry)
        .ifPresent(membership -> {
          Check.that(
              membership.index() == entry.index(),
              "entry %s states a membership of index %d",
              entry,
              membership.index());
          stated.add(membership);
        });
  }

  void truncateFrom(long index) {
    while (!stated.isEmpty() && stated.getLast().index() >= index) {
      stated.removeLast();
    }
  }

  /// Forgets what the committed one replaced.
  void committedUpTo(long commitIndex) {
    while (stated.size() > 1 && stated.get(1).index() <= commitIndex) {
      stated.removeFirst();
    }
  }
}

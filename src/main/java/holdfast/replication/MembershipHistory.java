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

  private long commitIndex;
  private long settledIndex;
  private long appliedIndex;
  private Views views;

  MembershipHistory(
      Membership configured, List<Membership> stated, MembershipReader reader, long appliedIndex) {
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
    this.commitIndex = appliedIndex;
    this.settledIndex = appliedIndex;
    this.appliedIndex = appliedIndex;
    this.views = viewsNow();
  }

  /// The one in force.
  Membership latest() {
    return stated.isEmpty() ? configured : stated.getLast();
  }

  /// The lists whose majorities a commit needs now; the same object until it changes.
  Views views() {
    return views;
  }

  /// What the log states right before its latest list is committed for certain, since a primary
  /// states no other before; the last list *known* here to be committed may be older than that.
  private Views viewsNow() {
    Membership latest = latest();
    if (latest.index() <= settledIndex) {
      return Views.of(latest);
    }
    Membership before = stated.size() > 1 ? stated.get(stated.size() - 2) : configured;
    // Who founds a timeline has everything of the one before, and waits for nobody.
    boolean one = before.voters().equals(latest.voters()) || latest.foundsAfter(before);
    return one ? Views.of(latest) : new Views(before, latest);
  }

  /// The latest one that can no longer be rolled back.
  Membership committed() {
    return latestUpTo(commitIndex);
  }

  /// The latest one that is applied, and so remembered as committed whatever happens.
  Membership applied() {
    return latestUpTo(appliedIndex);
  }

  private Membership latestUpTo(long index) {
    for (Membership membership : stated.reversed()) {
      if (membership.index() <= index) {
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
              membership.index() == entry.index() && membership.term() == entry.term(),
              "entry %s states a membership of %d@%d",
              entry,
              membership.index(),
              membership.term());
          stated.add(membership);
          views = viewsNow();
        });
  }

  void truncateFrom(long index) {
    if (latest().index() < index) {
      return;
    }
    while (!stated.isEmpty() && stated.getLast().index() >= index) {
      stated.removeLast();
    }
    views = viewsNow();
  }

  /// Everything up to `index` is committed, as far as this server knows by counting or was told by
  /// its primary.
  void committedUpTo(long index) {
    commitIndex = index;
    settledUpTo(index);
  }

  /// Some server has applied everything up to `index`, so it is committed, although this one may
  /// not have counted that yet.
  void settledUpTo(long index) {
    boolean settles = latest().index() > settledIndex && latest().index() <= index;
    settledIndex = Math.max(settledIndex, index);
    if (settles) {
      views = viewsNow();
    }
  }

  /// Everything up to `index` is applied here: forgets what came before the list of then.
  void appliedUpTo(long index) {
    appliedIndex = index;
    while (stated.size() > 1 && stated.get(1).index() <= index) {
      stated.removeFirst();
    }
  }
}

package holdfast.replication;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What a server that is cut off judges by whether it may found a timeline (SURVIVOR.md rules 3 and
/// 12): decisions, which change nothing.
///
/// @param own the timeline of this server's term
/// @param latest the last list in its log
/// @param appliedIndex everything up to here is known committed, and that is on disk
/// @param silent whether nothing was heard of a server for `ReplicaSettings.survivorTicks`
record FoundingRules(
    ServerId self, Timeline own, Membership latest, long appliedIndex, Predicate<ServerId> silent) {
  /// The list to found a timeline with, if this server has all that its timeline ever acknowledged
  /// or will: nothing happens in a list of two voters without both, the list is known to be
  /// committed, and no later one stands in the log.
  Optional<Membership> foundable() {
    boolean both =
        latest.voters().size() == 2
            && latest.counts(self)
            && latest.founded()
            // Else this log, copied or sent, may end before its own timeline's founding: rule 7b.
            && Timeline.of(latest.term()).equals(own)
            && latest.index() <= appliedIndex;
    return both && latest.voters().stream().allMatch(id -> id.equals(self) || silent.test(id))
        ? Optional.of(alone())
        : Optional.empty();
  }

  /// The same without that guarantee, for an operator who knows better.
  Optional<Membership> foundableByForce() {
    boolean known = latest.member(self).flatMap(Member::key).isPresent();
    return latest.founded() && known ? Optional.of(alone()) : Optional.empty();
  }

  /// This server is the only voter, everybody else a learner.
  private Membership alone() {
    List<Member> members =
        latest.members().stream().map(member -> member.withVote(member.id().equals(self))).toList();
    return new Membership(0, members, latest.retired());
  }
}

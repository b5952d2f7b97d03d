package holdfast.replication;

import java.util.Optional;

/// What a voter judges a request by: a decision, which changes nothing.
///
/// @param heardPrimary the primary that counts as alive, if any
/// @param aliveUnknown whether *some* primary must be taken to be alive, though none is known: this
///   server has only just started
record VoteRules(
    HardState hardState, LogPosition last, Optional<ServerId> heardPrimary, boolean aliveUnknown) {
  /// Why this server will not vote for `candidate`, or empty to grant. That its own membership
  /// lacks the candidate is no reason: the membership may lag, and whoever counts knows (DESIGN
  /// rule 10.8).
  Optional<Denial> denialOf(ServerId candidate, PeerMessage.RequestVote request) {
    if (request.term() < hardState.term()) {
      return Optional.of(Denial.STALE_TERM);
    }
    // A primary that asks for votes itself is none any more, however lately it was heard; and in a
    // take-over it asks for the election (thesis §3.10, §4.2.3).
    boolean otherAlive = heardPrimary.isPresent() && !heardPrimary.get().equals(candidate);
    if ((otherAlive || aliveUnknown) && !request.takeOver()) {
      return Optional.of(Denial.PRIMARY_ALIVE);
    }
    if (request.last().index() == 0 && last.index() > 0) {
      return Optional.of(Denial.NOT_FOUNDED);
    }
    boolean votedForAnother =
        hardState.vote().isPresent() && !hardState.vote().get().equals(candidate);
    if (request.term() == hardState.term() && votedForAnother) {
      return Optional.of(Denial.ALREADY_VOTED);
    }
    return request.last().compareTo(last) < 0 ? Optional.of(Denial.LOG_BEHIND) : Optional.empty();
  }
}

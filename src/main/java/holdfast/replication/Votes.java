package holdfast.replication;

import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The answers to one round of vote or pre-vote requests. A grant outweighs an earlier refusal of
/// the same voter, which may be a late one from the round before.
final class Votes {
  /// Where a round of votes stands.
  enum Outcome {
    WON,
    /// Too few can still grant for a quorum.
    LOST,
    OPEN
  }

  /// Empty: granted.
  private final TreeMap<ServerId, Optional<Denial>> answers = new TreeMap<>();

  void granted(ServerId voter) {
    answers.put(voter, Optional.empty());
  }

  void denied(ServerId voter, Denial denial) {
    answers.putIfAbsent(voter, Optional.of(denial));
  }

  /// Counts by the *counter's* membership, since a voter answers whoever asks (DESIGN rule 10.8).
  /// Nothing more is expected of the `dead`.
  Outcome outcome(Membership membership, Set<ServerId> dead) {
    if (Quorum.reached(membership, this::hasGranted)) {
      return Outcome.WON;
    }
    boolean possible =
        Quorum.reached(
            membership,
            voter -> hasGranted(voter) || (!answers.containsKey(voter) && !dead.contains(voter)));
    return possible ? Outcome.OPEN : Outcome.LOST;
  }

  /// Whether a voter refused because the candidate's log will not do: asking again soon is in vain.
  boolean refusedForTheLog() {
    return refusedFor(Denial.LOG_BEHIND) || refusedFor(Denial.NOT_FOUNDED);
  }

  /// Whether some voter refused for this reason.
  boolean refusedFor(Denial reason) {
    return answers.containsValue(Optional.of(reason));
  }

  private boolean hasGranted(ServerId voter) {
    return answers.containsKey(voter) && answers.get(voter).isEmpty();
  }
}

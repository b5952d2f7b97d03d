package holdfast.replication;

import java.util.Optional;

/// What a replica is in its term, with the state that belongs to it and ends with it.
sealed interface RoleState
    permits RoleState.Backup, RoleState.PreCandidate, RoleState.Candidate, Primary {
  /// Follows the primary of its term, if it knows one.
  ///
  /// @param heardUntil before this tick the primary counts as alive; 0 if none was heard in this
  ///   term
  record Backup(Optional<ServerId> primary, long heardUntil) implements RoleState {
    static final Backup WITHOUT_PRIMARY = new Backup(Optional.empty(), 0);
  }

  /// Asks whether it would win an election of the next term, which it does not enter yet (thesis
  /// §9.6).
  ///
  /// @param before what it was, and is again if the voters refuse
  record PreCandidate(Votes votes, Backup before) implements RoleState {}

  /// Asks for votes in its term; its own it has.
  record Candidate(Votes votes) implements RoleState {}
}

package holdfast.replication;

/// Why a vote or pre-vote was refused.
public enum Denial {
  /// The candidate's term is older than the voter's.
  STALE_TERM,
  /// The voter hears a primary, and no take-over is going on.
  PRIMARY_ALIVE,
  /// The voter gave its vote in this term to another.
  ALREADY_VOTED,
  /// The candidate's log lacks entries that the voter has (thesis §3.6.1).
  LOG_BEHIND,
  /// The voter belongs to a founded cluster and the candidate's log is empty.
  NOT_FOUNDED
}

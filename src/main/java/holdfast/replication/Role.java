package holdfast.replication;

/// What a server is in its term. A pre-candidate reports CANDIDATE; a learner is a BACKUP without a
/// vote.
public enum Role {
  PRIMARY,
  BACKUP,
  CANDIDATE
}

package holdfast.replication;

/// What the replica tells its own server.
public sealed interface Answer {
  /// The proposal stands in this server's log at `position`. Committed once the commit index
  /// reaches it while the entry there still has this term.
  record Appended(long proposalId, LogPosition position) implements Answer {}

  /// The proposal was certainly not logged.
  record Refused(long proposalId, Reason reason) implements Answer {}

  /// A read may be served once this index is applied.
  record ReadReady(long readId, long index) implements Answer {}

  /// This server is not, or is no longer, a primary that can confirm the read.
  record ReadRefused(long readId) implements Answer {}

  /// Why a proposal was not logged.
  enum Reason {
    NOT_PRIMARY,
    /// A hand-over is going on.
    HANDING_OVER,
    /// More uncommitted bytes than `ReplicaSettings.uncommittedBytesMax`.
    BUSY
  }
}

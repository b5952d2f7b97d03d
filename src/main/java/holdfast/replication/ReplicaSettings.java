package holdfast.replication;

import holdfast.check.Check;

/// The core's bounds and times; a tick is as long as the server says (10 ms).
///
/// @param electionTicksMin also the check-quorum time and the shortest time a primary counts as
///   heard
/// @param electionTicksMax election time-outs are drawn from [min, max]
/// @param diedTicksMax after evidence of the primary's death a pre-vote starts within [1, this]
/// @param windowEntriesMax entries sent and not yet acknowledged, per backup
/// @param windowBytesMax bytes of commands sent and not yet acknowledged, per backup
/// @param batchEntriesMax entries in one REPLICATE
/// @param batchBytesMax bytes of commands in one REPLICATE (a single larger one travels alone)
/// @param uncommittedBytesMax bytes of commands a primary takes without commit; beyond: Refused
///   BUSY
/// @param caughtUpTicks how long a learner must have had everything before it gets a vote
/// @param cacheBytesMax bytes of commands kept in memory behind the applied index for backups that
///   lag
public record ReplicaSettings(
    int electionTicksMin,
    int electionTicksMax,
    int heartbeatTicks,
    int diedTicksMax,
    int caughtUpTicks,
    int windowEntriesMax,
    long windowBytesMax,
    int batchEntriesMax,
    int batchBytesMax,
    long uncommittedBytesMax,
    long cacheBytesMax) {
  public ReplicaSettings {
    Check.that(heartbeatTicks >= 1, "heartbeatTicks %d", heartbeatTicks);
    Check.that(
        electionTicksMin > heartbeatTicks && electionTicksMax >= electionTicksMin,
        "electionTicks %d..%d with a heartbeat every %d",
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks);
    Check.that(batchEntriesMax >= 1 && batchBytesMax >= 1, "empty batches");
    Check.that(windowEntriesMax >= batchEntriesMax, "window below one batch");
  }

  /// DESIGN section 4 at 10 ms a tick.
  public static ReplicaSettings defaults() {
    return new ReplicaSettings(
        60, 120, 10, 3, 200, 65_536, 8L << 20, 8_192, 1 << 20, 32L << 20, 1L << 20);
  }
}

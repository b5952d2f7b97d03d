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
/// @param survivorTicks how long the one of two voters hears nothing of the other before it may go
///   on alone (SURVIVOR.md rule 3); 0: never, and no voter is put out or taken in by itself
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
    long cacheBytesMax,
    int survivorTicks) {
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
    Check.that(
        survivorTicks == 0 || survivorTicks > electionTicksMax,
        "survivorTicks %d, an election takes %d",
        survivorTicks,
        electionTicksMax);
  }

  /// The same, but a last survivor may go on after `ticks`.
  public ReplicaSettings withSurvivorTicks(int ticks) {
    return new ReplicaSettings(
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        diedTicksMax,
        caughtUpTicks,
        windowEntriesMax,
        windowBytesMax,
        batchEntriesMax,
        batchBytesMax,
        uncommittedBytesMax,
        cacheBytesMax,
        ticks);
  }

  /// DESIGN section 4 at 10 ms a tick; majorities alone decide.
  public static ReplicaSettings defaults() {
    return new ReplicaSettings(
        60, 120, 10, 3, 200, 65_536, 8L << 20, 8_192, 1 << 20, 32L << 20, 128L << 10, 0);
  }
}

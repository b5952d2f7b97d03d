package holdfast.replication;

import java.util.List;

/// What a server finds on its disk at the start, for the core to begin with.
///
/// @param hardState as last saved
/// @param compacted the position before the first entry still kept (`NONE`: nothing compacted)
/// @param last the last entry's position (equals `compacted` when no entry is kept)
/// @param terms one position per run of entries of equal term, the run's first, ascending; covers
///   `compacted.index()+1 .. last.index()`
/// @param memberships every membership entry up to `last` that may still be rolled back or is in
///   force, ascending by index; the first may lie at or before `compacted`; empty if the cluster is
///   not founded here
/// @param configured the members of the configuration file, in force while `memberships` is empty
/// @param appliedIndex the last command applied; at least `compacted.index()`; the commit index
///   starts here
public record StoredLog(
    HardState hardState,
    LogPosition compacted,
    LogPosition last,
    List<LogPosition> terms,
    List<Membership> memberships,
    Membership configured,
    long appliedIndex) {
  public StoredLog {
    terms = List.copyOf(terms);
    memberships = List.copyOf(memberships);
  }

  /// The start of a server that has never been part of a cluster.
  public static StoredLog empty(Membership configured) {
    return new StoredLog(
        HardState.INITIAL, LogPosition.NONE, LogPosition.NONE, List.of(), List.of(), configured, 0);
  }
}

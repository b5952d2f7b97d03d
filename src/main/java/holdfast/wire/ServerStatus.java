package holdfast.wire;

import java.util.Optional;

/// A row of STATUS: what is known of one member, its own figures or the last ones heard.
///
/// @param role PRIMARY, BACKUP or CANDIDATE
/// @param up it answered a heartbeat within the election timeout (or is the server asked)
/// @param lagMs how long ago, by the primary's clock, it last had everything; 0: up to date
/// @param clients connections on its client port
/// @param vitals absent: never heard, or an older version
public record ServerStatus(
    String serverId,
    String host,
    int clientPort,
    int peerPort,
    String role,
    long term,
    boolean up,
    long lastIndex,
    long commitIndex,
    long appliedIndex,
    boolean voter,
    long lagMs,
    int clients,
    String version,
    Optional<Vitals> vitals) {}

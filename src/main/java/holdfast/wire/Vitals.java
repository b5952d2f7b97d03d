package holdfast.wire;

/// How a server is, as it says itself: for people, never for decisions.
///
/// @param upSince when its process began to serve, by its own wall clock, ms since the epoch
/// @param diskUsed bytes of its data directory
/// @param diskFree bytes that it could still write there
public record Vitals(long upSince, long diskUsed, long diskFree) {}

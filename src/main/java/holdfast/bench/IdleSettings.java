package holdfast.bench;

/// What a crowd of idle connections is to be.
///
/// @param connections signed in, all on the primary
/// @param accounts that they are of
/// @param rate messages a second between two of them
public record IdleSettings(int connections, int accounts, int rate, Timing timing) {}

package holdfast.chat;

/// A request that reached the log, as kept in the newest rows: from these the look-up table is
/// rebuilt at the start.
///
/// @param id the command's id
/// @param time the command's time
/// @param principal whose window it counts in: the account's id, or for REGISTER a number made of
///   the username
/// @param key digest of principal and request_id
/// @param payload digest of what was asked
public record RememberedRequest(long id, long time, long principal, Digest key, Digest payload) {}

package holdfast.chat;

/// A request that reached the log, as kept in the newest rows: from these the look-up table is
/// rebuilt at the start.
///
/// @param id the command's id
/// @param time the command's time, never before that of the request remembered before
/// @param principal whose window it counts in: the account's id, or for REGISTER a number made of
///   the username, below 0 so that it is no account's
/// @param key digest of principal and request_id
/// @param payload digest of what was asked
public record RememberedRequest(long id, long time, long principal, Digest key, Digest payload) {
  /// The memory of `request`, which the command `id` carried at `time`.
  public static RememberedRequest of(long id, long time, RequestKey request) {
    return new RememberedRequest(id, time, principalOf(request), keyOf(request), request.payload());
  }

  /// Who asked: the account's id, or for REGISTER the top bit and 63 bits of the name's digest.
  static long principalOf(RequestKey request) {
    return request
        .username()
        .map(name -> Long.MIN_VALUE | Digest.of(Digest.bytesOf(name)).high())
        .orElse(request.account());
  }

  /// What a repeat has in common with the first: who asked, and the request_id.
  static Digest keyOf(RequestKey request) {
    return Digest.of(Digest.bytesOf(principalOf(request)), Digest.bytesOf(request.requestId()));
  }
}

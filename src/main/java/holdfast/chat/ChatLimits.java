package holdfast.chat;

import holdfast.check.Check;

/// The bounds that the rules apply. Outcomes depend on them, so every server of a cluster must have
/// the same.
///
/// @param requestAgeMs how long a request is remembered, milliseconds of command time
/// @param requestsKept newer requests of the same account after which one is forgotten
/// @param requestsKeptTotal newer requests of all accounts after which one is forgotten
/// @param roomMembersMax members of one room
/// @param roomsPerAccountMax rooms that one account is in
public record ChatLimits(
    long requestAgeMs,
    int requestsKept,
    int requestsKeptTotal,
    int roomMembersMax,
    int roomsPerAccountMax) {
  private static final long DAY_MS = 24L * 60 * 60 * 1000;

  public ChatLimits {
    Check.that(requestAgeMs > 0, "requestAgeMs %d", requestAgeMs);
    Check.that(
        requestsKept > 0 && requestsKeptTotal >= requestsKept,
        "requestsKept %d of %d in total",
        requestsKept,
        requestsKeptTotal);
    Check.that(roomMembersMax > 0 && roomsPerAccountMax > 0, "rooms that nobody can be in");
  }

  /// What the protocol promises.
  public static ChatLimits defaults() {
    return new ChatLimits(DAY_MS, 65_536, 2_000_000, 10_000, 1_000);
  }
}

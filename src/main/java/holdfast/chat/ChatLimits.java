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
/// @param invitationsMax accounts that are invited to one room and have not joined it
/// @param blocksMax accounts that one account blocks
/// @param preferencesMax preferences of one account
public record ChatLimits(
    long requestAgeMs,
    int requestsKept,
    int requestsKeptTotal,
    int roomMembersMax,
    int roomsPerAccountMax,
    int invitationsMax,
    int blocksMax,
    int preferencesMax) {
  private static final long DAY_MS = 24L * 60 * 60 * 1000;
  private static final int INVITATIONS_MAX = 1_000;
  private static final int BLOCKS_MAX = 1_000;

  /// All of them, each as long as can be, fit into one frame.
  private static final int PREFERENCES_MAX = 100;

  public ChatLimits {
    Check.that(requestAgeMs > 0, "requestAgeMs %d", requestAgeMs);
    Check.that(
        requestsKept > 0 && requestsKeptTotal >= requestsKept,
        "requestsKept %d of %d in total",
        requestsKept,
        requestsKeptTotal);
    Check.that(roomMembersMax > 0 && roomsPerAccountMax > 0, "rooms that nobody can be in");
    Check.that(
        invitationsMax > 0 && blocksMax > 0 && preferencesMax > 0,
        "%d invitations, %d blocks, %d preferences",
        invitationsMax,
        blocksMax,
        preferencesMax);
  }

  /// With the usual bounds for what is small.
  public ChatLimits(
      long requestAgeMs,
      int requestsKept,
      int requestsKeptTotal,
      int roomMembersMax,
      int roomsPerAccountMax) {
    this(
        requestAgeMs,
        requestsKept,
        requestsKeptTotal,
        roomMembersMax,
        roomsPerAccountMax,
        INVITATIONS_MAX,
        BLOCKS_MAX,
        PREFERENCES_MAX);
  }

  /// What the protocol promises.
  public static ChatLimits defaults() {
    return new ChatLimits(DAY_MS, 65_536, 2_000_000, 10_000, 1_000);
  }
}

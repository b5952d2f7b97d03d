package holdfast.chat;

import holdfast.check.Check;

/// Which conversation: the two accounts of a direct one, lower id first (equal: notes to oneself),
/// or a room, with `low` 0. Made of ids that never change, so it needs no row and no look-up of its
/// own.
public record ConversationId(long low, long high) implements Comparable<ConversationId> {
  public ConversationId {
    Check.that(low >= 0 && high > 0 && low <= high, "conversation (%d, %d)", low, high);
  }

  public static ConversationId direct(long oneAccount, long otherAccount) {
    return new ConversationId(
        Math.min(oneAccount, otherAccount), Math.max(oneAccount, otherAccount));
  }

  public static ConversationId room(long roomId) {
    return new ConversationId(0, roomId);
  }

  public boolean isRoom() {
    return low == 0;
  }

  /// The room's id.
  public long roomId() {
    Check.that(isRoom(), "%s is no room", this);
    return high;
  }

  /// For a direct conversation, the account that `account` talks to (itself, for notes to oneself).
  public long other(long account) {
    Check.that(!isRoom() && (account == low || account == high), "%d is not in %s", account, this);
    return account == low ? high : low;
  }

  /// Whether it is a direct conversation of `account`.
  public boolean isDirectOf(long account) {
    return low != 0 && (low == account || high == account);
  }

  @Override
  public int compareTo(ConversationId other) {
    int byLow = Long.compare(low, other.low);
    return byLow != 0 ? byLow : Long.compare(high, other.high);
  }
}

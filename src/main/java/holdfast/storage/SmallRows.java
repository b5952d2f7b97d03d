package holdfast.storage;

import java.util.Optional;

/// The rows of which an account or a room has few, through the writing connection: whom it blocks,
/// what it prefers, who is invited.
final class SmallRows {
  private final Query blocksAnybody;
  private final Query isBlocked;
  private final Query blockCount;
  private final Query addBlock;
  private final Query removeBlock;
  private final Query preference;
  private final Query preferenceCount;
  private final Query setPreference;
  private final Query removePreference;
  private final Query isInvited;
  private final Query invitationCount;
  private final Query addInvitation;
  private final Query removeInvitation;
  private final Query removeInvitationsTo;
  private final Query removeBlocksOf;
  private final Query removePreferencesOf;
  private final Query removeInvitationsOf;

  SmallRows(Sqlite main) {
    blocksAnybody = main.prepare("SELECT EXISTS (SELECT 1 FROM block WHERE account = ?)");
    isBlocked = main.prepare("SELECT count(*) FROM block WHERE account = ? AND blocked = ?");
    blockCount = main.prepare("SELECT count(*) FROM block WHERE account = ?");
    addBlock = main.prepare("INSERT INTO block(account, blocked) VALUES (?, ?)");
    removeBlock = main.prepare("DELETE FROM block WHERE account = ? AND blocked = ?");
    preference = main.prepare("SELECT value FROM preference WHERE account = ? AND name = ?");
    preferenceCount = main.prepare("SELECT count(*) FROM preference WHERE account = ?");
    setPreference =
        main.prepare(
            "INSERT INTO preference(account, name, value) VALUES (?1, ?2, ?3)"
                + " ON CONFLICT (account, name) DO UPDATE SET value = ?3");
    removePreference = main.prepare("DELETE FROM preference WHERE account = ? AND name = ?");
    isInvited = main.prepare("SELECT count(*) FROM invitation WHERE room = ? AND account = ?");
    invitationCount = main.prepare("SELECT count(*) FROM invitation WHERE room = ?");
    addInvitation = main.prepare("INSERT INTO invitation(room, account) VALUES (?, ?)");
    removeInvitation = main.prepare("DELETE FROM invitation WHERE room = ? AND account = ?");
    removeInvitationsTo = main.prepare("DELETE FROM invitation WHERE room = ?");
    removeBlocksOf = main.prepare("DELETE FROM block WHERE account = ?");
    removePreferencesOf = main.prepare("DELETE FROM preference WHERE account = ?");
    removeInvitationsOf = main.prepare("DELETE FROM invitation WHERE account = ?");
  }

  boolean blocksAnybody(long account) {
    return blocksAnybody.with(account).number() > 0;
  }

  boolean isBlocked(long account, long blocked) {
    return isBlocked.with(account, blocked).number() > 0;
  }

  int blockCount(long account) {
    return Math.toIntExact(blockCount.with(account).number());
  }

  void addBlock(long account, long blocked) {
    addBlock.with(account, blocked).update();
  }

  void removeBlock(long account, long blocked) {
    removeBlock.with(account, blocked).update();
  }

  Optional<String> preference(long account, String name) {
    return preference.set(1, account).set(2, name).first(row -> row.getString(1));
  }

  int preferenceCount(long account) {
    return Math.toIntExact(preferenceCount.with(account).number());
  }

  void setPreference(long account, String name, String value) {
    setPreference.set(1, account).set(2, name).set(3, value).update();
  }

  void removePreference(long account, String name) {
    removePreference.set(1, account).set(2, name).update();
  }

  boolean isInvited(long room, long account) {
    return isInvited.with(room, account).number() > 0;
  }

  int invitationCount(long room) {
    return Math.toIntExact(invitationCount.with(room).number());
  }

  void addInvitation(long room, long account) {
    addInvitation.with(room, account).update();
  }

  void removeInvitation(long room, long account) {
    removeInvitation.with(room, account).update();
  }

  /// The room is closed.
  void removeInvitationsTo(long room) {
    removeInvitationsTo.with(room).update();
  }

  /// The account is deleted. That others block it stays: those rows are theirs.
  void removeAllOf(long account) {
    removeBlocksOf.with(account).update();
    removePreferencesOf.with(account).update();
    removeInvitationsOf.with(account).update();
  }
}

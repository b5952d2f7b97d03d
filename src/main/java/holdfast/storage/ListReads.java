package holdfast.storage;

import holdfast.chat.Account;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads of lists in name order, from the main file.
final class ListReads {
  /// Behind every name that a user could choose.
  private static final String AFTER_ALL_NAMES = Character.toString(Character.MAX_CODE_POINT);

  /// More than the characters of any name.
  private static final int NAME_CHARS_MAX = 64;

  private static final Pattern STARS = Pattern.compile("\\*+");

  private final Query users;
  private final Query rooms;
  private final Query members;

  ListReads(Sqlite main) {
    users =
        main.prepare(
            "SELECT "
                + ChatRows.ACCOUNT_COLUMNS
                + " FROM account WHERE username > ?1 AND username >= ?2 AND username < ?3"
                + " AND deleted = 0 AND username GLOB ?4 ORDER BY username LIMIT ?5");
    rooms =
        main.prepare(
            "SELECT "
                + ChatRows.ROOM_COLUMNS
                + ", members, EXISTS (SELECT 1 FROM room_member m WHERE m.room = r.id AND m.account = ?6)"
                + " AS inside, EXISTS (SELECT 1 FROM invitation i WHERE i.room = r.id AND i.account = ?6)"
                + " AS invited FROM room r WHERE closed = 0 AND name > ?1 AND name >= ?2 AND name < ?3"
                + " AND name GLOB ?4 AND (private = 0 OR inside OR invited) ORDER BY name LIMIT ?5");
    // From the room's members to their names, never the other way round: a room has far fewer.
    members =
        main.prepare(
            "SELECT a.id, a.username, m.role FROM room_member m CROSS JOIN account a ON a.id = m.account"
                + " WHERE m.room = ? AND a.username > ? ORDER BY a.username LIMIT ?");
  }

  /// See `Reads.users`.
  Page<Account> users(String pattern, Optional<String> after, int limit) {
    if (fitsNothing(pattern)) {
      return new Page<>(List.of(), false);
    }
    setNames(users, pattern, after, limit);
    return Page.cut(users.list(ChatRows::readAccount), limit);
  }

  /// See `Reads.rooms`.
  Page<RoomRow> rooms(long account, String pattern, Optional<String> after, int limit) {
    if (fitsNothing(pattern)) {
      return new Page<>(List.of(), false);
    }
    setNames(rooms, pattern, after, limit);
    rooms.set(6, account);
    List<RoomRow> found =
        rooms.list(row ->
            new RoomRow(
                ChatRows.readRoom(row), row.getLong(6), row.getBoolean(7), row.getBoolean(8)));
    return Page.cut(found, limit);
  }

  /// See `Reads.members`.
  Page<MemberRow> members(long room, Optional<String> afterUsername, int limit) {
    List<MemberRow> found =
        members
            .set(1, room)
            .set(2, afterUsername.orElse(""))
            .set(3, limit + 1)
            .list(row ->
                new MemberRow(row.getLong(1), row.getString(2), ChatRows.roleOf(row.getInt(3))));
    return Page.cut(found, limit);
  }

  /// What stands before the pattern's first star bounds the part of the name index that is read.
  private static void setNames(Query query, String pattern, Optional<String> after, int limit) {
    int star = pattern.indexOf('*');
    String prefix = star < 0 ? pattern : pattern.substring(0, star);
    query
        .set(1, after.orElse(""))
        .set(2, prefix)
        .set(3, prefix + AFTER_ALL_NAMES)
        .set(4, globOf(pattern))
        .set(5, limit + 1);
  }

  /// Whether the pattern is longer than any name even without its stars. SQLite takes patterns of
  /// some length only.
  private static boolean fitsNothing(String pattern) {
    return pattern.chars().filter(c -> c != '*').count() > NAME_CHARS_MAX;
  }

  /// The pattern in SQLite's terms: only the star means more than itself.
  private static String globOf(String pattern) {
    return STARS.matcher(pattern).replaceAll("*").replace("[", "[[]").replace("?", "[?]");
  }
}

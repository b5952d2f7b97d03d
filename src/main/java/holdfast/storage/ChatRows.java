package holdfast.storage;

import holdfast.chat.Account;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.chat.Room;
import holdfast.chat.RoomMember;
import holdfast.chat.RoomRole;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Rows of the chat tables looked up by their keys, through one connection; and how each kind of
/// row is read and its enumerations are numbered.
final class ChatRows {
  static final String ACCOUNT_COLUMNS =
      "id, username, password_hash, generation, created, last_seen, deleted";
  static final String ROOM_COLUMNS = "id, name, topic, private, closed";
  static final String MESSAGE_COLUMNS =
      "id, low, high, seq, sender, time, text, reply_to, reply_to_seq, request_id,"
          + " payload_high, payload_low";

  /// The columns that `readMessage` reads: those that SEND writes, and those that it leaves at
  /// their defaults.
  static final String MESSAGE_NOW = MESSAGE_COLUMNS + ", edited, deleted";

  /// In the order of their numbers on disk, which must not change.
  private static final List<RoomRole> ROLES =
      List.of(RoomRole.MEMBER, RoomRole.MODERATOR, RoomRole.OWNER);

  private static final String MEMBER_COLUMNS = "room, account, role, joined";

  private final Query account;
  private final Query accountNamed;
  private final Query room;
  private final Query roomNamed;
  private final Query member;
  private final Query roomsOf;
  private final Query blocked;
  private final Query preferences;
  private final Query message;

  ChatRows(Sqlite main) {
    account = main.prepare("SELECT " + ACCOUNT_COLUMNS + " FROM account WHERE id = ?");
    accountNamed = main.prepare("SELECT " + ACCOUNT_COLUMNS + " FROM account WHERE username = ?");
    room = main.prepare("SELECT " + ROOM_COLUMNS + " FROM room WHERE id = ?");
    roomNamed = main.prepare("SELECT " + ROOM_COLUMNS + " FROM room WHERE name = ? AND closed = 0");
    member =
        main.prepare(
            "SELECT " + MEMBER_COLUMNS + " FROM room_member WHERE room = ? AND account = ?");
    roomsOf = main.prepare("SELECT room FROM room_member WHERE account = ? ORDER BY room");
    blocked = main.prepare("SELECT blocked FROM block WHERE account = ?");
    preferences =
        main.prepare("SELECT name, value FROM preference WHERE account = ? ORDER BY name");
    message = main.prepare("SELECT " + MESSAGE_NOW + " FROM message WHERE id = ?");
  }

  Optional<Account> account(long id) {
    return account.with(id).first(ChatRows::readAccount);
  }

  Optional<Account> accountNamed(String username) {
    return accountNamed.set(1, username).first(ChatRows::readAccount);
  }

  Optional<Room> room(long id) {
    return room.with(id).first(ChatRows::readRoom);
  }

  Optional<Room> roomNamed(String name) {
    return roomNamed.set(1, name).first(ChatRows::readRoom);
  }

  Optional<RoomMember> member(long roomId, long accountId) {
    return member.with(roomId, accountId).first(ChatRows::readMember);
  }

  List<Long> roomsOf(long accountId) {
    return roomsOf.with(accountId).list(row -> row.getLong(1));
  }

  List<Long> blocked(long accountId) {
    return blocked.with(accountId).list(row -> row.getLong(1));
  }

  /// By name, in the order of names.
  Map<String, String> preferences(long accountId) {
    Map<String, String> found = new LinkedHashMap<>();
    preferences
        .with(accountId)
        .visit(row -> {
          found.put(row.getString(1), row.getString(2));
          return true;
        });
    return found;
  }

  Optional<Message> message(long id) {
    return message.with(id).first(ChatRows::readMessage);
  }

  static Account readAccount(ResultSet row) throws SQLException {
    return new Account(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7));
  }

  static Room readRoom(ResultSet row) throws SQLException {
    return new Room(
        row.getLong(1), row.getString(2), row.getString(3), row.getBoolean(4), row.getBoolean(5));
  }

  static RoomMember readMember(ResultSet row) throws SQLException {
    return new RoomMember(row.getLong(1), row.getLong(2), roleOf(row.getInt(3)), row.getLong(4));
  }

  static Message readMessage(ResultSet row) throws SQLException {
    long sender = row.getLong(5);
    return new Message(
        row.getLong(1),
        new ConversationId(row.getLong(2), row.getLong(3)),
        row.getLong(4),
        sender,
        row.getLong(6),
        row.getString(7),
        unlessZero(row.getLong(8)),
        unlessZero(row.getLong(9)),
        new RequestKey(
            sender,
            Optional.empty(),
            RequestIdColumn.read(row, 10),
            new Digest(row.getLong(11), row.getLong(12))),
        row.getLong(13),
        row.getBoolean(14));
  }

  /// The number that stands for a role on disk; more may do more.
  static int codeOf(RoomRole role) {
    return ROLES.indexOf(role);
  }

  static RoomRole roleOf(int code) {
    return ROLES.get(code);
  }

  private static Optional<Long> unlessZero(long value) {
    return value == 0 ? Optional.empty() : Optional.of(value);
  }
}

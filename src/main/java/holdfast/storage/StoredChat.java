package holdfast.storage;

import holdfast.chat.RoomRole;
import holdfast.storage.StoreException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What people have said, read from a server's database file or a backup, whether or not a server
/// has it open: it is neither changed nor held up. All methods hand over row after row; what a
/// running server writes meanwhile may or may not be among them.
public final class StoredChat implements AutoCloseable {
  private static final int CACHE_KIB = 8 * 1024;

  /// Messages read in one step, each a read transaction of its own.
  private static final int STEP_ROWS = 4_096;

  /// What stands in place of the lower account in a conversation of a room.
  private static final long ROOM = 0;

  private static final String NAMES =
      " FROM message m LEFT JOIN account s ON s.id = m.sender"
          + " LEFT JOIN account a ON a.id = m.low LEFT JOIN account b ON b.id = m.high AND m.low > 0"
          + " LEFT JOIN room r ON r.id = m.high AND m.low = 0";

  private final Sqlite sqlite;

  private StoredChat(Sqlite sqlite) {
    this.sqlite = sqlite;
  }

  /// How far the database is.
  ///
  /// @param time of the last command applied, ms since the epoch
  public record Summary(String clusterId, long appliedIndex, long time) {}

  /// An account, without its password.
  public record AccountRow(String username, long created, long lastSeen) {}

  /// A room and who is in it.
  ///
  /// @param closed everyone has left it
  public record StoredRoom(
      String name, String topic, boolean isPrivate, boolean closed, List<StoredMember> members) {}

  /// One of its members.
  ///
  /// @param role owner, moderator or member
  public record StoredMember(String username, RoomRole role) {}

  /// How much was said in a conversation.
  ///
  /// @param name `#room`, or the two accounts as `@alice @bob`
  public record ConversationSummary(String name, long messages, long lastSeq, long lastTime) {}

  /// A message as it stands in the log's order.
  public record StoredMessage(
      String conversation,
      long seq,
      String sender,
      long time,
      Optional<Long> replyTo,
      String text) {}

  /// Opens it to be read.
  ///
  /// @param file `holdfast.db` of a server, or a backup
  public static StoredChat open(Path file) throws StoreException {
    if (!Files.isRegularFile(file)) {
      throw new StoreException(Kind.REFUSED, file + " is not there, or not a file");
    }
    try {
      Sqlite sqlite = Sqlite.openUntouched(file, CACHE_KIB);
      try {
        Schema.MAIN.verifyKnown(sqlite, file);
        return new StoredChat(sqlite);
      } catch (StoreException | RuntimeException e) {
        sqlite.close();
        throw e;
      }
    } catch (DiskFailedException e) {
      throw new StoreException(
          Kind.REFUSED, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  public Summary summary() {
    return sqlite
        .prepare("SELECT cluster_id, applied_index, time FROM state")
        .first(row -> new Summary(row.getString(1), row.getLong(2), row.getLong(3)))
        .orElseThrow(() -> new DiskFailedException(sqlite.file(), "it has no state"));
  }

  /// In the order of names.
  public void accounts(Consumer<AccountRow> taker) {
    sqlite
        .prepare("SELECT username, created, last_seen FROM account ORDER BY username")
        .visit(row -> {
          taker.accept(new AccountRow(row.getString(1), row.getLong(2), row.getLong(3)));
          return true;
        });
  }

  /// In the order of names; a name may stand for several that were closed.
  public void rooms(Consumer<StoredRoom> taker) {
    Query members =
        sqlite.prepare(
            "SELECT username, role FROM room_member JOIN account ON account.id = account"
                + " WHERE room = ? ORDER BY username");
    sqlite
        .prepare("SELECT id, name, topic, private, closed FROM room ORDER BY name, id")
        .visit(row -> {
          List<StoredMember> inside =
              members
                  .with(row.getLong(1))
                  .list(member ->
                      new StoredMember(member.getString(1), ChatRows.roleOf(member.getInt(2))));
          taker.accept(
              new StoredRoom(
                  row.getString(2),
                  row.getString(3),
                  row.getBoolean(4),
                  row.getBoolean(5),
                  inside));
          return true;
        });
  }

  /// Every conversation in which something was said.
  public void conversations(Consumer<ConversationSummary> taker) {
    sqlite
        .prepare(
            "SELECT m.low, a.username, b.username, r.name, count(*), max(m.seq), max(m.time)"
                + NAMES
                + " GROUP BY m.low, m.high")
        .visit(row -> {
          taker.accept(
              new ConversationSummary(
                  name(row, 1), row.getLong(5), row.getLong(6), row.getLong(7)));
          return true;
        });
  }

  /// All messages in the order in which they were sent, or those of one conversation, named as
  /// `ConversationSummary` has it.
  public void messages(Optional<String> of, Consumer<StoredMessage> taker) {
    Query step =
        sqlite.prepare(
            "SELECT m.low, a.username, b.username, r.name, m.id, m.seq, s.username, m.time,"
                + " m.reply_to_seq, m.text"
                + NAMES
                + " WHERE m.id > ? ORDER BY m.id LIMIT "
                + STEP_ROWS);
    long last = 0;
    while (true) {
      long[] reached = {last};
      step.with(last)
          .visit(row -> {
            reached[0] = row.getLong(5);
            String conversation = name(row, 1);
            if (of.isEmpty() || of.get().equals(conversation)) {
              taker.accept(
                  new StoredMessage(
                      conversation,
                      row.getLong(6),
                      orUnknown(row.getString(7)),
                      row.getLong(8),
                      row.getLong(9) == 0 ? Optional.empty() : Optional.of(row.getLong(9)),
                      row.getString(10)));
            }
            return true;
          });
      if (reached[0] == last) {
        return;
      }
      last = reached[0];
    }
  }

  /// The conversation whose `low` is in column `first`, and whose names follow it.
  private static String name(ResultSet row, int first) throws SQLException {
    return row.getLong(first) == ROOM
        ? orUnknown(row.getString(first + 3))
        : "@" + orUnknown(row.getString(first + 1)) + " @" + orUnknown(row.getString(first + 2));
  }

  /// A name that is missing is a damaged database, which is to be read all the same.
  private static String orUnknown(String name) {
    return Optional.ofNullable(name).orElse("?");
  }

  @Override
  public void close() {
    sqlite.close();
  }
}

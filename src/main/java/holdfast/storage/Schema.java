package holdfast.storage;

import java.nio.file.Path;
import java.util.List;

/// The tables of the two files, and the numbers in a file's header that name them.
final class Schema {
  /// The file that holds what cannot be rebuilt. "HOLD".
  static final Schema MAIN = new Schema(0x484F4C44, 1, main());

  /// The file that holds what can. "HOLX".
  static final Schema INDEX = new Schema(0x484F4C58, 2, index());

  /// Bytes of a database page.
  static final int PAGE_BYTES = 4096;

  private final int applicationId;
  private final int version;
  private final List<String> statements;

  private Schema(int applicationId, int version, List<String> statements) {
    this.applicationId = applicationId;
    this.version = version;
    this.statements = statements;
  }

  /// Makes the tables, and with them the header's numbers, in the open transaction.
  void create(Sqlite sqlite) {
    statements.forEach(sqlite::run);
    sqlite.run("PRAGMA application_id=" + applicationId);
    sqlite.run("PRAGMA user_version=" + version);
  }

  /// Whether nothing was ever stored in the file.
  static boolean isEmpty(Sqlite sqlite) {
    return sqlite.number("PRAGMA application_id") == 0
        && sqlite.number("PRAGMA user_version") == 0
        && sqlite.number("SELECT count(*) FROM sqlite_master") == 0;
  }

  /// Refuses a file of another program or of another version of this one.
  void verify(Sqlite sqlite, Path file) throws StoreException {
    long foundId = sqlite.number("PRAGMA application_id");
    if (foundId != applicationId) {
      throw new StoreException(
          StoreException.Kind.REFUSED,
          "%s is a database of another program (application id %d): move it away, or give this server another data.dir"
              .formatted(file, foundId));
    }
    long foundVersion = sqlite.number("PRAGMA user_version");
    if (foundVersion != version) {
      throw new StoreException(
          StoreException.Kind.REFUSED,
          "%s has schema version %d and this program knows only %d: start the version of Holdfast that wrote it, or a newer one"
              .formatted(file, foundVersion, version));
    }
  }

  private static List<String> main() {
    return List.of(
        "CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK (one = 1), member_key TEXT NOT NULL) STRICT",
        // vote 0: none
        "CREATE TABLE hard_state(one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL, vote INTEGER NOT NULL) STRICT",
        // cluster_id '': not founded here
        """
        CREATE TABLE state(one INTEGER PRIMARY KEY CHECK (one = 1),
          applied_index INTEGER NOT NULL, applied_id INTEGER NOT NULL,
          running_digest BLOB NOT NULL, time INTEGER NOT NULL,
          cluster_id TEXT NOT NULL, token_key BLOB NOT NULL) STRICT
        """,
        // The position before the first entry kept.
        "CREATE TABLE log_start(one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL, log_index INTEGER NOT NULL) STRICT",
        """
        CREATE TABLE log(first_index INTEGER PRIMARY KEY, count INTEGER NOT NULL,
          term INTEGER NOT NULL, checksum INTEGER NOT NULL, entries BLOB NOT NULL) STRICT
        """,
        "CREATE TABLE term_run(first_index INTEGER PRIMARY KEY, term INTEGER NOT NULL) STRICT",
        "CREATE TABLE membership(log_index INTEGER PRIMARY KEY, term INTEGER NOT NULL, command BLOB NOT NULL) STRICT",
        """
        CREATE TABLE account(id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE,
          password_hash TEXT NOT NULL, generation INTEGER NOT NULL,
          created INTEGER NOT NULL, last_seen INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE room(id INTEGER PRIMARY KEY, name TEXT NOT NULL, topic TEXT NOT NULL,
          private INTEGER NOT NULL, closed INTEGER NOT NULL, members INTEGER NOT NULL) STRICT
        """,
        "CREATE UNIQUE INDEX open_room ON room(name) WHERE closed = 0",
        """
        CREATE TABLE room_member(room INTEGER NOT NULL, account INTEGER NOT NULL,
          role INTEGER NOT NULL, joined INTEGER NOT NULL,
          PRIMARY KEY (room, account)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX room_member_by_account ON room_member(account, room, joined)",
        "CREATE INDEX room_member_by_role ON room_member(room, role, joined)",
        // Appended in log order and without an index of its own: five times cheaper than touching
        // one random page a message. reply_to 0: none. request_id: see RequestIdColumn.
        """
        CREATE TABLE message(id INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL,
          seq INTEGER NOT NULL, sender INTEGER NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL,
          reply_to INTEGER NOT NULL, reply_to_seq INTEGER NOT NULL, request_id ANY NOT NULL,
          payload_high INTEGER NOT NULL, payload_low INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE mark(id INTEGER PRIMARY KEY, account INTEGER NOT NULL,
          low INTEGER NOT NULL, high INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE room_event(id INTEGER NOT NULL, part INTEGER NOT NULL, room INTEGER NOT NULL,
          change TEXT NOT NULL, account INTEGER NOT NULL, by INTEGER NOT NULL,
          PRIMARY KEY (id, part)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX room_event_by_account ON room_event(account, id)",
        // code '': done
        """
        CREATE TABLE request(id INTEGER PRIMARY KEY, time INTEGER NOT NULL,
          principal INTEGER NOT NULL, key_high INTEGER NOT NULL, key_low INTEGER NOT NULL,
          payload_high INTEGER NOT NULL, payload_low INTEGER NOT NULL,
          code TEXT NOT NULL, message TEXT NOT NULL) STRICT
        """);
  }

  private static List<String> index() {
    return List.of(
        // Everything up to id is merged; member_key names the directory it was made for.
        "CREATE TABLE merge_point(one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, member_key TEXT NOT NULL) STRICT",
        // ids: of the messages from first_seq on, see PackedIds.
        """
        CREATE TABLE message_index(low INTEGER NOT NULL, high INTEGER NOT NULL,
          first_seq INTEGER NOT NULL, ids BLOB NOT NULL,
          PRIMARY KEY (low, high, first_seq)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE head(low INTEGER NOT NULL, high INTEGER NOT NULL,
          last_seq INTEGER NOT NULL, last_id INTEGER NOT NULL,
          PRIMARY KEY (low, high)) STRICT, WITHOUT ROWID
        """,
        // Direct conversations with at least one message.
        """
        CREATE TABLE account_conversation(account INTEGER NOT NULL,
          low INTEGER NOT NULL, high INTEGER NOT NULL,
          PRIMARY KEY (account, low, high)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE read_position(account INTEGER NOT NULL,
          low INTEGER NOT NULL, high INTEGER NOT NULL, seq INTEGER NOT NULL,
          PRIMARY KEY (account, low, high)) STRICT, WITHOUT ROWID
        """);
  }
}

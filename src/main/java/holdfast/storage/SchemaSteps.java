package holdfast.storage;

import java.util.List;

/// The statements of each version of each file's tables. A step that was ever released is never
/// changed: files that it made are out there. What a version needs beyond it is a step of its own,
/// which may use nothing but the rows it finds, so that every server gets the same.
final class SchemaSteps {
  /// From nothing to each version of the main file, from 1 on.
  static final List<List<String>> MAIN = List.of(main1(), main2(), main3(), main4(), main5());

  /// From nothing to each version of the index, from 3 on; those before are built anew.
  static final List<List<String>> INDEX = List.of(index3(), index4());

  private SchemaSteps() {}

  private static List<String> main1() {
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

  /// What accounts and rooms can do since this version.
  private static List<String> main2() {
    return List.of(
        // deleted: when the account was; 0: it is there
        "ALTER TABLE account ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0",
        // detail: the topic or role that was set
        "ALTER TABLE room_event ADD COLUMN detail TEXT NOT NULL DEFAULT ''",
        // Who may join a private room and has not.
        """
        CREATE TABLE invitation(room INTEGER NOT NULL, account INTEGER NOT NULL,
          PRIMARY KEY (room, account)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX invitation_by_account ON invitation(account, room)",
        // account takes no direct messages from blocked
        """
        CREATE TABLE block(account INTEGER NOT NULL, blocked INTEGER NOT NULL,
          PRIMARY KEY (account, blocked)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE preference(account INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
          PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID
        """);
  }

  /// What can be done to messages since this version.
  private static List<String> main3() {
    return List.of(
        // edited 0: never. Only EDIT and DELETE change a row; they append to message_change.
        "ALTER TABLE message ADD COLUMN edited INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE message ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0",
        // kind: see MessageRows. emoji '': none.
        """
        CREATE TABLE message_change(id INTEGER NOT NULL, part INTEGER NOT NULL,
          kind INTEGER NOT NULL, message INTEGER NOT NULL, low INTEGER NOT NULL,
          high INTEGER NOT NULL, seq INTEGER NOT NULL, account INTEGER NOT NULL,
          emoji TEXT NOT NULL, PRIMARY KEY (id, part)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX hidden_message ON message_change(account, low, high, seq) WHERE kind = 2",
        """
        CREATE TABLE reaction(message INTEGER NOT NULL, id INTEGER NOT NULL,
          emoji TEXT NOT NULL, account INTEGER NOT NULL,
          PRIMARY KEY (message, id)) STRICT, WITHOUT ROWID
        """,
        // id: the message's.
        """
        CREATE TABLE mention(id INTEGER NOT NULL, account INTEGER NOT NULL,
          room INTEGER NOT NULL, seq INTEGER NOT NULL,
          PRIMARY KEY (id, account)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX mention_of_account ON mention(account, room, seq)");
  }

  /// What a lone survivor and those that come back to it need since this version.
  private static List<String> main4() {
    return List.of(
        // See holdfast.chat.Held; held_id 0: nobody is outside.
        "ALTER TABLE state ADD COLUMN held_id INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE state ADD COLUMN held_since INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE state ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0",
        // See holdfast.chat.Timelines: each but (0,0), with its first command.
        """
        CREATE TABLE timeline(timeline INTEGER PRIMARY KEY, first_id INTEGER NOT NULL) STRICT
        """,
        timelinesOfRows(),
        // This server's own, like identity: clients' writes of lost timelines that it has yet to
        // bring in again, and those that could not be. first: the position at which those begin
        // that came with it. done: see Rescue.
        """
        CREATE TABLE rescued(position INTEGER PRIMARY KEY, old_id INTEGER NOT NULL,
          first INTEGER NOT NULL, command BLOB NOT NULL, done INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX rescued_waiting ON rescued(position) WHERE done = 0",
        "CREATE INDEX rescued_by_id ON rescued(old_id, position)",
        """
        CREATE TABLE unreplayable(position INTEGER PRIMARY KEY, old_id INTEGER NOT NULL,
          command BLOB NOT NULL, reason TEXT NOT NULL) STRICT
        """);
  }

  /// What a redo log beside the database needs since this version.
  private static List<String> main5() {
    return List.of(
        // This server's own, like identity. sequence: everything up to that record of the redo log
        // is in these tables. written: its last record that was known to be on disk when this row
        // was; 0: there is no redo log in use.
        """
        CREATE TABLE redo(one INTEGER PRIMARY KEY CHECK (one = 1),
          sequence INTEGER NOT NULL, written INTEGER NOT NULL) STRICT
        """,
        "INSERT INTO redo VALUES (1, 1, 0)");
  }

  /// A cluster that was restored or recovered before this version is of a later timeline, whose
  /// first command, a list of members, left no row: the first one that did stands for it. Goes from
  /// one timeline's ids (2^39 each) to the next, so that few rows are looked at.
  private static String timelinesOfRows() {
    String next =
        """
        (SELECT min(id) FROM (
          SELECT min(id) AS id FROM message WHERE id >= %1$s
          UNION ALL SELECT min(id) FROM request WHERE id >= %1$s
          UNION ALL SELECT min(applied_id) FROM state WHERE applied_id >= %1$s))
        """;
    return """
    WITH RECURSIVE first(id) AS (
      SELECT %s
      UNION ALL SELECT %s FROM first WHERE id IS NOT NULL)
    INSERT INTO timeline SELECT id >> 39, id FROM first WHERE id IS NOT NULL
    """
        .formatted(next.formatted("(1 << 39)"), next.formatted("(((first.id >> 39) + 1) << 39)"));
  }

  private static List<String> index3() {
    return List.of(
        // Everything up to id is merged, up to searched_id in message_words, too; member_key names
        // the directory it was made for.
        """
        CREATE TABLE merge_point(one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL,
          member_key TEXT NOT NULL, searched_id INTEGER NOT NULL) STRICT
        """,
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
        """,
        // rowid: the message's id. Which messages have which words, not where: what is found is
        // looked at itself. See SearchTerms.
        """
        CREATE VIRTUAL TABLE message_words USING fts5(words, content='', contentless_delete=1,
          detail=none, tokenize="ascii tokenchars '_-'")
        """);
  }

  /// What a start reads in place of two million rows since this version.
  private static List<String> index4() {
    return List.of(
        // requests: all with ids above after_id up to last_id, see RequestBlock.
        """
        CREATE TABLE request_block(last_id INTEGER PRIMARY KEY, after_id INTEGER NOT NULL,
          checksum INTEGER NOT NULL, requests BLOB NOT NULL) STRICT
        """);
  }
}

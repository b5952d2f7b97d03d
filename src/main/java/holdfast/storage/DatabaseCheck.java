package holdfast.storage;

import holdfast.chat.EntryId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Walks all tables of a data directory beside the server that writes them, through connections of
/// its own: whether SQLite finds them sound, whether the log's checksums hold, whether the index
/// has what the messages say; and what digest the rows have, so that servers can be held against
/// each other. Rows that are only ever appended are read in small steps with rests between them.
/// For a platform thread of its own.
public final class DatabaseCheck {
  private static final int CACHE_KIB = 4 * 1024;

  /// Rows read in one step.
  private static final int STEP_ROWS = 8_192;

  /// Rows of the log, which are packed and larger, in one step.
  private static final int LOG_STEP_ROWS = 64;

  /// After a step the walk rests as long as the step took, so many times.
  private static final int REST_FACTOR = 1;

  /// Faults told of one table.
  private static final int FAULTS_MAX = 10;

  private final Path main;
  private final Path index;
  private final List<String> faults = new ArrayList<>();
  private final List<Table> tables = new ArrayList<>();

  DatabaseCheck(DataDirectory data) {
    main = data.main();
    index = data.index();
  }

  /// What was found in one table.
  ///
  /// @param logIndex the rows are those of commands up to here
  /// @param digest SHA-256 over all their columns, hex
  public record Table(String name, long logIndex, long rows, String digest) {}

  /// What was found in all.
  ///
  /// @param faults sentences; none: all is well
  public record Result(List<Table> tables, List<String> faults) {
    public Result {
      tables = List.copyOf(tables);
      faults = List.copyOf(faults);
    }
  }

  /// Walks what commands up to `logIndex` wrote, which must be applied and committed.
  public Result run(long logIndex) throws InterruptedException {
    try (Sqlite sqlite = Sqlite.openToRead(main, CACHE_KIB)) {
      soundness(sqlite);
      log(sqlite);
      appended(sqlite, "message", logIndex);
      for (String table : SnapshotCopy.APPENDED) {
        appended(sqlite, table, logIndex);
      }
      changed(sqlite);
      rooms(sqlite);
      try (Sqlite merged = Sqlite.openToRead(index, CACHE_KIB)) {
        soundness(merged);
        index(sqlite, merged);
      }
    } catch (DiskFailedException e) {
      faults.add(e.getMessage());
    }
    return new Result(tables, faults);
  }

  private static void rest(long begun) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(REST_FACTOR * (System.nanoTime() - begun));
  }

  /// Table by table, so that no read transaction lasts for the whole file.
  private void soundness(Sqlite sqlite) throws InterruptedException {
    List<String> names =
        sqlite
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
            .list(row -> row.getString(1));
    for (String name : names) {
      long begun = System.nanoTime();
      sqlite
          .prepare("SELECT * FROM pragma_quick_check(?) LIMIT " + FAULTS_MAX)
          .set(1, name)
          .visit(row -> {
            if (!row.getString(1).equals("ok")) {
              faults.add("%s, table %s: %s".formatted(sqlite.file(), name, row.getString(1)));
            }
            return true;
          });
      rest(begun);
    }
  }

  private void log(Sqlite sqlite) throws InterruptedException {
    Query rows =
        sqlite.prepare(
            "SELECT first_index, count, term, checksum, entries FROM log WHERE first_index > ?"
                + " ORDER BY first_index LIMIT "
                + LOG_STEP_ROWS);
    long last = -1;
    while (true) {
      long begun = System.nanoTime();
      List<LogRow> step = rows.with(last).list(LogRow::read);
      for (LogRow row : step) {
        if (!row.intact()) {
          faults.add(
              "%s: the log's entries %d to %d are not what was written (checksum)"
                  .formatted(main, row.firstIndex(), row.lastIndex()));
        }
      }
      if (step.isEmpty()) {
        return;
      }
      last = step.getLast().firstIndex();
      rest(begun);
    }
  }

  // ---- digests

  private void appended(Sqlite sqlite, String table, long logIndex) throws InterruptedException {
    Query stepEnd =
        sqlite.prepare(
            "SELECT coalesce(max(id), 0) FROM (SELECT id FROM %s WHERE id > ? ORDER BY id LIMIT %d)"
                .formatted(table, STEP_ROWS));
    Query rows =
        sqlite.prepare(
            "SELECT * FROM %s WHERE id > ? AND id <= ? ORDER BY %s"
                .formatted(table, key(sqlite, table)));
    MessageDigest sha = sha256();
    long[] count = {0};
    long last = 0;
    while (true) {
      long begun = System.nanoTime();
      long upTo = stepEnd.with(last).number();
      if (upTo == 0) {
        break;
      }
      boolean[] beyond = {false};
      rows.with(last, upTo)
          .visit(row -> {
            beyond[0] = EntryId.indexOf(row.getLong("id")) > logIndex;
            if (!beyond[0]) {
              add(sha, row);
              count[0]++;
            }
            return !beyond[0];
          });
      if (beyond[0]) {
        break;
      }
      last = upTo;
      rest(begun);
    }
    boolean changes = SnapshotCopy.OF_MESSAGES.contains(table);
    long asOf = changes ? Math.max(logIndex, lastChange(sqlite)) : logIndex;
    tables.add(new Table(table, asOf, count[0], HexFormat.of().formatHex(sha.digest())));
  }

  /// The log index of the last command that changed a message: an older message may be as that
  /// command left it.
  private static long lastChange(Sqlite sqlite) {
    return EntryId.indexOf(sqlite.number("SELECT coalesce(max(id), 0) FROM message_change"));
  }

  /// All of one moment.
  private void changed(Sqlite sqlite) {
    sqlite.run("BEGIN");
    long applied = sqlite.number("SELECT applied_index FROM state");
    List<String> names = new ArrayList<>(SnapshotCopy.CHANGED);
    names.add("reaction");
    for (String table : names) {
      MessageDigest sha = sha256();
      long[] count = {0};
      sqlite
          .prepare("SELECT * FROM %s ORDER BY %s".formatted(table, key(sqlite, table)))
          .visit(row -> {
            add(sha, row);
            count[0]++;
            return true;
          });
      tables.add(new Table(table, applied, count[0], HexFormat.of().formatHex(sha.digest())));
    }
    sqlite.run("COMMIT");
  }

  /// The columns of its primary key, which every table has.
  private static String key(Sqlite sqlite, String table) {
    return String.join(
        ", ",
        sqlite
            .prepare("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk")
            .set(1, table)
            .list(row -> row.getString(1)));
  }

  private static void add(MessageDigest sha, ResultSet row) throws SQLException {
    int columns = row.getMetaData().getColumnCount();
    for (int i = 1; i <= columns; i++) {
      Object value = row.getObject(i);
      byte[] bytes =
          value instanceof byte[] blob
              ? blob
              : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
      sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      sha.update(bytes);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  // ---- what must agree

  private void rooms(Sqlite sqlite) {
    sqlite
        .prepare(
            "SELECT name, members, (SELECT count(*) FROM room_member WHERE room = id) AS counted"
                + " FROM room WHERE closed = 0 AND members <> counted LIMIT "
                + FAULTS_MAX)
        .visit(row ->
            faults.add(
                "%s: room %s says that it has %d members, and %d are there"
                    .formatted(main, row.getString(1), row.getLong(2), row.getLong(3))));
  }

  /// Each conversation's messages are numbered 1, 2, 3 and so on, and the index has as many as
  /// there are up to where it is merged. One read transaction: merging must not come between.
  private void index(Sqlite sqlite, Sqlite merged) {
    merged.run("BEGIN");
    long mergePoint = merged.number("SELECT id FROM merge_point");
    long[] before = {-1, -1, 0};
    long[] count = {0};
    merged
        .prepare(
            "SELECT low, high, first_seq, length(ids) / 8 FROM message_index"
                + " ORDER BY low, high, first_seq")
        .visit(row -> {
          boolean goesOn = row.getLong(1) == before[0] && row.getLong(2) == before[1];
          long expected = goesOn ? before[2] : 1;
          if (row.getLong(3) != expected) {
            faults.add(
                "%s: conversation (%d, %d) goes on with message %d where %d is due; the index can be rebuilt: stop the server and delete index.db"
                    .formatted(index, row.getLong(1), row.getLong(2), row.getLong(3), expected));
          }
          before[0] = row.getLong(1);
          before[1] = row.getLong(2);
          before[2] = row.getLong(3) + row.getLong(4);
          count[0] += row.getLong(4);
          return faults.size() < FAULTS_MAX;
        });
    merged.run("COMMIT");
    long messages =
        sqlite.prepare("SELECT count(*) FROM message WHERE id <= ?").with(mergePoint).number();
    if (messages != count[0] && faults.isEmpty()) {
      faults.add(
          "%s has %d messages where there are %d; it can be rebuilt: stop the server and delete it"
              .formatted(index, count[0], messages));
    }
  }
}

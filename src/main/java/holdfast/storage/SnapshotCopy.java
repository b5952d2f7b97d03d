package holdfast.storage;

import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Copies what is applied into a file of its own, while the server goes on writing. Rows that are
/// only ever appended, which is nearly all, are copied in small steps, each a short read
/// transaction of its own, with rests between them; the few that change, and what was appended
/// meanwhile, in one last transaction, so that all of it is of one moment. Of messages and their
/// reactions, which are too many for that and may change, those that changed since the copy began
/// are copied again: `message_change` says which. No read transaction lasts long, so the
/// write-ahead log does not grow. What belongs to the sender alone is left out: its key, its term
/// and vote, what it has to bring in again; and the log, unless the receiver is to find out by it
/// where its own parts from it.
final class SnapshotCopy {
  /// Rows that nothing ever changes or deletes, in tables whose `id` only grows.
  static final List<String> APPENDED =
      List.of("mark", "room_event", "request", "message_change", "mention");

  /// Rows that change only together with a row of `message_change` that names their message.
  static final List<String> OF_MESSAGES = List.of("message", "reaction");

  /// Small tables that are copied at one moment.
  static final List<String> CHANGED =
      List.of(
          "account",
          "room",
          "room_member",
          "invitation",
          "block",
          "preference",
          "timeline",
          "state");

  /// Rows copied in one step.
  static final int STEP_ROWS = 8_192;

  /// After a step the copy rests so many times as long as the step took: it leaves the disk and the
  /// processor to the server.
  private static final int REST_FACTOR = 2;

  /// Rounds over these tables before the last transaction takes what is left.
  private static final int ROUNDS_MAX = 16;

  /// Rows of the log, of up to 1 MiB each, copied in one step.
  private static final int LOG_STEP_ROWS = 16;

  private static final String LOG_COLUMNS = "first_index, count, term, checksum, entries";

  private static final int CACHE_KIB = 4 * 1024;

  private final Sqlite out;
  private final boolean withLog;

  private SnapshotCopy(Sqlite out, boolean withLog) {
    this.out = out;
    this.withLog = withLog;
  }

  /// Makes the copy of `source` at `target`, in place of whatever is there; returns the last
  /// command it has applied. `withLog`: with the log up to there. Interrupted, it leaves a useless
  /// file.
  static LogPosition make(Path source, Path target, boolean withLog)
      throws IOException, InterruptedException {
    DataDirectory.delete(target);
    DataDirectory.create(target);
    try (Sqlite out = Sqlite.open(target, CACHE_KIB)) {
      out.run("PRAGMA page_size=" + Schema.PAGE_BYTES);
      out.run("PRAGMA journal_mode=OFF");
      // Each step reaches the disk by itself, so that no sync of the server's has to wait for much.
      out.run("PRAGMA synchronous=NORMAL");
      out.run("BEGIN IMMEDIATE");
      Schema.MAIN.create(out);
      out.run("COMMIT");
      out.run("ATTACH '%s' AS source".formatted(source.toString().replace("'", "''")));
      return new SnapshotCopy(out, withLog).run();
    }
  }

  private LogPosition run() throws InterruptedException {
    long begun = out.number("SELECT coalesce(max(id), 0) FROM source.message_change");
    for (int round = 0; round < ROUNDS_MAX; round++) {
      int steps = 0;
      while (withLog && logStep()) {
        steps++;
      }
      for (String table : tablesInSteps()) {
        while (step(table)) {
          steps++;
        }
      }
      if (steps <= tablesInSteps().size()) {
        break;
      }
    }
    return finish(begun);
  }

  private static List<String> tablesInSteps() {
    return Stream.concat(OF_MESSAGES.stream(), APPENDED.stream()).toList();
  }

  /// The column in whose order a table is copied.
  private static String keyOf(String table) {
    return table.equals("reaction") ? "message" : "id";
  }

  /// Copies the next rows of `table`. False: there are few or none left.
  private boolean step(String table) throws InterruptedException {
    long begun = System.nanoTime();
    long last = lastId(table);
    long upTo =
        out.number(
            "SELECT coalesce(max(%1$s), 0) FROM (SELECT %1$s FROM source.%2$s WHERE %1$s > %3$d ORDER BY %1$s LIMIT %4$d)"
                .formatted(keyOf(table), table, last, STEP_ROWS));
    if (upTo == 0) {
      return false;
    }
    out.run(
        "INSERT INTO main.%1$s SELECT * FROM source.%1$s WHERE %2$s > %3$d AND %2$s <= %4$d ORDER BY %2$s"
            .formatted(table, keyOf(table), last, upTo));
    TimeUnit.NANOSECONDS.sleep(REST_FACTOR * (System.nanoTime() - begun));
    return true;
  }

  private long lastId(String table) {
    return out.number("SELECT coalesce(max(%s), 0) FROM main.%s".formatted(keyOf(table), table));
  }

  private LogPosition finish(long begun) {
    out.run("BEGIN");
    for (String table : tablesInSteps()) {
      out.run(
          "INSERT INTO main.%1$s SELECT * FROM source.%1$s WHERE %2$s > %3$d ORDER BY %2$s"
              .formatted(table, keyOf(table), lastId(table)));
    }
    // What was copied before it changed.
    for (String table : OF_MESSAGES) {
      String changed =
          "%s IN (SELECT message FROM source.message_change WHERE id > %d)"
              .formatted(keyOf(table), begun);
      out.run("DELETE FROM main.%s WHERE %s".formatted(table, changed));
      out.run(
          "INSERT INTO main.%1$s SELECT * FROM source.%1$s WHERE %2$s".formatted(table, changed));
    }
    for (String table : CHANGED) {
      out.run("INSERT INTO main.%s SELECT * FROM source.%s".formatted(table, table));
    }
    LogPosition position = SnapshotState.of(out, "source").position();
    if (withLog) {
      finishLog(position.index());
    } else {
      out.run(
          "INSERT INTO main.log_start VALUES (1, %d, %d)"
              .formatted(position.term(), position.index()));
    }
    out.run(
        "INSERT INTO main.membership SELECT * FROM source.membership WHERE log_index ="
            + " (SELECT max(log_index) FROM source.membership WHERE log_index <= "
            + position.index()
            + ")");
    out.run("COMMIT");
    return position;
  }

  /// Copies the next rows of the log that are applied as a whole, which nothing changes any more.
  /// False: there are few or none left.
  private boolean logStep() throws InterruptedException {
    long begun = System.nanoTime();
    long last = out.number("SELECT coalesce(max(first_index), -1) FROM main.log");
    out.run(
        "INSERT INTO main.log SELECT %1$s FROM source.log WHERE first_index > %2$d AND first_index + count - 1 <= (SELECT applied_index FROM source.state) ORDER BY first_index LIMIT %3$d"
            .formatted(LOG_COLUMNS, last, LOG_STEP_ROWS));
    TimeUnit.NANOSECONDS.sleep(REST_FACTOR * (System.nanoTime() - begun));
    long copied = out.number("SELECT count(*) FROM main.log WHERE first_index > " + last);
    return copied == LOG_STEP_ROWS;
  }

  /// The rest of the log up to `appliedIndex`, which may stand within a row. What was compacted
  /// meanwhile goes here, too, so that there is no gap.
  private void finishLog(long appliedIndex) {
    out.run("INSERT INTO main.log_start SELECT * FROM source.log_start");
    out.run("DELETE FROM main.log WHERE first_index <= (SELECT log_index FROM source.log_start)");
    out.run(
        "INSERT INTO main.log SELECT %1$s FROM source.log WHERE first_index > (SELECT coalesce(max(first_index), -1) FROM main.log) AND first_index <= %2$d ORDER BY first_index"
            .formatted(LOG_COLUMNS, appliedIndex));
    out.prepare("SELECT %s FROM main.log ORDER BY first_index DESC LIMIT 1".formatted(LOG_COLUMNS))
        .first(LogRow::read)
        .filter(row -> row.lastIndex() > appliedIndex)
        .ifPresent(row -> cutAfter(row, appliedIndex));
    out.run(
        "INSERT INTO main.term_run SELECT * FROM source.term_run WHERE first_index <= "
            + appliedIndex);
  }

  private void cutAfter(LogRow row, long lastIndex) {
    if (!row.intact()) {
      throw new DiskFailedException(
          out.file(), "log entries %d to %d are damaged".formatted(row.firstIndex(), lastIndex));
    }
    List<LogEntry> kept = new ArrayList<>();
    row.unpack(row.firstIndex(), entry -> entry.index() <= lastIndex && kept.add(entry));
    LogRow prefix = LogRow.pack(kept);
    out.prepare("INSERT OR REPLACE INTO main.log(%s) VALUES (?, ?, ?, ?, ?)".formatted(LOG_COLUMNS))
        .with(prefix.firstIndex(), prefix.count(), prefix.term(), prefix.checksum())
        .set(5, prefix.entries())
        .update();
  }
}

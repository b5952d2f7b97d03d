package holdfast.storage;

import holdfast.replication.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Copies what is applied into a file of its own, while the server goes on writing. Rows that are
/// only ever appended, which is nearly all, are copied in small steps, each a short read
/// transaction of its own, with rests between them; the few that change, and what was appended
/// meanwhile, in one last transaction, so that all of it is of one moment. Of messages and their
/// reactions, which are too many for that and may change, those that changed since the copy began
/// are copied again: `message_change` says which. No read transaction lasts long, so the
/// write-ahead log does not grow. What belongs to the sender alone (its key, its term and vote) and
/// the log are left out.
final class SnapshotCopy {
  /// Rows that nothing ever changes or deletes, in tables whose `id` only grows.
  static final List<String> APPENDED =
      List.of("mark", "room_event", "request", "message_change", "mention");

  /// Rows that change only together with a row of `message_change` that names their message.
  static final List<String> OF_MESSAGES = List.of("message", "reaction");

  /// Small tables that are copied at one moment.
  static final List<String> CHANGED =
      List.of("account", "room", "room_member", "invitation", "block", "preference", "state");

  /// Rows copied in one step.
  static final int STEP_ROWS = 8_192;

  /// After a step the copy rests so many times as long as the step took: it leaves the disk and the
  /// processor to the server.
  private static final int REST_FACTOR = 2;

  /// Rounds over these tables before the last transaction takes what is left.
  private static final int ROUNDS_MAX = 16;

  private static final int CACHE_KIB = 4 * 1024;

  private final Sqlite out;

  private SnapshotCopy(Sqlite out) {
    this.out = out;
  }

  /// Makes the copy of `source` at `target`, in place of whatever is there; returns the last
  /// command it has applied. Interrupted, it leaves a useless file.
  static LogPosition make(Path source, Path target) throws IOException, InterruptedException {
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
      return new SnapshotCopy(out).run();
    }
  }

  private LogPosition run() throws InterruptedException {
    long begun = out.number("SELECT coalesce(max(id), 0) FROM source.message_change");
    for (int round = 0; round < ROUNDS_MAX; round++) {
      int steps = 0;
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
    LogPosition position = position();
    out.run(
        "INSERT INTO main.log_start VALUES (1, %d, %d)"
            .formatted(position.term(), position.index()));
    out.run(
        "INSERT INTO main.membership SELECT * FROM source.membership WHERE log_index ="
            + " (SELECT max(log_index) FROM source.membership WHERE log_index <= "
            + position.index()
            + ")");
    out.run("COMMIT");
    return position;
  }

  /// The last command applied, as of the open transaction.
  private LogPosition position() {
    long index = out.number("SELECT applied_index FROM source.state");
    boolean atStart = out.number("SELECT log_index FROM source.log_start") == index;
    long term =
        out.number(
            atStart
                ? "SELECT term FROM source.log_start"
                : "SELECT term FROM source.term_run WHERE first_index <= %d ORDER BY first_index DESC LIMIT 1"
                    .formatted(index));
    return new LogPosition(term, index);
  }
}

package holdfast.storage;

import holdfast.chat.ConversationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Makes messages searchable, behind the write path: a bounded number at a time, read from the main
/// file as any reader does, with rests between (see IndexPace). What is not done yet is looked at
/// row by row by whoever searches, so being behind hides nothing; it only costs the searcher.
///
/// What it reads is committed by the cluster, so should this server's disk lose it when power
/// fails, it comes again under the same id; words that are ahead of their messages do no harm.
final class SearchIndexer {
  /// Messages of one step, and as many edited or deleted ones.
  static final int STEP_ROWS = 4_096;

  /// When there was nothing to do, it looks again after this.
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// Where more than a step is to be done, it leaves a server that starts to itself for so long.
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final IndexFile index;
  private final IndexPace pace;
  private final Query begin;
  private final Query end;
  private final Query applied;
  private final Query messages;
  private final Query changes;
  private final Query changed;
  private long restUntil;

  private record Row(long id, ConversationId conversation, String text) {}

  private record Change(long id, long message) {}

  SearchIndexer(Sqlite main, IndexFile index, IndexPace pace) {
    this.index = index;
    this.pace = pace;
    begin = main.prepare("BEGIN");
    end = main.prepare("COMMIT");
    applied = main.prepare("SELECT applied_id FROM state");
    messages =
        main.prepare(
            "SELECT id, low, high, text FROM message WHERE id > ? ORDER BY id LIMIT " + STEP_ROWS);
    // Edited or deleted.
    changes =
        main.prepare(
            "SELECT id, message FROM message_change WHERE id > ? AND kind < 2 ORDER BY id LIMIT "
                + STEP_ROWS);
    changed = main.prepare("SELECT id, low, high, text FROM message WHERE id = ? AND deleted = 0");
    boolean isBehind = applied.number() - index.searchedId() > STEP_ROWS;
    restUntil = System.nanoTime() + (isBehind ? START_NANOS : 0);
  }

  /// How long to wait for something better to do before the next step.
  long restNanos() {
    return Math.max(0, restUntil - System.nanoTime());
  }

  /// Makes the next messages searchable.
  void step() {
    long begun = System.nanoTime();
    long from = index.searchedId();
    Map<Long, String> words = new TreeMap<>();
    long upTo = Reader.atOneMoment(begin, end, () -> read(from, words));
    if (upTo > from) {
      index.putWords(words, upTo);
      index.checkpointIfLong();
    }
    boolean isBehind = words.size() >= STEP_ROWS;
    long rest = pace.restNanos(begun);
    restUntil = System.nanoTime() + (isBehind ? rest : Math.max(rest, IDLE_NANOS));
  }

  /// Adds what the messages from here on, and those changed from here on, are found by; returns how
  /// far that goes.
  private long read(long from, Map<Long, String> words) {
    List<Row> rows = messages.with(from).list(SearchIndexer::row);
    List<Change> changesFound =
        changes.with(from).list(row -> new Change(row.getLong(1), row.getLong(2)));
    long upTo = applied.number();
    if (rows.size() == STEP_ROWS) {
      upTo = Math.min(upTo, rows.getLast().id());
    }
    if (changesFound.size() == STEP_ROWS) {
      // The last command's rows may not all be there.
      upTo = Math.min(upTo, changesFound.getLast().id() - 1);
    }
    for (Change change : changesFound) {
      if (change.id() <= upTo && change.message() <= from) {
        words.put(
            change.message(),
            changed
                .with(change.message())
                .first(SearchIndexer::row)
                .map(SearchIndexer::documentOf)
                .orElse(""));
      }
    }
    for (Row row : rows) {
      if (row.id() <= upTo) {
        words.put(row.id(), documentOf(row));
      }
    }
    return upTo;
  }

  private static String documentOf(Row row) {
    return row.text().isEmpty() ? "" : SearchTerms.documentOf(row.conversation(), row.text());
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong(1), new ConversationId(row.getLong(2), row.getLong(3)), row.getString(4));
  }
}

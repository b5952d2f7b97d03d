package holdfast.storage;

import holdfast.chat.ConversationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Makes messages searchable, behind the write path: a bounded number at a time, read from the main
/// file as any reader does, with rests between (see IndexPace). What is not done yet is looked at
/// row by row by whoever searches, so being behind hides nothing; it only costs the searcher.
///
/// What it reads is committed by the cluster, so should this server's disk lose it when power
/// fails, it comes again under the same id; words that are ahead of their messages do no harm.
final class SearchIndexer {
  /// Messages of one step, about, and of those edited or deleted what one read finds.
  static final int STEP_ROWS = 2_048;

  /// Messages of one read.
  static final int READ_ROWS = 256;

  /// Pieces of words merged in one step: about twice what it puts needs.
  private static final int MERGES_MAX = 256;

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

  /// Whether there may be words to merge.
  private boolean unmerged = true;

  private record Row(long id, ConversationId conversation, String text) {}

  private record Change(long id, long message) {}

  /// What one read found: the messages whose words are to be put, by id, and in place of deleted
  /// ones nothing; how far that goes, and whether more is there.
  private record Found(SortedMap<Long, Optional<Row>> rows, long upTo, boolean more) {}

  SearchIndexer(Sqlite main, IndexFile index, IndexPace pace) {
    this.index = index;
    this.pace = pace;
    begin = main.prepare("BEGIN");
    end = main.prepare("COMMIT");
    applied = main.prepare("SELECT applied_id FROM state");
    messages =
        main.prepare(
            "SELECT id, low, high, text FROM message WHERE id > ? ORDER BY id LIMIT " + READ_ROWS);
    // Edited or deleted.
    changes =
        main.prepare(
            "SELECT id, message FROM message_change WHERE id > ? AND id <= ? AND kind < 2"
                + " ORDER BY id LIMIT "
                + STEP_ROWS);
    changed = main.prepare("SELECT id, low, high, text FROM message WHERE id = ? AND deleted = 0");
    restUntil = System.nanoTime() + (isBehind() ? START_NANOS : 0);
  }

  /// How long to wait for something better to do before the next step.
  long restNanos() {
    return Math.max(0, restUntil - System.nanoTime());
  }

  /// Merges some of the words of messages before, and makes the next ones searchable. Merging comes
  /// first, since where there is little time a step ends early, and segments must not pile up until
  /// FTS5 merges many in one piece. It has an end before all is merged, since large segments take
  /// minutes.
  void step() {
    pace.begin();
    for (int i = 0; i < MERGES_MAX && unmerged && !pace.isUrgent(); i++) {
      unmerged = index.mergeWords();
      checkpoint();
      pace.breathe();
    }
    long from = index.searchedId();
    Found first = read(from);
    if (first.upTo() > from) {
      index.inTransaction(() -> put(first));
      unmerged = true;
      checkpoint();
    }
    long rest = pace.restNanos();
    boolean more = unmerged || isBehind();
    restUntil = System.nanoTime() + (more ? rest : Math.max(rest, IDLE_NANOS));
  }

  /// What is waited for the disk meanwhile is no reason to rest.
  private void checkpoint() {
    if (index.checkpointIfLong()) {
      pace.leaveOut();
    }
  }

  /// Whether more than a step is to be done.
  private boolean isBehind() {
    return applied.number() - index.searchedId() > STEP_ROWS;
  }

  /// Puts what was found and what follows it, as much as a step may, less if somebody waits.
  private void put(Found first) {
    Found found = first;
    int rows = putWords(found);
    while (found.more() && rows < STEP_ROWS && !pace.isUrgent()) {
      found = read(found.upTo());
      rows += putWords(found);
    }
    index.moveSearchedId(found.upTo());
  }

  private int putWords(Found found) {
    found
        .rows()
        .forEach((id, row) -> {
          index.putWords(id, row.map(SearchIndexer::documentOf).orElse(""));
          pace.breathe();
        });
    return found.rows().size();
  }

  /// The next messages from here on, and those changed from here on.
  private Found read(long from) {
    return Reader.atOneMoment(
        begin,
        end,
        () -> {
          List<Row> rows = messages.with(from).list(SearchIndexer::row);
          boolean more = rows.size() == READ_ROWS;
          long last = more ? rows.getLast().id() : applied.number();
          List<Change> changesFound = changes.with(from, last).list(SearchIndexer::change);
          if (changesFound.size() < STEP_ROWS) {
            return found(from, last, rows, changesFound, more);
          }
          // The last command's rows may not all be there.
          return found(from, changesFound.getLast().id() - 1, rows, changesFound, true);
        });
  }

  private Found found(long from, long upTo, List<Row> rows, List<Change> changes, boolean more) {
    SortedMap<Long, Optional<Row>> found = new TreeMap<>();
    for (Change change : changes) {
      if (change.id() <= upTo && change.message() <= from) {
        found.put(change.message(), changed.with(change.message()).first(SearchIndexer::row));
      }
    }
    for (Row row : rows) {
      if (row.id() <= upTo) {
        found.put(row.id(), Optional.of(row));
      }
    }
    return new Found(found, upTo, more && upTo > from);
  }

  private static String documentOf(Row row) {
    return row.text().isEmpty() ? "" : SearchTerms.documentOf(row.conversation(), row.text());
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong(1), new ConversationId(row.getLong(2), row.getLong(3)), row.getString(4));
  }

  private static Change change(ResultSet row) throws SQLException {
    return new Change(row.getLong(1), row.getLong(2));
  }
}

package holdfast.storage;

import holdfast.chat.ConversationId;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Merges what the index lacks from the main file's rows, at the start: a few rows after a crash,
/// all of them after the index was lost.
final class IndexRebuild {
  private static final Logger LOG = LoggerFactory.getLogger(IndexRebuild.class);

  /// Ids looked at in one step, which bounds its memory; each has at most one row to merge.
  static final long STEP_IDS = 262_144;

  /// Messages at either end of what is merged that are looked up in an index before it is trusted.
  static final int SAMPLE = 256;

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(2);

  private final Path file;
  private final Query oldest;
  private final Query newest;
  private final Query nextId;
  private final Query messages;
  private final Query marks;

  IndexRebuild(Sqlite main) {
    file = main.file();
    String sample = "SELECT id, low, high, seq, sender FROM message WHERE id <= ? ORDER BY id ";
    oldest = main.prepare(sample + "LIMIT " + SAMPLE);
    newest = main.prepare(sample + "DESC LIMIT " + SAMPLE);
    // Ids jump from one timeline to the next.
    nextId =
        main.prepare(
            "SELECT coalesce(min(id), 0) FROM (SELECT min(id) AS id FROM message WHERE id > ?"
                + " UNION ALL SELECT min(id) AS id FROM mark WHERE id > ?)");
    messages =
        main.prepare(
            "SELECT id, low, high, seq, sender FROM message WHERE id BETWEEN ? AND ? ORDER BY id");
    marks =
        main.prepare(
            "SELECT id, low, high, seq, account FROM mark WHERE id BETWEEN ? AND ? ORDER BY id");
  }

  /// The index with everything up to `appliedId` merged; if that fails, it is closed.
  IndexFile caughtUp(IndexFile index, long appliedId) {
    try {
      checkSample(index);
      catchUp(index, appliedId);
      return index;
    } catch (RuntimeException e) {
      index.close();
      throw e;
    }
  }

  /// An index can be a sound database and still lack what it says is merged.
  private void checkSample(IndexFile index) {
    long merged = index.mergePoint();
    for (Query query : List.of(oldest, newest)) {
      for (TailRow.Sent sent : query.with(merged).list(IndexRebuild::sent)) {
        if (!index.idOf(sent.conversation(), sent.seq()).equals(Optional.of(sent.id()))) {
          throw new DiskFailedException(
              index.file(), "message %d is merged, but not there".formatted(sent.id()));
        }
      }
    }
  }

  private static TailRow.Sent sent(ResultSet row) throws SQLException {
    return new TailRow.Sent(
        row.getLong(1),
        new ConversationId(row.getLong(2), row.getLong(3)),
        row.getLong(4),
        row.getLong(5));
  }

  private void catchUp(IndexFile index, long appliedId) {
    long begun = System.nanoTime();
    long reported = begun;
    long rows = 0;
    long from = nextIdAfter(index.mergePoint());
    while (from != 0) {
      if (from > appliedId) {
        throw new DiskFailedException(
            file, "row %d is stored, but only %d is applied".formatted(from, appliedId));
      }
      long to = Math.min(from + STEP_IDS - 1, appliedId);
      TailTable table = new TailTable();
      read(from, to).forEach(table::add);
      index.merge(table, to, () -> {});
      index.checkpointIfLong();
      rows += table.size();
      if (System.nanoTime() - reported > REPORT_INTERVAL.toNanos()) {
        reported = System.nanoTime();
        LOG.info(
            "{}: {} messages and read marks merged, at {} of {}",
            index.file(),
            rows,
            to,
            appliedId);
      }
      from = nextIdAfter(to);
    }
    if (reported != begun) {
      LOG.info("{}: complete", index.file());
    }
  }

  private long nextIdAfter(long id) {
    return nextId.with(id, id).number();
  }

  /// The rows in this range; messages first, which is as good as log order, since a table keeps the
  /// larger of two read positions.
  private List<TailRow> read(long from, long to) {
    List<TailRow> rows = new ArrayList<>(messages.with(from, to).list(IndexRebuild::sent));
    marks
        .with(from, to)
        .visit(row ->
            rows.add(
                new TailRow.Read(
                    row.getLong(1),
                    new ConversationId(row.getLong(2), row.getLong(3)),
                    row.getLong(4),
                    row.getLong(5))));
    return rows;
  }
}

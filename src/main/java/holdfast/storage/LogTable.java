package holdfast.storage;

import holdfast.check.Check;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.MembershipReader;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The replicated log, the hard state and the memberships on disk. Used by the replica thread,
/// inside its transactions; reads see what the open one changed.
final class LogTable {
  /// A row holds at most so many bytes of packed entries (a single larger one has a row of its
  /// own), so that truncation and look-ups inside a row stay cheap.
  static final int ROW_BYTES_MAX = 1 << 20;

  /// Rows deleted by one `compact`, so that it does not hold up the writes around it.
  static final int COMPACTED_ROWS_MAX = 256;

  private static final String COLUMNS = "first_index, count, term, checksum, entries";

  private final Path file;
  private final MembershipReader memberships;
  private final Query saveHardState;
  private final Query insertRow;
  private final Query replaceRow;
  private final Query rowsFrom;
  private final Query bytesFrom;
  private final Query deleteRowsFrom;
  private final Query insertRun;
  private final Query deleteRunsFrom;
  private final Query insertMembership;
  private final Query deleteMembershipsFrom;
  private final Query deleteMembershipsBefore;
  private final Query compactable;
  private final Query deleteRowsUpTo;
  private final Query deleteRunsBefore;
  private final Query moveStart;
  private final Query hardState;
  private final Query runs;
  private final Query membershipsInForce;

  /// What changes with every append; the one before the open transaction is kept for `rolledBack`.
  private record Extent(LogPosition compacted, LogPosition last, long bytes) {}

  private Extent extent;
  private Extent committed;

  /// Finds out what is there. Verifies the entries beyond `appliedIndex`: the others have done
  /// their work, but those will yet be voted with and applied.
  LogTable(Sqlite main, MembershipReader memberships, long appliedIndex) {
    this.memberships = memberships;
    file = main.file();
    saveHardState = main.prepare("UPDATE hard_state SET term = ?, vote = ?");
    insertRow = main.prepare("INSERT INTO log(" + COLUMNS + ") VALUES (?, ?, ?, ?, ?)");
    replaceRow = main.prepare("INSERT OR REPLACE INTO log(" + COLUMNS + ") VALUES (?, ?, ?, ?, ?)");
    rowsFrom =
        main.prepare(
            "SELECT "
                + COLUMNS
                + " FROM log WHERE first_index >="
                + " (SELECT max(first_index) FROM log WHERE first_index <= ?) ORDER BY first_index");
    bytesFrom =
        main.prepare("SELECT coalesce(sum(length(entries)), 0) FROM log WHERE first_index >= ?");
    deleteRowsFrom = main.prepare("DELETE FROM log WHERE first_index >= ?");
    insertRun = main.prepare("INSERT INTO term_run(first_index, term) VALUES (?, ?)");
    deleteRunsFrom = main.prepare("DELETE FROM term_run WHERE first_index >= ?");
    insertMembership =
        main.prepare("INSERT INTO membership(log_index, term, command) VALUES (?, ?, ?)");
    deleteMembershipsFrom = main.prepare("DELETE FROM membership WHERE log_index >= ?");
    deleteMembershipsBefore =
        main.prepare(
            "DELETE FROM membership WHERE log_index <"
                + " (SELECT max(log_index) FROM membership WHERE log_index <= ?)");
    compactable =
        main.prepare(
            "SELECT first_index + count - 1, term, length(entries) FROM log"
                + " WHERE first_index + count - 1 <= ? ORDER BY first_index LIMIT "
                + COMPACTED_ROWS_MAX);
    deleteRowsUpTo = main.prepare("DELETE FROM log WHERE first_index <= ?");
    deleteRunsBefore =
        main.prepare(
            "DELETE FROM term_run WHERE first_index <"
                + " (SELECT max(first_index) FROM term_run WHERE first_index <= ?)");
    moveStart = main.prepare("UPDATE log_start SET term = ?, log_index = ?");
    hardState = main.prepare("SELECT term, vote FROM hard_state");
    runs = main.prepare("SELECT term, first_index FROM term_run ORDER BY first_index");
    membershipsInForce =
        main.prepare(
            "SELECT log_index, term, command FROM membership WHERE log_index >="
                + " coalesce((SELECT max(log_index) FROM membership WHERE log_index <= ?), 0)"
                + " ORDER BY log_index");
    extent = load(main, appliedIndex);
    committed = extent;
  }

  private Extent load(Sqlite main, long appliedIndex) {
    LogPosition compacted =
        main.prepare("SELECT term, log_index FROM log_start")
            .first(row -> new LogPosition(row.getLong(1), row.getLong(2)))
            .orElseThrow();
    Extent[] found = {new Extent(compacted, compacted, 0)};
    main.prepare("SELECT first_index, count, term, length(entries) FROM log ORDER BY first_index")
        .visit(row -> {
          Extent before = found[0];
          if (row.getLong(1) != before.last().index() + 1 || row.getLong(2) < 1) {
            throw new DiskFailedException(
                file, "the log has a gap after index " + before.last().index());
          }
          LogPosition last = new LogPosition(row.getLong(3), row.getLong(1) + row.getLong(2) - 1);
          found[0] = new Extent(compacted, last, before.bytes() + row.getLong(4));
          return true;
        });
    if (appliedIndex < compacted.index() || appliedIndex > found[0].last().index()) {
      throw new DiskFailedException(
          file,
          "index %d is applied, but the log holds %s to %s"
              .formatted(appliedIndex, compacted, found[0].last()));
    }
    main.prepare("SELECT " + COLUMNS + " FROM log WHERE first_index + count - 1 > ?")
        .with(appliedIndex)
        .visit(row -> {
          verified(row);
          return true;
        });
    return found[0];
  }

  LogPosition last() {
    return extent.last();
  }

  /// The position before the first entry kept.
  LogPosition compacted() {
    return extent.compacted();
  }

  long bytes() {
    return extent.bytes();
  }

  /// Bytes of the rows that begin behind `index`.
  long bytesAfter(long index) {
    return bytesFrom.with(index + 1).number();
  }

  void saveHardState(HardState state) {
    saveHardState.with(state.term(), state.vote().map(ServerId::value).orElse(0)).update();
  }

  /// Appends `entries` where they belong; a log that reaches there is truncated first.
  void append(List<LogEntry> entries, long appliedIndex) {
    long first = entries.getFirst().index();
    if (first <= extent.last().index()) {
      Check.that(
          first > appliedIndex, "%s would undo applied %d", entries.getFirst(), appliedIndex);
      truncateFrom(first);
    }
    List<LogEntry> row = new ArrayList<>();
    int rowBytes = 0;
    for (LogEntry entry : entries) {
      int bytes = LogRow.LENGTH_BYTES + entry.command().length;
      boolean fits = !row.isEmpty() && row.getFirst().term() == entry.term();
      if (!row.isEmpty() && (!fits || rowBytes + bytes > ROW_BYTES_MAX)) {
        appendRow(row);
        row.clear();
        rowBytes = 0;
      }
      row.add(entry);
      rowBytes += bytes;
      keepMembership(entry, appliedIndex);
    }
    appendRow(row);
  }

  private void appendRow(List<LogEntry> entries) {
    LogRow row = LogRow.pack(entries);
    LogPosition last = extent.last();
    Check.that(
        row.firstIndex() == last.index() + 1 && row.term() >= last.term(),
        "%d@%d does not follow %s",
        row.firstIndex(),
        row.term(),
        last);
    for (int i = 0; i < entries.size(); i++) {
      Check.that(entries.get(i).index() == row.firstIndex() + i, "%s out of order", entries.get(i));
    }
    write(insertRow, row);
    if (row.term() != last.term()) {
      insertRun.with(row.firstIndex(), row.term()).update();
    }
    extent = new Extent(extent.compacted(), row.last(), extent.bytes() + row.entries().length);
  }

  private void keepMembership(LogEntry entry, long appliedIndex) {
    if (memberships.membershipOf(entry).isPresent()) {
      // Only those that may be rolled back and the one in force before them are ever asked for.
      deleteMembershipsBefore.with(appliedIndex).update();
      insertMembership.with(entry.index(), entry.term()).set(3, entry.command()).update();
    }
  }

  /// Cuts the log before `first`, inside a packed row if need be.
  private void truncateFrom(long first) {
    Check.that(
        first > extent.compacted().index(), "%d is compacted up to %s", first, extent.compacted());
    LogRow cut = rowAt(first);
    long bytes = extent.bytes() - bytesFrom.with(cut.firstIndex()).number();
    deleteRowsFrom.with(cut.firstIndex()).update();
    LogPosition last;
    if (cut.firstIndex() < first) {
      List<LogEntry> kept = new ArrayList<>();
      cut.unpack(cut.firstIndex(), entry -> entry.index() < first && kept.add(entry));
      LogRow prefix = LogRow.pack(kept);
      write(replaceRow, prefix);
      bytes += prefix.entries().length;
      last = prefix.last();
    } else if (first - 1 == extent.compacted().index()) {
      last = extent.compacted();
    } else {
      last = rowAt(first - 1).last();
    }
    deleteRunsFrom.with(first).update();
    deleteMembershipsFrom.with(first).update();
    extent = new Extent(extent.compacted(), last, bytes);
  }

  private LogRow rowAt(long index) {
    LogRow row = rowsFrom.with(index).first(this::verified).orElseThrow();
    Check.that(
        row.firstIndex() <= index && index <= row.lastIndex(),
        "index %d is not in row %d to %d",
        index,
        row.firstIndex(),
        row.lastIndex());
    return row;
  }

  /// See `LogReader`.
  List<LogEntry> read(long fromIndex, int entriesMax, long bytesMax) {
    Check.that(
        fromIndex > extent.compacted().index() && fromIndex <= extent.last().index(),
        "index %d is not in the log, %s to %s",
        fromIndex,
        extent.compacted(),
        extent.last());
    List<LogEntry> found = new ArrayList<>();
    long[] bytes = {0};
    rowsFrom
        .with(fromIndex)
        .visit(row ->
            verified(row)
                .unpack(
                    fromIndex,
                    entry -> {
                      bytes[0] += entry.command().length;
                      boolean fits =
                          found.isEmpty() || (found.size() < entriesMax && bytes[0] <= bytesMax);
                      return fits && found.add(entry);
                    }));
    return found;
  }

  /// See `SqliteStore.compact`.
  Optional<LogPosition> compact(long upToIndex, long appliedIndex, long keepBytes) {
    Check.that(upToIndex <= appliedIndex, "compact to %d, applied %d", upToIndex, appliedIndex);
    LogPosition[] last = {extent.compacted()};
    long[] bytes = {0};
    compactable
        .with(upToIndex)
        .visit(row -> {
          if (extent.bytes() - bytes[0] - row.getLong(3) < keepBytes) {
            return false;
          }
          last[0] = new LogPosition(row.getLong(2), row.getLong(1));
          bytes[0] += row.getLong(3);
          return true;
        });
    if (last[0].equals(extent.compacted())) {
      return Optional.empty();
    }
    deleteRowsUpTo.with(last[0].index()).update();
    deleteRunsBefore.with(last[0].index() + 1).update();
    moveStart.with(last[0].term(), last[0].index()).update();
    extent = new Extent(last[0], extent.last(), extent.bytes() - bytes[0]);
    return Optional.of(last[0]);
  }

  StoredLog storedLog(Membership configured, long appliedIndex) {
    HardState stored =
        hardState
            .first(row ->
                new HardState(
                    row.getLong(1),
                    row.getInt(2) == 0
                        ? Optional.empty()
                        : Optional.of(new ServerId(row.getInt(2)))))
            .orElseThrow();
    return new StoredLog(
        stored,
        extent.compacted(),
        extent.last(),
        terms(),
        membershipsFrom(appliedIndex),
        configured,
        appliedIndex);
  }

  /// The runs of equal terms among the entries kept.
  private List<LogPosition> terms() {
    long start = extent.compacted().index() + 1;
    List<LogPosition> found = new ArrayList<>();
    if (start > extent.last().index()) {
      return found;
    }
    for (LogPosition run : runs.list(row -> new LogPosition(row.getLong(1), row.getLong(2)))) {
      if (run.index() <= start) {
        found.clear();
      }
      found.add(new LogPosition(run.term(), Math.max(run.index(), start)));
    }
    return found;
  }

  private List<Membership> membershipsFrom(long appliedIndex) {
    return membershipsInForce
        .with(appliedIndex)
        .list(row -> {
          LogEntry entry = new LogEntry(row.getLong(1), row.getLong(2), row.getBytes(3));
          return memberships
              .membershipOf(entry)
              .orElseThrow(() ->
                  new DiskFailedException(file, entry + " is kept as a membership but is none"));
        });
  }

  void committed() {
    committed = extent;
  }

  void rolledBack() {
    extent = committed;
  }

  private static void write(Query query, LogRow row) {
    query
        .with(row.firstIndex(), row.count(), row.term(), row.checksum())
        .set(5, row.entries())
        .update();
  }

  private LogRow verified(ResultSet row) throws SQLException {
    LogRow found = LogRow.read(row);
    if (!found.intact()) {
      throw new DiskFailedException(
          file,
          "log entries %d to %d are damaged".formatted(found.firstIndex(), found.lastIndex()));
    }
    return found;
  }
}

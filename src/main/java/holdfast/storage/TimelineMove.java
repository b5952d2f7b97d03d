package holdfast.storage;

import holdfast.chat.Command;
import holdfast.chat.Digest;
import holdfast.chat.EntryId;
import holdfast.chat.RememberedRequest;
import holdfast.chat.WriteReader;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A server's passing over from its timeline to a later one, as part of the installation of that
/// one's snapshot (SURVIVOR.md, rule 7): every write of a client behind the last entry that both
/// logs have is kept in `rescued`, in log order, behind what waits there already, to be brought in
/// again. Works on the snapshot as `main` and the server's own database as `old`.
///
/// Writes that were applied in the timeline left and refused there are not kept: whoever made them
/// was told so, and nothing rests on them.
final class TimelineMove {
  private static final String LOG_COLUMNS = "first_index, count, term, checksum, entries";

  private final Sqlite sqlite;
  private final Path own;
  private final WriteReader writes;

  private TimelineMove(Sqlite sqlite, Path own, WriteReader writes) {
    this.sqlite = sqlite;
    this.own = own;
    this.writes = writes;
  }

  /// How the timeline of a snapshot stands to that of the server which is to install it.
  enum Course {
    /// The snapshot is of an earlier one, and of no use.
    BACK,
    STAY,
    /// It is of a later one.
    MOVE
  }

  static Course course(Sqlite sqlite) {
    long own = EntryId.timelineOfTerm(sqlite.number("SELECT term FROM old.hard_state"));
    long theirs = EntryId.timelineOfTerm(SnapshotState.of(sqlite, "main").position().term());
    return theirs < own ? Course.BACK : theirs == own ? Course.STAY : Course.MOVE;
  }

  /// Refuses a snapshot that could not be installed.
  static void checkPossible(Sqlite sqlite) throws StoreException {
    switch (course(sqlite)) {
      case BACK -> throw StoreException.refused("the snapshot is of an earlier timeline");
      case STAY -> {}
      case MOVE -> {
        Optional<LogPosition> _ = lastShared(sqlite);
      }
    }
  }

  /// Keeps what has to be brought in again; how many writes these are.
  ///
  /// @param own the file that is `old`
  /// @throws StoreException nobody can tell which these are
  static long rescue(Sqlite sqlite, Path own, WriteReader writes) throws StoreException {
    Optional<LogPosition> shared = lastShared(sqlite);
    if (shared.isEmpty()) {
      return 0;
    }
    try {
      return new TimelineMove(sqlite, own, writes).rescueAfter(shared.get());
    } catch (IllegalStateException e) {
      throw StoreException.refused(
          "this server's log has a command that this version cannot read (%s): start the newer version on it"
              .formatted(e.getMessage()));
    }
  }

  // ---- where the logs part

  /// The terms of a log's entries.
  ///
  /// @param start the position before the first one
  /// @param last the last one's index
  /// @param runs the first position of each run of equal terms, ascending; the first may begin
  ///   before the log does
  private record Terms(LogPosition start, long last, List<LogPosition> runs) {
    static Terms of(Sqlite sqlite, String schema, LogPosition start, long last) {
      return new Terms(
          start,
          last,
          sqlite
              .prepare(
                  "SELECT term, first_index FROM %s.term_run ORDER BY first_index"
                      .formatted(schema))
              .list(row -> new LogPosition(row.getLong(1), row.getLong(2))));
    }

    long termAt(long index) {
      long term = start.term();
      for (LogPosition run : runs) {
        if (run.index() <= index && index > start.index()) {
          term = run.term();
        }
      }
      return term;
    }

    /// The last index before the next run begins behind `index`.
    long runEnd(long index) {
      for (LogPosition run : runs) {
        if (run.index() > index) {
          return Math.min(run.index() - 1, last);
        }
      }
      return last;
    }
  }

  /// The last entry that both logs have. In no two logs is the same term at the same index with
  /// another content, or with other entries before it; so it is the greatest index with equal
  /// terms. Empty: this server never had an entry.
  private static Optional<LogPosition> lastShared(Sqlite sqlite) throws StoreException {
    SnapshotState theirState = SnapshotState.of(sqlite, "main");
    LogPosition ownStart = SnapshotState.of(sqlite, "old").compacted();
    long ownLast =
        sqlite.number(
            "SELECT coalesce((SELECT max(first_index + count - 1) FROM old.log), %d)"
                .formatted(ownStart.index()));
    if (ownLast == 0) {
      return Optional.empty();
    }
    Terms own = Terms.of(sqlite, "old", ownStart, ownLast);
    Terms theirs = Terms.of(sqlite, "main", theirState.compacted(), theirState.position().index());
    long from = Math.max(own.start.index(), theirs.start.index());
    long to = Math.min(own.last, theirs.last);
    if (from > to || own.termAt(from) != theirs.termAt(from)) {
      throw StoreException.refused(noWayToTell(own, theirs));
    }
    long shared = from;
    while (shared < to && own.termAt(shared + 1) == theirs.termAt(shared + 1)) {
      shared = Math.min(to, Math.min(own.runEnd(shared + 1), theirs.runEnd(shared + 1)));
    }
    return Optional.of(new LogPosition(own.termAt(shared), shared));
  }

  private static String noWayToTell(Terms own, Terms theirs) {
    return "the log here (%s to %d) and that of the later timeline (%s to %d) have no entry in common any more, so nobody can tell what only this server has: put its data directory away, where nothing of it is lost, and replace it by a new member"
        .formatted(own.start, own.last, theirs.start, theirs.last);
  }

  // ---- what is behind

  private long rescueAfter(LogPosition shared) {
    Query add =
        sqlite.prepare(
            "INSERT INTO main.rescued(position, old_id, first, command, done) VALUES (?, ?, ?, ?, 0)");
    Set<Digest> refused = refusedAfter(shared);
    long before =
        sqlite.number(
            "SELECT max(coalesce((SELECT max(position) FROM main.rescued), 0),"
                + " coalesce((SELECT max(position) FROM main.unreplayable), 0))");
    long[] position = {before};
    sqlite
        .prepare(
            "SELECT %s FROM old.log WHERE first_index + count - 1 > ? ORDER BY first_index"
                .formatted(LOG_COLUMNS))
        .with(shared.index())
        .visit(result -> {
          LogRow row = LogRow.read(result);
          if (!row.intact()) {
            throw new DiskFailedException(
                own,
                "log entries %d to %d are damaged".formatted(row.firstIndex(), row.lastIndex()));
          }
          return row.unpack(
              shared.index() + 1,
              entry -> {
                if (isWanted(entry, refused)) {
                  position[0]++;
                  add.with(position[0], EntryId.of(entry.term(), entry.index()), before + 1)
                      .set(4, entry.command())
                      .update();
                }
                return true;
              });
        });
    return position[0] - before;
  }

  private boolean isWanted(LogEntry entry, Set<Digest> refused) {
    Optional<Command.Write> write = writes.writeOf(entry.command());
    return write.isPresent() && !refused.contains(keyOf(entry, write.get()));
  }

  private static Digest keyOf(LogEntry entry, Command.Write write) {
    return RememberedRequest.of(
            EntryId.of(entry.term(), entry.index()), write.time(), write.request())
        .key();
  }

  /// The keys of requests that were refused in the timeline that is left, repeats included.
  private Set<Digest> refusedAfter(LogPosition shared) {
    long sharedId = shared.index() == 0 ? 0 : EntryId.of(shared.term(), shared.index());
    return new HashSet<>(
        sqlite
            .prepare("SELECT key_high, key_low FROM old.request WHERE id > ? AND code <> ''")
            .with(sharedId)
            .list(row -> new Digest(row.getLong(1), row.getLong(2))));
  }
}

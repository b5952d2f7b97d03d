package holdfast.storage;

import holdfast.check.Check;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.StoredLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The log and the hard state of this server: rows in the database, and behind them what waits in
/// memory for the transaction that will write its rows, and is in the redo log until then. What one
/// step changes is staged first, and may be taken back until it is `kept`.
final class ServerLog {
  private final LogTable table;

  /// Entries that follow those of the rows, or take the place of the last of them.
  private List<LogEntry> waiting = new ArrayList<>();

  private long waitingBytes;
  private Optional<HardState> waitingHardState = Optional.empty();

  /// Where the step began.
  private Mark mark = mark();

  /// What it changed.
  private final List<LogEntry> staged = new ArrayList<>();

  private Optional<HardState> stagedHardState = Optional.empty();

  /// Whether it took the place of entries that have rows.
  private boolean cutsRows;

  private record Mark(
      List<LogEntry> waiting, int count, long bytes, Optional<HardState> hardState) {}

  ServerLog(LogTable table) {
    this.table = table;
  }

  private Mark mark() {
    return new Mark(waiting, waiting.size(), waitingBytes, waitingHardState);
  }

  // ---- one step

  /// A step begins.
  void begin() {
    mark = mark();
    staged.clear();
    stagedHardState = Optional.empty();
    cutsRows = false;
  }

  void saveHardState(HardState state) {
    stagedHardState = Optional.of(state);
    waitingHardState = stagedHardState;
  }

  /// Appends `entries`, which follow each other, where they belong; a log that reaches there is
  /// truncated first.
  void append(List<LogEntry> entries, long appliedIndex) {
    LogEntry first = entries.getFirst();
    LogPosition last = last();
    if (first.index() <= last.index()) {
      Check.that(first.index() > appliedIndex, "%s would undo applied %d", first, appliedIndex);
      Check.that(
          first.index() > table.compacted().index(),
          "%s is compacted up to %s",
          first,
          table.compacted());
      truncateFrom(first.index());
      staged.removeIf(entry -> entry.index() >= first.index());
      last = new LogPosition(0, first.index() - 1);
    }
    for (LogEntry entry : entries) {
      Check.that(
          entry.index() == last.index() + 1 && entry.term() >= last.term(),
          "%s does not follow %s",
          entry,
          last);
      last = new LogPosition(entry.term(), entry.index());
      waitingBytes += bytes(entry);
    }
    waiting.addAll(entries);
    staged.addAll(entries);
  }

  private void truncateFrom(long index) {
    List<LogEntry> kept = new ArrayList<>();
    waitingBytes = 0;
    for (LogEntry entry : waiting) {
      if (entry.index() < index) {
        kept.add(entry);
        waitingBytes += bytes(entry);
      }
    }
    // The one before stays as it is, for `takeBack`.
    waiting = kept;
    cutsRows = cutsRows || index <= table.last().index();
  }

  private static int bytes(LogEntry entry) {
    return LogRow.LENGTH_BYTES + entry.command().length;
  }

  /// Whether the step changed anything.
  boolean hasStaged() {
    return stagedHardState.isPresent() || !staged.isEmpty();
  }

  /// What it changed, for the redo log.
  RedoRecord step(long sequence) {
    return new RedoRecord(sequence, stagedHardState, staged);
  }

  /// Whether the step's entries take the place of others that have rows: then the rows must follow
  /// before the next step.
  boolean cutsRows() {
    return cutsRows;
  }

  /// The step is over; what it changed stays.
  void kept() {
    begin();
  }

  /// The step never was.
  void takeBack() {
    waiting = mark.waiting();
    waiting.subList(mark.count(), waiting.size()).clear();
    waitingBytes = mark.bytes();
    waitingHardState = mark.hardState();
    begin();
  }

  // ---- rows

  /// Whether anything waits for its row.
  boolean isWaiting() {
    return !waiting.isEmpty() || waitingHardState.isPresent();
  }

  /// Bytes of the entries that wait.
  long waitingBytes() {
    return waitingBytes;
  }

  /// Writes the rows of what waits, in the open transaction.
  ///
  /// @param appliedIndex before this transaction
  void writeRows(long appliedIndex) {
    waitingHardState.ifPresent(table::saveHardState);
    if (!waiting.isEmpty()) {
      table.append(waiting, appliedIndex);
    }
  }

  /// The transaction that wrote the rows is committed.
  void rowsCommitted() {
    table.committed();
    waiting = new ArrayList<>();
    waitingBytes = 0;
    waitingHardState = Optional.empty();
    begin();
  }

  /// The transaction is rolled back: everything kept waits once more.
  void rowsRolledBack() {
    table.rolledBack();
  }

  /// See `SqliteStore.compact`. Goes by the rows, whatever waits.
  Optional<LogPosition> compact(long upToIndex, long appliedIndex, long keepBytes) {
    return table.compact(upToIndex, appliedIndex, keepBytes);
  }

  // ---- what is there

  LogPosition last() {
    if (waiting.isEmpty()) {
      return table.last();
    }
    LogEntry last = waiting.getLast();
    return new LogPosition(last.term(), last.index());
  }

  long bytes() {
    return table.bytes() + waitingBytes;
  }

  /// Bytes of the rows that begin behind `index`, and of all that waits.
  long bytesAfter(long index) {
    return table.bytesAfter(index) + waitingBytes;
  }

  /// See `LogReader`.
  List<LogEntry> read(long fromIndex, int entriesMax, long bytesMax) {
    Check.that(
        fromIndex <= last().index(), "index %d is not in the log, up to %s", fromIndex, last());
    if (waiting.isEmpty()) {
      return table.read(fromIndex, entriesMax, bytesMax);
    }
    long waitingFrom = waiting.getFirst().index();
    List<LogEntry> found = new ArrayList<>();
    long bytes = 0;
    if (fromIndex < waitingFrom) {
      found = table.read(fromIndex, entriesMax, bytesMax);
      found.removeIf(entry -> entry.index() >= waitingFrom);
      if (found.getLast().index() < waitingFrom - 1) {
        return found;
      }
      bytes = found.stream().mapToLong(entry -> entry.command().length).sum();
    }
    int skipped = Math.toIntExact(Math.max(0, fromIndex - waitingFrom));
    for (LogEntry entry : waiting.subList(skipped, waiting.size())) {
      bytes += entry.command().length;
      if (!found.isEmpty() && (found.size() >= entriesMax || bytes > bytesMax)) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  /// What the core begins with; nothing may wait.
  StoredLog storedLog(Membership configured, long appliedIndex) {
    Check.that(waiting.isEmpty() && waitingHardState.isEmpty(), "%d entries wait", waiting.size());
    return table.storedLog(configured, appliedIndex);
  }
}

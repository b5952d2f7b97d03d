package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The log as the core sees it: the term of every index that is kept, the entries not yet synced or
/// applied, and a bounded rest behind them. Anything older is read through `LogReader`.
final class ReplicatedLog {
  private final LogReader reader;
  private final MembershipHistory memberships;
  private final long cacheBytesMax;

  /// First index of each run of entries of one term → that term; covers what is kept.
  private final TreeMap<Long, Long> runs = new TreeMap<>();

  private final EntryWindow window;

  /// Appended since the server was last told to write: the tail of `window`.
  private final List<LogEntry> unsaved = new ArrayList<>();

  private LogPosition compacted;
  private LogPosition last;
  private long syncedIndex;
  private long appliedIndex;
  private long commitIndex;

  /// Up to here `windowBytesBehind` has been counted: applied and synced.
  private long behindIndex;

  /// Bytes of commands in the window that are applied and synced.
  private long windowBytesBehind;

  ReplicatedLog(
      StoredLog stored, LogReader reader, MembershipReader membershipReader, long cacheBytesMax) {
    this.reader = reader;
    this.memberships =
        new MembershipHistory(
            stored.configured(), stored.memberships(), membershipReader, stored.appliedIndex());
    this.cacheBytesMax = cacheBytesMax;
    this.compacted = stored.compacted();
    this.last = stored.last();
    this.syncedIndex = last.index();
    this.appliedIndex = stored.appliedIndex();
    this.commitIndex = stored.appliedIndex();
    this.behindIndex = appliedIndex;
    this.window = new EntryWindow(last.index() + 1);
    for (LogPosition first : stored.terms()) {
      runs.put(first.index(), first.term());
    }
    Check.that(
        compacted.index() <= appliedIndex && appliedIndex <= last.index(),
        "stored log: compacted %s, applied %d, last %s",
        compacted,
        appliedIndex,
        last);
    Check.that(
        last.equals(compacted)
            || (runs.firstKey() == compacted.index() + 1
                && runs.lastEntry().getValue() == last.term()),
        "stored log: terms %s do not cover %s to %s",
        runs,
        compacted,
        last);
  }

  MembershipHistory memberships() {
    return memberships;
  }

  LogPosition last() {
    return last;
  }

  LogPosition compacted() {
    return compacted;
  }

  long syncedIndex() {
    return syncedIndex;
  }

  long appliedIndex() {
    return appliedIndex;
  }

  long commitIndex() {
    return commitIndex;
  }

  /// Empty: compacted, or beyond the end. Index 0 has term 0.
  Optional<Long> termAt(long index) {
    if (index == compacted.index()) {
      return Optional.of(compacted.term());
    }
    if (index < compacted.index() || index > last.index()) {
      return Optional.empty();
    }
    return Optional.of(runs.floorEntry(index).getValue());
  }

  LogPosition positionAt(long index) {
    Optional<Long> term = termAt(index);
    Check.that(term.isPresent(), "no term for index %d of %s to %s", index, compacted, last);
    return new LogPosition(term.orElseThrow(), index);
  }

  /// Whether the log agrees with `position`. What is compacted is committed, so it agrees with any
  /// primary's log (Leader Completeness, thesis §3.6.3).
  boolean matches(LogPosition position) {
    return position.index() < compacted.index()
        || termAt(position.index()).equals(Optional.of(position.term()));
  }

  /// Where the primary should look next after a REPLICATE whose `prev` did not match (thesis §3.5):
  /// see `PeerMessage.ReplicateConflict`.
  LogPosition conflictAt(long prevIndex) {
    if (prevIndex > last.index()) {
      return new LogPosition(0, last.index() + 1);
    }
    Check.that(prevIndex > commitIndex, "conflict at %d, committed is %d", prevIndex, commitIndex);
    Map.Entry<Long, Long> run = runs.floorEntry(prevIndex);
    // Nothing committed can differ, so there is no need to look further back than that.
    return new LogPosition(run.getValue(), Math.max(run.getKey(), commitIndex + 1));
  }

  /// The last index of `term`, if the log has an entry of it.
  Optional<Long> lastIndexOf(long term) {
    for (Map.Entry<Long, Long> run : runs.descendingMap().entrySet()) {
      if (run.getValue() == term) {
        Long next = runs.higherKey(run.getKey());
        return Optional.of(next == null ? last.index() : next - 1);
      }
      if (run.getValue() < term) {
        break;
      }
    }
    return Optional.empty();
  }

  void append(LogEntry entry) {
    Check.that(entry.index() == last.index() + 1, "append %s after %s", entry, last);
    Check.that(entry.term() >= last.term(), "append %s after %s", entry, last);
    if (runs.isEmpty() || runs.lastEntry().getValue() != entry.term()) {
      runs.put(entry.index(), entry.term());
    }
    window.append(entry);
    unsaved.add(entry);
    last = entry.position();
    memberships.append(entry);
  }

  /// Takes over a primary's entries after a position that matches: whatever is here already stays,
  /// so that a late duplicate never shortens the log; the first entry that differs goes with all
  /// after it (thesis §3.5).
  void merge(List<LogEntry> entries) {
    for (LogEntry entry : entries) {
      if (entry.index() <= last.index() && !matches(entry.position())) {
        truncateFrom(entry.index());
      }
      if (entry.index() > last.index()) {
        append(entry);
      }
    }
  }

  private void truncateFrom(long index) {
    Check.that(index > commitIndex, "truncate %d, committed is %d", index, commitIndex);
    while (!unsaved.isEmpty() && unsaved.getLast().index() >= index) {
      unsaved.removeLast();
    }
    window.removeFrom(index);
    runs.tailMap(index, true).clear();
    memberships.truncateFrom(index);
    last = runs.isEmpty() ? compacted : new LogPosition(runs.lastEntry().getValue(), index - 1);
    syncedIndex = Math.min(syncedIndex, last.index());
  }

  void commit(long index) {
    Check.that(
        index >= commitIndex && index <= last.index(),
        "commit %d after %d, last is %s",
        index,
        commitIndex,
        last);
    commitIndex = index;
    memberships.committedUpTo(index);
  }

  /// A sync that began before a truncation may report a position that is no longer in the log.
  void synced(LogPosition position) {
    if (!matches(position)) {
      return;
    }
    long handedOut = unsaved.isEmpty() ? last.index() : unsaved.getFirst().index() - 1;
    syncedIndex = Math.max(syncedIndex, Math.min(position.index(), handedOut));
    trim();
  }

  void applied(long index) {
    Check.that(index <= commitIndex, "applied %d, committed is %d", index, commitIndex);
    appliedIndex = Math.max(appliedIndex, index);
    memberships.appliedUpTo(appliedIndex);
    trim();
  }

  /// How much of a match up to `index` may be acknowledged in this step's `sendAfterSync`: what the
  /// step's own sync covers, or an earlier one did.
  long acknowledgeable(long index) {
    return unsaved.isEmpty() ? Math.min(index, syncedIndex) : index;
  }

  /// What is to be written in this step.
  List<LogEntry> takeUnsaved() {
    List<LogEntry> taken = List.copyOf(unsaved);
    unsaved.clear();
    return taken;
  }

  boolean inMemory(long index) {
    return window.holds(index);
  }

  /// Entries from `fromIndex` on: at least one, at most `entriesMax`, and no more than fit in
  /// `bytesMax` (but always the first).
  List<LogEntry> entries(long fromIndex, int entriesMax, long bytesMax) {
    Check.that(
        fromIndex > compacted.index() && fromIndex <= last.index() && entriesMax >= 1,
        "%d entries from %d of a log from %s to %s",
        entriesMax,
        fromIndex,
        compacted,
        last);
    if (!window.holds(fromIndex)) {
      return entriesOnDisk(fromIndex, entriesMax, bytesMax);
    }
    List<LogEntry> found = new ArrayList<>();
    long bytes = 0;
    for (long i = fromIndex; i <= last.index() && found.size() < entriesMax; i++) {
      LogEntry entry = window.at(i);
      bytes += entry.command().length;
      if (bytes > bytesMax && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  private List<LogEntry> entriesOnDisk(long fromIndex, int entriesMax, long bytesMax) {
    // The disk may still hold a tail that memory has replaced: never read into the window.
    int max = (int) Math.min(entriesMax, window.firstIndex() - fromIndex);
    List<LogEntry> found = reader.read(fromIndex, max, bytesMax);
    Check.that(!found.isEmpty() && found.size() <= max, "%d entries of %d", found.size(), max);
    for (int i = 0; i < found.size(); i++) {
      LogEntry entry = found.get(i);
      Check.that(
          entry.index() == fromIndex + i && matches(entry.position()),
          "the disk has %s where %s belongs",
          entry,
          positionAt(fromIndex + i));
    }
    return found;
  }

  void compacted(LogPosition upTo) {
    Check.that(
        upTo.index() <= behindIndex && upTo.index() >= compacted.index() && matches(upTo),
        "compact to %s, applied and synced is %d, compacted %s",
        upTo,
        behindIndex,
        compacted);
    long firstKept = upTo.index() + 1;
    if (firstKept <= last.index()) {
      runs.put(firstKept, runs.floorEntry(firstKept).getValue());
    }
    runs.headMap(firstKept, false).clear();
    compacted = upTo;
    while (window.firstIndex() < firstKept && window.holds(window.firstIndex())) {
      removeFirst();
    }
  }

  private void trim() {
    long behind = Math.min(appliedIndex, syncedIndex);
    for (; behindIndex < behind; behindIndex++) {
      if (window.holds(behindIndex + 1)) {
        windowBytesBehind += window.at(behindIndex + 1).command().length;
      }
    }
    while (windowBytesBehind > cacheBytesMax) {
      removeFirst();
    }
  }

  private void removeFirst() {
    LogEntry removed = window.removeFirst();
    Check.that(removed.index() <= behindIndex, "entry %s leaves memory too early", removed);
    windowBytesBehind -= removed.command().length;
  }

  void checkInvariants() {
    Check.that(
        compacted.index() <= appliedIndex
            && appliedIndex <= commitIndex
            && commitIndex <= last.index(),
        "compacted %s, applied %d, committed %d, last %s",
        compacted,
        appliedIndex,
        commitIndex,
        last);
    Check.that(
        syncedIndex <= last.index() - unsaved.size(),
        "synced %d, last %s, %d not handed out",
        syncedIndex,
        last,
        unsaved.size());
    Check.that(
        window.endIndex() == last.index() + 1 && window.firstIndex() <= syncedIndex + 1,
        "in memory %d to %d, synced %d, last %s",
        window.firstIndex(),
        window.endIndex() - 1,
        syncedIndex,
        last);
  }
}

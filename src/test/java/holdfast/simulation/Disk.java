package holdfast.simulation;

import holdfast.chat.Command;
import holdfast.chat.Journal;
import holdfast.chat.MemoryChatState;
import holdfast.chat.RunningDigest;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.LogReader;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.StoredLog;
import holdfast.replication.Timeline;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// One server's disk: hard state, log, chat tables and applied index, written in transactions that
/// are whole or not there. A crash loses any number of the last transactions that were not synced.
final class Disk implements LogReader {
  private final String key;
  private final Journal journal = new Journal();
  private MemoryChatState chat = new MemoryChatState(journal);
  private final List<LogEntry> log = new ArrayList<>();
  private HardState hardState = HardState.INITIAL;
  private LogPosition compacted = LogPosition.NONE;

  /// The list of members in force at `compacted`.
  private Optional<Membership> compactedMembership = Optional.empty();

  private long applied;
  private byte[] digest = new byte[RunningDigest.BYTES];

  /// The first index whose entry is not certain to survive a crash.
  private long firstUnsynced = 1;

  /// What has arrived of a snapshot, if anything.
  private Optional<Arriving> arriving = Optional.empty();

  /// The number of the snapshot that was installed last; 0: none.
  private long installed;

  /// The writes of timelines that were left, not brought in again yet, in order; and those that
  /// were refused when they were. Both stay whatever is installed.
  private final List<String> rescued = new ArrayList<>();

  private final List<String> unreplayable = new ArrayList<>();

  /// The log behind this index is kept, since some member has no vote and may have gone on from
  /// there; 0: all of them vote.
  private long held;

  /// What stood in the logs of timelines that were left.
  private final Set<LogPosition> left = new HashSet<>();

  /// A consistent copy of the chat tables, with the place in the log that they are of.
  ///
  /// @param membership the list in force there
  /// @param history the log up to there, for a server that moves to this timeline
  record Snapshot(
      long number,
      int chunks,
      LogPosition position,
      Optional<Membership> membership,
      Optional<History> history,
      long held,
      MemoryChatState chat,
      byte[] digest) {}

  /// A log, and the list of members in force where it begins.
  record History(
      LogPosition compacted, Optional<Membership> compactedMembership, List<LogEntry> entries) {}

  Disk(String key) {
    this.key = key;
  }

  private record Arriving(Snapshot snapshot, int chunks) {
    boolean complete() {
      return chunks == snapshot.chunks();
    }
  }

  /// The identity of the data directory.
  String key() {
    return key;
  }

  MemoryChatState chat() {
    return chat;
  }

  HardState hardState() {
    return hardState;
  }

  long applied() {
    return applied;
  }

  byte[] digest() {
    return digest;
  }

  LogPosition compacted() {
    return compacted;
  }

  LogPosition last() {
    return log.isEmpty() ? compacted : log.getLast().position();
  }

  /// The position at `index`, which is kept or the last that is not.
  LogPosition positionAt(long index) {
    return index == compacted.index() ? compacted : entry(index).orElseThrow().position();
  }

  /// Everything that is kept of the log.
  List<LogEntry> entries() {
    return List.copyOf(log);
  }

  /// The kept entry at `index`, if there is one.
  Optional<LogEntry> entry(long index) {
    long at = index - compacted.index() - 1;
    return at >= 0 && at < log.size() ? Optional.of(log.get((int) at)) : Optional.empty();
  }

  /// Whether a crash at this moment would leave the entry here (or what it was applied to).
  boolean holdsForSure(LogPosition position) {
    return position.index() <= compacted.index()
        || left.contains(position)
        || (position.index() < firstUnsynced
            && entry(position.index()).map(e -> e.term() == position.term()).orElse(false));
  }

  void save(HardState newHardState) {
    HardState before = hardState;
    hardState = newHardState;
    journal.changed(() -> hardState = before);
  }

  /// Appends, after truncating whatever stands from the first entry's index on.
  void append(List<LogEntry> entries) {
    long from = entries.getFirst().index();
    Violation.unless(
        from <= last().index() + 1 && from > applied,
        "entries from %d are appended to a log that ends at %s, applied up to %d",
        from,
        last(),
        applied);
    while (last().index() >= from) {
      LogEntry removed = log.removeLast();
      journal.changed(() -> log.add(removed));
    }
    for (LogEntry entry : entries) {
      Violation.unless(
          entry.index() == last().index() + 1 && entry.term() >= last().term(),
          "%s is appended after %s",
          entry,
          last());
      log.add(entry);
      journal.changed(log::removeLast);
    }
    firstUnsynced = Math.min(firstUnsynced, from);
  }

  /// The lists of members whose majorities a commit needs, as the log here says, when everything up
  /// to `commitIndex` is known to be committed: the latest, and if need be the one before it.
  List<Membership> viewsBeyond(long commitIndex, Membership configured, Commands commands) {
    List<Membership> stated = stored(configured, commands).memberships();
    if (stated.isEmpty()) {
      return List.of(configured);
    }
    Membership latest = stated.getLast();
    Membership before = stated.size() > 1 ? stated.get(stated.size() - 2) : configured;
    boolean founds =
        before.founded() && !Timeline.of(before.term()).equals(Timeline.of(latest.term()));
    return latest.index() <= commitIndex || before.voters().equals(latest.voters()) || founds
        ? List.of(latest)
        : List.of(before, latest);
  }

  /// The latest list in the log.
  Membership membership(Membership configured, Commands commands) {
    List<Membership> stated = stored(configured, commands).memberships();
    return stated.isEmpty() ? configured : stated.getLast();
  }

  /// Notes that the command at `index` is applied, in the transaction that holds what it changed.
  void setApplied(long index, byte[] newDigest) {
    long appliedBefore = applied;
    byte[] digestBefore = digest;
    Violation.unless(index == applied + 1, "%d is applied after %d", index, applied);
    applied = index;
    digest = newDigest;
    journal.changed(() -> {
      applied = appliedBefore;
      digest = digestBefore;
    });
  }

  /// A list of members is applied, in the open transaction: while one has no vote, the log behind
  /// `from` is kept.
  void hold(Membership list, long from) {
    long before = held;
    boolean all = list.members().stream().allMatch(Member::voter);
    held = all ? 0 : held == 0 ? from : held;
    journal.changed(() -> held = before);
  }

  /// Up to where the log may be forgotten.
  long forgettable() {
    return held == 0 ? applied : held;
  }

  /// Ends the transaction.
  void commit() {
    journal.commit();
  }

  void sync() {
    journal.sync();
    firstUnsynced = last().index() + 1;
  }

  void crash(RandomGenerator random) {
    journal.crash(random.nextInt(journal.unsynced() + 1));
    firstUnsynced = last().index() + 1;
    // A complete snapshot was synced before it counted as such.
    arriving =
        arriving
            .filter(_ -> random.nextInt(4) > 0)
            .map(a -> a.complete() ? a : new Arriving(a.snapshot(), random.nextInt(a.chunks() + 1)))
            .or(() -> arriving.filter(Arriving::complete));
  }

  // ---- snapshots

  /// A copy as of the last command applied.
  Snapshot snapshot(long number, int chunks, boolean withHistory, Commands commands) {
    Optional<Membership> membership = compactedMembership;
    List<LogEntry> history = new ArrayList<>();
    for (LogEntry entry : log) {
      if (entry.index() <= applied) {
        membership = commands.membershipOf(entry).or(keeping(membership));
        history.add(entry);
      }
    }
    LogPosition position = entry(applied).map(LogEntry::position).orElse(compacted);
    return new Snapshot(
        number,
        chunks,
        position,
        membership,
        withHistory
            ? Optional.of(new History(compacted, compactedMembership, history))
            : Optional.empty(),
        held,
        chat.copy(new Journal()),
        digest.clone());
  }

  private static Supplier<Optional<Membership>> keeping(Optional<Membership> membership) {
    return () -> membership;
  }

  /// How many chunks of the snapshot `number` are here.
  int arrived(long number) {
    return arriving.filter(a -> a.snapshot().number() == number).map(Arriving::chunks).orElse(0);
  }

  /// A chunk came. Only the next one is of use; one of another snapshot begins that one instead.
  /// True: it is complete, and will be installed at the next start.
  boolean arrives(Snapshot snapshot, int chunk) {
    int held = arrived(snapshot.number());
    arriving = Optional.of(new Arriving(snapshot, chunk == held ? held + 1 : held));
    return arriving.get().complete();
  }

  long installed() {
    return installed;
  }

  /// Whether a complete snapshot waits to be installed.
  Optional<Snapshot> ready() {
    return arriving.filter(Arriving::complete).map(Arriving::snapshot);
  }

  /// Puts the snapshot that is ready in the place of the chat tables, all of it or nothing. Term
  /// and vote stay; the log stays as far as it goes on from the snapshot. One with a log is of use
  /// to a server of a lower timeline only.
  void install(Commands commands) {
    Snapshot snapshot = ready().orElseThrow();
    arriving = Optional.empty();
    LogPosition position = snapshot.position();
    if (snapshot.history().isPresent() && isHigher(position)) {
      move(snapshot, snapshot.history().get(), commands);
      return;
    }
    boolean lower = Timeline.of(position.term()).compareTo(Timeline.of(hardState.term())) < 0;
    if (snapshot.history().isPresent() && lower) {
      return;
    }
    if (position.index() < compacted.index()) {
      return;
    }
    boolean goesOn =
        position.equals(compacted)
            || entry(position.index()).map(e -> e.position().equals(position)).orElse(false);
    if (!goesOn) {
      log.clear();
      compacted = position;
      compactedMembership = snapshot.membership();
      snapshot.history().ifPresent(this::begin);
    }
    if (position.term() > hardState.term()) {
      hardState = new HardState(position.term(), Optional.empty());
    }
    held = snapshot.held();
    chat = snapshot.chat().copy(journal);
    applied = position.index();
    digest = snapshot.digest();
    installed = snapshot.number();
    firstUnsynced = last().index() + 1;
  }

  /// Whether `position` is of a higher timeline than this server.
  boolean isHigher(LogPosition position) {
    return Timeline.of(position.term()).compareTo(Timeline.of(hardState.term())) > 0;
  }

  /// Leaves the timeline for a higher one, at once or not at all (SURVIVOR.md rule 7): every write
  /// behind the last entry that both logs have is rescued.
  private void move(Snapshot snapshot, History history, Commands commands) {
    LogPosition position = snapshot.position();
    Set<LogPosition> theirs = new HashSet<>();
    theirs.add(history.compacted());
    history.entries().forEach(entry -> theirs.add(entry.position()));
    int shared = log.size();
    while (shared > 0 && !theirs.contains(log.get(shared - 1).position())) {
      shared--;
    }
    for (LogEntry entry : log.subList(shared, log.size())) {
      if (commands.read(entry.command()) instanceof Command.Write write) {
        rescued.add(write.request().requestId());
      }
    }
    log.forEach(entry -> left.add(entry.position()));
    log.clear();
    begin(history);
    hardState = new HardState(position.term(), Optional.empty());
    held = snapshot.held();
    chat = snapshot.chat().copy(journal);
    applied = position.index();
    digest = snapshot.digest();
    installed = snapshot.number();
    firstUnsynced = last().index() + 1;
  }

  private void begin(History history) {
    log.addAll(history.entries());
    compacted = history.compacted();
    compactedMembership = history.compactedMembership();
  }

  /// The first of the writes to bring in again.
  Optional<String> rescued() {
    return rescued.isEmpty() ? Optional.empty() : Optional.of(rescued.getFirst());
  }

  long rescuedCount() {
    return rescued.size();
  }

  List<String> unreplayable() {
    return List.copyOf(unreplayable);
  }

  /// The first of them is done, in the open transaction.
  void settle(boolean refused) {
    String row = rescued.removeFirst();
    journal.changed(() -> rescued.addFirst(row));
    if (refused) {
      unreplayable.add(row);
      journal.changed(unreplayable::removeLast);
    }
  }

  /// Forgets the entries up to `index`, all of them applied.
  void compact(long index, Commands commands) {
    Violation.unless(index <= applied, "compacted up to %d, applied %d", index, applied);
    LogPosition positionBefore = compacted;
    Optional<Membership> membershipBefore = compactedMembership;
    List<LogEntry> gone = log.subList(0, (int) (index - compacted.index()));
    List<LogEntry> removed = List.copyOf(gone);
    gone.clear();
    compacted = removed.getLast().position();
    for (LogEntry entry : removed) {
      compactedMembership = commands.membershipOf(entry).or(() -> compactedMembership);
    }
    journal.changed(() -> {
      log.addAll(0, removed);
      compacted = positionBefore;
      compactedMembership = membershipBefore;
    });
  }

  @Override
  public List<LogEntry> read(long fromIndex, int entriesMax, long bytesMax) {
    List<LogEntry> read = new ArrayList<>();
    long bytes = 0;
    for (long index = fromIndex; index <= last().index() && read.size() < entriesMax; index++) {
      LogEntry entry = entry(index).orElseThrow();
      bytes += entry.command().length;
      if (!read.isEmpty() && bytes > bytesMax) {
        break;
      }
      read.add(entry);
    }
    return read;
  }

  /// What a server finds here at its start.
  StoredLog stored(Membership configured, Commands commands) {
    List<LogPosition> terms = new ArrayList<>();
    List<Membership> memberships = new ArrayList<>();
    compactedMembership.ifPresent(memberships::add);
    for (LogEntry entry : log) {
      if (terms.isEmpty() || terms.getLast().term() != entry.term()) {
        terms.add(entry.position());
      }
      commands.membershipOf(entry).ifPresent(memberships::add);
    }
    return new StoredLog(hardState, compacted, last(), terms, memberships, configured, applied);
  }
}

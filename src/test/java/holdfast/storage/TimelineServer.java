package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import holdfast.chat.Applied;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.Digest;
import holdfast.chat.EntryId;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.chat.RunningDigest;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import holdfast.wire.CommandCodec;
import holdfast.wire.UnreadableCommandException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A server's store with real commands in its log, whose terms the test says: what servers of
/// different timelines write, and what becomes of it when one comes to another.
public final class TimelineServer implements AutoCloseable {
  private static final int PIECE = 100_000;

  /// The same for all that make one, so that they have the same cluster.
  private static final CommandCodec CODEC = new CommandCodec();

  private final Path directory;
  public SqliteStore store;
  public ChatMachine machine;

  public TimelineServer(Path directory) {
    this.directory = directory;
    open();
  }

  void reopen() {
    store.close();
    open();
  }

  private void open() {
    try {
      store = SqliteStore.open(directory, StoreSettings.defaults(), CODEC, CODEC);
    } catch (StoreException e) {
      fail("the store does not open", e);
    }
    machine = new ChatMachine(store.chat(), StoreBench.LIMITS);
  }

  static Membership membership() {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      members.add(new Member(new ServerId(i), "localhost", i, 100 + i, true, Optional.empty()));
    }
    return new Membership(0, members);
  }

  static byte[] bytesOf(Command command) {
    return switch (command) {
      case Command.Write write -> CommandCodec.stamp(CommandCodec.body(write), write.time());
      case Command.Seen seen -> CommandCodec.stamp(CommandCodec.body(seen), seen.time());
      case Command.Noop() -> CommandCodec.noop();
      case Command.Members(long time, boolean outside) ->
          CommandCodec.members(time, membership(), outside);
      case Command.Found(long time, String clusterId, byte[] tokenKey) ->
          CommandCodec.founding(time, clusterId, tokenKey, membership().members());
    };
  }

  public static RequestKey request(long account, String requestId) {
    return new RequestKey(account, Optional.empty(), requestId, new Digest(7, 7));
  }

  public static Command.Register register(String name, String requestId) {
    return new Command.Register(
        1, new RequestKey(0, Optional.of(name), requestId, new Digest(7, 7)), name, "hash");
  }

  long lastIndex() {
    return store.lastIndex();
  }

  /// One transaction, in which the server takes the term over, too, as if it had been elected; not
  /// applied.
  void append(long term, Command... commands) {
    List<LogEntry> entries = new ArrayList<>();
    for (Command command : commands) {
      entries.add(new LogEntry(lastIndex() + entries.size() + 1, term, bytesOf(command)));
    }
    store.begin(true);
    store.saveHardState(new HardState(term, Optional.of(new ServerId(1))));
    store.append(entries);
    store.commit();
  }

  /// The same, applied with all before it.
  public List<Applied> write(long term, Command... commands) {
    append(term, commands);
    store.begin(true);
    List<Applied> applied = apply(lastIndex());
    store.commit();
    return applied;
  }

  /// The id of what the command made.
  public long made(long term, Command command) {
    return write(term, command).getLast().outcome().id();
  }

  /// In the open transaction.
  List<Applied> apply(long upToIndex) {
    List<Applied> applied = new ArrayList<>();
    RunningDigest digest = new RunningDigest(store.runningDigest());
    while (store.appliedIndex() < upToIndex) {
      LogEntry entry = store.read(store.appliedIndex() + 1, 1, Long.MAX_VALUE).getFirst();
      long id = EntryId.of(entry.term(), entry.index());
      try {
        Applied result = machine.apply(id, CommandCodec.decode(entry.command()));
        digest.add(entry.index(), entry.command(), result.outcome());
        applied.add(result);
      } catch (UnreadableCommandException e) {
        fail(e);
      }
      store.setApplied(entry.index(), id, digest.value());
    }
    return applied;
  }

  /// Takes what the primary's log has beyond this one's, as a backup does, and applies as much as
  /// the primary has; in the open transaction.
  public List<Applied> follow(TimelineServer primary) {
    if (lastIndex() < primary.lastIndex()) {
      store.append(primary.log(lastIndex() + 1));
    }
    return apply(primary.store.appliedIndex());
  }

  List<LogEntry> log(long from) {
    return store.read(from, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  StoredLog storedLog() {
    return store.storedLog(membership());
  }

  /// Takes back the open transaction.
  public void rollback() {
    store.rollback();
    machine = new ChatMachine(store.chat(), StoreBench.LIMITS);
  }

  /// Deletes what is applied of the log, as whole transactions stand in it, up to `index`.
  void compact(long index) {
    store.begin(true);
    store.compact(index, 0);
    store.commit();
  }

  /// All of a copy of the other one's state arrives and waits; the last command in it.
  LogPosition receive(TimelineServer from, boolean withLog) throws Exception {
    try (OutgoingSnapshot snapshot = from.store.snapshots().copy(withLog)) {
      return receive(snapshot);
    }
  }

  LogPosition receive(OutgoingSnapshot snapshot) throws Exception {
    Snapshots snapshots = store.snapshots();
    String digest = snapshot.digest();
    for (long held = 0; held < snapshot.bytes(); ) {
      held = snapshots.add(digest, held, snapshot.read(held, PIECE));
    }
    LogPosition position = snapshots.prepare(digest, store.clusterId());
    snapshots.installAtNextStart(digest);
    return position;
  }

  /// The same, and this server starts anew with it.
  public void moveTo(TimelineServer winner) throws Exception {
    receive(winner, true);
    reopen();
  }

  /// What waits to be brought in again, one after the other; taken back in the end.
  List<RescuedCommand> waiting() {
    List<RescuedCommand> found = new ArrayList<>();
    store.begin(true);
    while (store.rescue().waiting() > 0) {
      found.add(store.rescue().next().orElseThrow());
      store.rescue().settled(found.getLast().position());
    }
    rollback();
    assertEquals(found.size(), store.rescue().waiting());
    return found;
  }

  /// Brings in one write: through the primary, applied here, and done with in that transaction.
  /// What became of it; empty: it could not be said anew.
  Optional<Outcome> bringIn(TimelineServer primary, long term) {
    Rescue rescue = store.rescue();
    RescuedCommand rescued = rescue.next().orElseThrow();
    Optional<Command.Write> write = rescue.translated(rescued, machine);
    if (write.isEmpty()) {
      store.begin(true);
      rescue.unreplayable(rescued.position(), Rescue.NAMES_WHAT_IS_NOT_THERE);
      store.commit();
      return Optional.empty();
    }
    primary.write(term, write.get());
    store.begin(true);
    Outcome outcome = follow(primary).getLast().outcome();
    if (outcome instanceof Outcome.Refused(long _, var _, String message)) {
      rescue.unreplayable(rescued.position(), message);
    } else {
      rescue.settled(rescued.position());
    }
    store.commit();
    return Optional.of(outcome);
  }

  @Override
  public void close() {
    store.close();
  }
}

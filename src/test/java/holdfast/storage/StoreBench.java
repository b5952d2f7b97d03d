package holdfast.storage;

import static org.junit.jupiter.api.Assertions.fail;

import holdfast.chat.Applied;
import holdfast.chat.ChatLimits;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.EntryId;
import holdfast.chat.RequestKey;
import holdfast.chat.RunningDigest;
import holdfast.chat.WriteReader;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.MembershipReader;
import holdfast.replication.ServerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A store in a directory of its own with the chat machine over it, driven as the replica loop
/// does. An entry's bytes are the text of its command, which this keeps to apply it.
final class StoreBench implements AutoCloseable {
  static final ChatLimits LIMITS = new ChatLimits(50_000, 40, 300, 6, 4, 2, 2, 3);
  static final long TERM = 3;

  /// A membership entry's bytes are `members` and the number of the last server.
  static final MembershipReader MEMBERSHIPS =
      entry -> {
        String text = new String(entry.command(), StandardCharsets.UTF_8);
        return text.startsWith("members ")
            ? Optional.of(membership(entry.index(), Integer.parseInt(text.substring(8))))
            : Optional.empty();
      };

  /// No write is told from others by its bytes.
  static final WriteReader WRITES = _ -> Optional.empty();

  final Path directory;
  private final StoreSettings settings;
  private final List<Command> commands = new ArrayList<>();
  SqliteStore store;
  private ChatMachine machine;

  StoreBench(Path directory, StoreSettings settings) {
    this.directory = directory;
    this.settings = settings;
    store = open(directory, settings);
    machine = new ChatMachine(store.chat(), LIMITS);
  }

  StoreBench(Path directory) {
    this(directory, StoreSettings.defaults());
  }

  static SqliteStore open(Path directory, StoreSettings settings) {
    try {
      return SqliteStore.open(directory, settings, MEMBERSHIPS, WRITES);
    } catch (StoreException e) {
      return fail("the store does not open", e);
    }
  }

  static Membership membership(long index, int servers) {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= servers; i++) {
      members.add(new Member(new ServerId(i), "localhost", i, i, true, Optional.empty()));
    }
    return new Membership(index, members);
  }

  static LogEntry entry(long index, long term, String command) {
    return new LogEntry(index, term, command.getBytes(StandardCharsets.UTF_8));
  }

  Reads reads() {
    return store.reads();
  }

  /// Closes the store and opens it again; the machine is rebuilt.
  void reopen() {
    store.close();
    store = open(directory, settings);
    machine = new ChatMachine(store.chat(), LIMITS);
  }

  /// What the machine knows of a request.
  Optional<ChatMachine.Remembered> remembered(RequestKey key) {
    return machine.remembered(key);
  }

  /// One synced transaction: appends the commands, applies all of them.
  List<Applied> write(List<Command> batch) {
    store.begin(true);
    appendCommands(batch);
    List<Applied> applied = applyUpTo(commands.size());
    store.commit();
    return applied;
  }

  Applied write(Command command) {
    return write(List.of(command)).getFirst();
  }

  /// In the open transaction.
  void appendCommands(List<Command> batch) {
    List<LogEntry> entries = new ArrayList<>();
    for (Command command : batch) {
      commands.add(command);
      entries.add(entry(commands.size(), TERM, command.toString()));
    }
    store.append(entries);
  }

  /// In the open transaction: applies what is appended and not applied, up to `index`.
  List<Applied> applyUpTo(long index) {
    List<Applied> applied = new ArrayList<>();
    RunningDigest digest = new RunningDigest(store.runningDigest());
    for (long next = store.appliedIndex() + 1; next <= index; next++) {
      Command command = commands.get((int) next - 1);
      long id = EntryId.of(TERM, next);
      Applied result = machine.apply(id, command);
      digest.add(next, command.toString().getBytes(StandardCharsets.UTF_8), result.outcome());
      store.setApplied(next, id, digest.value());
      applied.add(result);
    }
    return applied;
  }

  /// Rolls back and forgets the appended commands from `keep` on.
  void rollback(int keep) {
    store.rollback();
    commands.subList(keep, commands.size()).clear();
    machine = new ChatMachine(store.chat(), LIMITS);
  }

  int appended() {
    return commands.size();
  }

  @Override
  public void close() {
    store.close();
  }
}

package holdfast.server;

import holdfast.chat.Applied;
import holdfast.chat.ChatLimits;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.EntryId;
import holdfast.chat.RunningDigest;
import holdfast.replication.LogEntry;
import holdfast.replication.Replica;
import holdfast.storage.SqliteStore;
import holdfast.wire.CommandCodec;
import holdfast.wire.UnreadableCommandException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives committed entries to the chat machine, in log order, inside the store's open transaction,
/// and keeps the running digest by which replicas find out that they differ. Owned by the replica
/// thread.
final class Applier {
  /// Digests are told and compared at multiples of this many log indexes.
  static final long DIGEST_EVERY = 1_000;

  /// Entries, and bytes of commands, applied in one transaction.
  private static final int ENTRIES_MAX = 1_024;

  private static final long BYTES_MAX = 4L << 20;

  /// Digests kept for comparison with a backup that is a little behind.
  private static final int DIGESTS_KEPT = 256;

  private static final Logger log = LoggerFactory.getLogger(Applier.class);

  private final SqliteStore store;
  private final ChatLimits limits;
  private final Map<Long, byte[]> digests = new LinkedHashMap<>();
  private ChatMachine machine;
  private RunningDigest digest;
  private long appliedIndex;
  private long digestIndex;
  private Optional<String> stopped = Optional.empty();

  Applier(SqliteStore store, ChatLimits limits) {
    this.store = store;
    this.limits = limits;
    this.machine = new ChatMachine(store.chat(), limits);
    this.digest = new RunningDigest(store.runningDigest());
    this.appliedIndex = store.appliedIndex();
  }

  long appliedIndex() {
    return appliedIndex;
  }

  ChatMachine machine() {
    return machine;
  }

  /// The last multiple of `DIGEST_EVERY` whose digest is known; 0: none yet.
  long digestIndex() {
    return digestIndex;
  }

  Optional<byte[]> digestAt(long index) {
    return Optional.ofNullable(digests.get(index));
  }

  /// Why nothing more is applied: an entry that this version cannot read.
  Optional<String> stopped() {
    return stopped;
  }

  boolean hasWork(Replica replica) {
    return stopped.isEmpty() && appliedIndex < replica.commitIndex();
  }

  /// Applies the next committed entries, a bounded number of them. Everything up to the commit
  /// index must be on disk, or get there with the open transaction.
  List<AppliedEntry> apply(Replica replica) {
    long last = replica.commitIndex();
    int wanted = (int) Math.min(ENTRIES_MAX, last - appliedIndex);
    List<AppliedEntry> applied = new ArrayList<>(Math.max(wanted, 0));
    if (wanted <= 0 || stopped.isPresent()) {
      return applied;
    }
    apply(replica.entries(appliedIndex + 1, wanted, BYTES_MAX), applied);
    return applied;
  }

  /// Applies all that the store's log holds, committed or not, in transactions of its own: for a
  /// server that is not running, and whose cluster has lost its quorum.
  void applyRest() {
    long last = store.lastIndex();
    while (appliedIndex < last && stopped.isEmpty()) {
      store.begin(true);
      apply(store.read(appliedIndex + 1, ENTRIES_MAX, BYTES_MAX), new ArrayList<>());
      store.commit();
    }
  }

  private void apply(List<LogEntry> entries, List<AppliedEntry> applied) {
    for (LogEntry entry : entries) {
      Command command;
      try {
        command = CommandCodec.decode(entry.command());
      } catch (UnreadableCommandException e) {
        stopped =
            Optional.of(
                "the entry at index %d is of a newer version of Holdfast (%s): this server has stopped"
                        .formatted(entry.index(), e.getMessage())
                    + " applying the log; start the newer version on it");
        log.error(stopped.get());
        break;
      }
      long id = EntryId.of(entry.term(), entry.index());
      Applied result = machine.apply(id, command);
      digest.add(entry.index(), entry.command(), result.outcome());
      appliedIndex = entry.index();
      if (appliedIndex % DIGEST_EVERY == 0) {
        remember(appliedIndex, digest.value());
      }
      applied.add(new AppliedEntry(id, entry.index(), command, result));
    }
    if (!applied.isEmpty()) {
      store.setApplied(appliedIndex, applied.getLast().id(), digest.value());
    }
  }

  private void remember(long index, byte[] value) {
    digestIndex = index;
    digests.put(index, value);
    if (digests.size() > DIGESTS_KEPT) {
      digests.remove(digests.keySet().iterator().next());
    }
  }

  /// The transaction was rolled back: memory follows the disk again.
  void rolledBack() {
    machine = new ChatMachine(store.chat(), limits);
    digest = new RunningDigest(store.runningDigest());
    appliedIndex = store.appliedIndex();
  }
}

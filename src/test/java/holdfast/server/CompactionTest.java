package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.Replica;
import holdfast.replication.ReplicaSettings;
import holdfast.replication.ServerId;
import holdfast.storage.SqliteStore;
import holdfast.storage.StoreSettings;
import holdfast.wire.CommandCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compaction of a log whose deletions may yet be taken back with the transaction they are in.
final class CompactionTest {
  private static final ServerId SELF = new ServerId(1);

  /// More than three portions of rows.
  private static final int ENTRIES = 900;

  private static final long KEEP_BYTES = 64;

  @TempDir Path temp;

  private SqliteStore store;
  private Replica replica;
  private final Compaction compaction = new Compaction(KEEP_BYTES);

  @BeforeEach
  void aLogOfManyRows() throws Exception {
    CommandCodec codec = new CommandCodec();
    store =
        SqliteStore.open(
            temp.resolve("data"),
            StoreSettings.defaults().settling(Duration.ofHours(1)),
            codec,
            codec);
    for (int index = 1; index <= ENTRIES; index++) {
      store.begin(true);
      store.saveHardState(new HardState(1, Optional.of(SELF)));
      store.append(List.of(new LogEntry(index, 1, CommandCodec.noop())));
      store.setApplied(index, index, new byte[32]);
      store.commit();
      store.settle();
    }
    Member self = new Member(SELF, "localhost", 1, 2, true, Optional.empty());
    replica =
        new Replica(
            SELF,
            ReplicaSettings.defaults(),
            store.storedLog(new Membership(0, List.of(self))),
            store,
            codec,
            CommandCodec.noop(),
            new SplittableRandom(1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void step() {
    store.begin(false);
    compaction.run(store, replica, store.appliedIndex());
    store.commit();
  }

  @Test
  void whatATransactionTakesBackIsDeletedOnceMore() {
    step();
    long first = replica.compacted().index();
    step();
    long second = replica.compacted().index();
    assertTrue(0 < first && first < second, first + " and " + second);
    // As on a full disk.
    store.rollback();
    step();
    assertEquals(second, replica.compacted().index());
    for (int i = 0; i < 5; i++) {
      step();
    }
    store.settle();
    assertTrue(replica.compacted().index() > second);
    assertTrue(store.logBytes() <= 2 * KEEP_BYTES, "left " + store.logBytes());
  }

  @Test
  void whatIsNotSettledStays() {
    long index = ENTRIES + 1;
    store.begin(true);
    store.append(List.of(new LogEntry(index, 1, new byte[(int) KEEP_BYTES])));
    store.setApplied(index, index, new byte[32]);
    store.commit();
    for (int i = 0; i < 5; i++) {
      step();
    }
    long start = replica.compacted().index();
    assertTrue(0 < start && start <= ENTRIES, "compacted to " + start);
    assertEquals(index, store.read(index, 1, 1).getFirst().index());
  }
}

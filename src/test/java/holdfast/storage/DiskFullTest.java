package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Applied;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.RequestKey;
import holdfast.replication.StoredLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is full for a while. SQLite's own limit of pages stands in for it: the error is the
/// same.
final class DiskFullTest {
  private static final OptionalLong NONE = OptionalLong.empty();

  @TempDir Path temp;

  private final ChatModel model = new ChatModel();
  private int sent;

  private Command register(String name) {
    RequestKey request = new RequestKey(0, Optional.of(name), "r", new Digest(1, 1));
    return new Command.Register(1, request, name, "hash");
  }

  private Command longMessage() {
    sent++;
    RequestKey request = new RequestKey(1, Optional.empty(), "q" + sent, new Digest(1, 1));
    String text = "long ".repeat(1_000);
    return new Command.Send(1, request, ConversationId.direct(1, 2), text, Optional.empty());
  }

  private List<Applied> applyToModel(List<Command> batch) {
    List<Applied> applied = new ArrayList<>();
    batch.forEach(command -> applied.add(model.apply(command)));
    return applied;
  }

  @Test
  void aFullDiskLosesNothingAndWritingGoesOnOnceThereIsRoom() {
    try (StoreBench bench = new StoreBench(temp.resolve("data"))) {
      List<Command> first = List.of(register("ann"), register("bob"), longMessage());
      assertEquals(applyToModel(first), bench.write(first));
      long pages = bench.store.main.number("PRAGMA page_count");
      bench.store.main.number("PRAGMA max_page_count=" + (pages + 20));

      int refused = 0;
      for (int i = 0; i < 40; i++) {
        List<Command> batch = List.of(longMessage(), longMessage());
        int before = bench.appended();
        StoredLog log = bench.store.storedLog(StoreBench.membership(0, 1));
        try {
          bench.write(batch);
          applyToModel(batch);
        } catch (DiskFullException e) {
          refused++;
          bench.rollback(before);
          assertEquals(log, bench.store.storedLog(StoreBench.membership(0, 1)));
        }
        check(bench);
      }
      assertTrue(refused > 20 && refused < 40, "refused " + refused);

      bench.store.main.number("PRAGMA max_page_count=1000000");
      for (int i = 0; i < 5; i++) {
        List<Command> batch = List.of(longMessage(), longMessage());
        assertEquals(applyToModel(batch), bench.write(batch));
        check(bench);
      }
      bench.reopen();
      check(bench);
    }
  }

  /// Steps that are safe in the redo log, when the transaction that holds them finds no room.
  @Test
  void whatWasNotSettledIsAppliedAgainOnceThereIsRoom() {
    StoreSettings settings = new StoreSettings(64, 10, 1 << 20).settling(Duration.ofHours(1));
    try (StoreBench bench = new StoreBench(temp.resolve("data"), settings)) {
      List<Command> first = List.of(register("ann"), register("bob"), longMessage());
      assertEquals(applyToModel(first), bench.write(first));
      bench.store.settle();
      long pages = bench.store.main.number("PRAGMA page_count");
      bench.store.main.number("PRAGMA max_page_count=" + (pages + 2));
      List<Applied> expected = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        // Applied later.
        Command command = longMessage();
        expected.add(model.apply(command));
        bench.store.begin(true);
        bench.appendCommands(List.of(command));
        bench.store.commit();
      }
      assertThrows(DiskFullException.class, bench.store::settle);
      bench.rollback(bench.appended());
      assertEquals(first.size(), bench.store.appliedIndex());
      assertEquals(first.size() + 3, bench.store.lastIndex());

      bench.store.begin(false);
      assertThrows(
          DiskFullException.class,
          () -> {
            bench.applyUpTo(bench.appended());
            bench.store.commit();
          });
      bench.rollback(bench.appended());
      assertEquals(first.size() + 3, bench.store.read(1, 10, Long.MAX_VALUE).size());

      bench.store.main.number("PRAGMA max_page_count=1000000");
      bench.store.begin(false);
      assertEquals(expected, bench.applyUpTo(bench.appended()));
      bench.store.commit();
      check(bench);
      bench.reopen();
      check(bench);
    }
  }

  /// A commit that failed may stand whole in the write-ahead log, with the number of the step that
  /// is tried again: so that one is synced there, not only in the redo log.
  @Test
  void theFirstTransactionAfterOneThatFailedIsOnDiskBeforeItsStepIsOver() throws Exception {
    StoreSettings settings = new StoreSettings(64, 10, 1 << 20).settling(Duration.ofHours(1));
    try (StoreBench bench = new StoreBench(temp.resolve("data"), settings)) {
      bench.write(List.of(register("ann"), register("bob"), longMessage()));
      bench.store.settle();
      long pages = bench.store.main.number("PRAGMA page_count");
      bench.store.main.number("PRAGMA max_page_count=" + pages);
      bench.store.begin(true);
      bench.appendCommands(List.of(longMessage(), longMessage()));
      bench.store.commit();
      assertThrows(DiskFullException.class, bench.store::settle);
      bench.rollback(bench.appended());
      bench.store.main.number("PRAGMA max_page_count=1000000");

      bench.store.writeAheadLog.close();
      bench.store.begin(true);
      bench.appendCommands(List.of(longMessage()));
      assertThrows(DiskFailedException.class, bench.store::commit);
    }
  }

  private void check(StoreBench bench) {
    ConversationId talk = ConversationId.direct(1, 2);
    assertEquals(model.lastId(), bench.store.appliedIndex());
    assertEquals(model.lastId(), bench.reads().appliedId());
    assertEquals(model.state().lastSeq(talk), bench.store.chat().lastSeq(talk));
    assertEquals(
        model.history(1, talk, NONE, NONE, 200), bench.reads().history(1, talk, NONE, NONE, 200));
    assertEquals(model.unreadOf(2), bench.reads().unread(2));
  }
}

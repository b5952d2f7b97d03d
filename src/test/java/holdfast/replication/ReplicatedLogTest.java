package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The log in memory and behind it: what is kept, what is read back, what a truncation and a
/// compaction leave.
final class ReplicatedLogTest {
  private static final long CACHE = 30;
  private static final String TEN_BYTES = "0123456789";

  private final List<LogEntry> disk = new ArrayList<>();
  private final ReplicatedLog log = open(List.of());

  private ReplicatedLog open(List<LogEntry> stored) {
    disk.clear();
    disk.addAll(stored);
    return new ReplicatedLog(
        TestLog.stored(HardState.INITIAL, stored, TestLog.configured(3), 0),
        (from, entries, bytes) -> TestLog.read(disk, from, entries, bytes),
        TestLog::membershipOf,
        CACHE);
  }

  private void append(long term, int count) {
    for (int i = 0; i < count; i++) {
      log.append(entry(log.last().index() + 1, term, TEN_BYTES));
    }
  }

  private void sync() {
    List<LogEntry> unsaved = log.takeUnsaved();
    if (!unsaved.isEmpty()) {
      disk.subList((int) unsaved.getFirst().index() - 1, disk.size()).clear();
      disk.addAll(unsaved);
    }
    log.synced(log.last());
  }

  private void apply(long index) {
    log.commit(index);
    log.applied(index);
    log.checkInvariants();
  }

  @Test
  void whatIsNotSyncedOrNotAppliedStaysInMemory() {
    append(1, 20);
    apply(20);
    assertTrue(log.inMemory(1), "applied, not synced");
    sync();
    assertFalse(log.inMemory(1));
    append(1, 20);
    sync();
    assertTrue(log.inMemory(21), "synced, not applied");
    log.checkInvariants();
  }

  @Test
  void behindThatOnlySoManyBytesStay() {
    append(1, 20);
    sync();
    apply(20);
    assertFalse(log.inMemory(17));
    assertTrue(log.inMemory(18), "the last three, of ten bytes each");
    assertEquals(List.of(16L, 17L), TestLog.indexes(log.entries(16, 10, 1_000)));
    assertEquals(List.of(18L, 19L, 20L), TestLog.indexes(log.entries(18, 10, 1_000)));
  }

  @Test
  void aReadFromDiskNeverReachesIntoWhatMemoryHasReplaced() {
    append(1, 20);
    sync();
    apply(17);
    List<LogEntry> newer = List.of(entry(18, 3, "x"), entry(19, 3, "y"));
    log.merge(newer);
    assertEquals(Optional.of(3L), log.termAt(18));
    assertEquals(1, disk.get(17).term(), "the disk does not know yet");
    long from = log.inMemory(14) ? 13 : 14;
    List<LogEntry> read = log.entries(from, 100, 10_000);
    assertTrue(read.getLast().index() <= 17, "read up to " + read.getLast());
    assertEquals(newer, log.entries(18, 100, 10_000));
  }

  @Test
  void entriesAreBoundedInNumberAndBytesButNeverNone() {
    append(1, 10);
    assertEquals(3, log.entries(1, 3, 1_000).size());
    assertEquals(2, log.entries(1, 10, 29).size());
    assertEquals(1, log.entries(1, 10, 1).size());
  }

  @Test
  void whatTheDiskReturnsMustFitTheTermsThatAreKnown() {
    append(1, 20);
    sync();
    apply(20);
    disk.set(4, entry(5, 9, "rotten"));
    assertThrows(Check.Broken.class, () -> log.entries(5, 1, 100));
  }

  @Test
  void theTermOfEveryIndexThatIsKeptIsKnown() {
    append(1, 3);
    append(4, 2);
    append(5, 1);
    assertEquals(Optional.of(0L), log.termAt(0));
    assertEquals(Optional.of(1L), log.termAt(3));
    assertEquals(Optional.of(4L), log.termAt(4));
    assertEquals(Optional.of(5L), log.termAt(6));
    assertEquals(Optional.empty(), log.termAt(7));
    assertEquals(Optional.of(5L), log.lastIndexOf(4));
    assertEquals(Optional.of(6L), log.lastIndexOf(5));
    assertEquals(Optional.empty(), log.lastIndexOf(3));
  }

  @Test
  void aStoredLogIsOpenedWithItsTerms() {
    ReplicatedLog opened = open(TestLog.log(3, 1, 1, 2, 5));
    assertEquals(at(4, 5), opened.last());
    assertEquals(Optional.of(2L), opened.termAt(3));
    assertEquals(1, opened.memberships().latest().index());
    assertEquals(List.of(2L, 3L), TestLog.indexes(opened.entries(2, 2, 100)));
    opened.checkInvariants();
  }

  @Test
  void compactionForgetsWhatIsBefore() {
    append(1, 3);
    append(2, 5);
    sync();
    apply(8);
    log.compacted(at(5, 2));
    assertEquals(at(5, 2), log.compacted());
    assertEquals(Optional.empty(), log.termAt(4));
    assertEquals(Optional.of(2L), log.termAt(5));
    assertEquals(Optional.of(2L), log.termAt(6));
    assertThrows(Check.Broken.class, () -> log.entries(5, 1, 1));
    assertTrue(log.matches(at(2, 1)), "what is compacted is committed and cannot differ");
    log.compacted(at(8, 2));
    assertEquals(at(8, 2), log.last());
    append(3, 1);
    assertEquals(at(9, 3), log.last());
    log.checkInvariants();
  }

  @Test
  void onlyWhatIsAppliedAndSyncedIsCompacted() {
    append(1, 3);
    apply(2);
    assertThrows(Check.Broken.class, () -> log.compacted(at(2, 1)));
    sync();
    log.compacted(at(2, 1));
    assertThrows(Check.Broken.class, () -> log.compacted(at(3, 1)));
  }

  @Test
  void aSyncThatBeganBeforeATruncationDoesNotCoverTheNewEntries() {
    append(1, 5);
    log.takeUnsaved();
    log.merge(List.of(entry(4, 2, "new")));
    log.synced(at(5, 1));
    assertEquals(0, log.syncedIndex());
    log.synced(at(3, 1));
    assertEquals(3, log.syncedIndex());
    log.synced(at(4, 2));
    assertEquals(3, log.syncedIndex(), "not even handed out to be written");
    log.takeUnsaved();
    log.synced(at(4, 2));
    assertEquals(4, log.syncedIndex());
  }

  @Test
  void entriesReplacedBeforeTheyWereWrittenAreNotWritten() {
    append(1, 3);
    log.merge(List.of(entry(2, 2, "new")));
    assertEquals(
        List.of(at(1, 1), at(2, 2)), log.takeUnsaved().stream().map(LogEntry::position).toList());
    assertEquals(List.of(), log.takeUnsaved());
  }

  /// Against a plain list, for any order of appending, replacing, syncing, applying, compacting.
  @Test
  void theLogIsWhatAListWouldBe() {
    for (int seed = 0; seed < 300; seed++) {
      againstAList(seed);
    }
  }

  private static void againstAList(int seed) {
    ReplicatedLogTest test = new ReplicatedLogTest();
    ReplicatedLog log = test.log;
    SplittableRandom random = new SplittableRandom(seed);
    List<LogEntry> model = new ArrayList<>();
    long term = 1;
    for (int step = 0; step < 100; step++) {
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          LogEntry next = entry(model.size() + 1, term, "x".repeat(random.nextInt(20)));
          log.append(next);
          model.add(next);
        }
        case 2 -> {
          term++;
          int from = (int) random.nextLong(log.commitIndex(), model.size() + 1);
          model.subList(from, model.size()).clear();
          model.add(entry(from + 1, term, "replaced"));
          log.merge(List.of(model.getLast()));
        }
        case 3 -> test.sync();
        case 4 -> test.apply(random.nextLong(log.commitIndex(), model.size() + 1));
        default -> {
          long most = Math.min(log.syncedIndex(), log.appliedIndex());
          if (most > log.compacted().index()) {
            log.compacted(log.positionAt(random.nextLong(log.compacted().index(), most + 1)));
          }
        }
      }
      log.checkInvariants();
      for (long i = log.compacted().index() + 1; i <= model.size(); i++) {
        boolean readable = log.inMemory(i) || i <= test.disk.size();
        assertTrue(readable, "index %d of seed %d".formatted(i, seed));
        assertEquals(model.get((int) i - 1), log.entries(i, 1, 1).getFirst());
        assertEquals(Optional.of(model.get((int) i - 1).term()), log.termAt(i));
      }
      assertEquals(model.size(), log.last().index());
    }
  }
}

package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.check.Check;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.StoredLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log on disk: appending, truncating, reading, compacting, and the memberships in it.
final class LogTableTest {
  private static final Membership CONFIGURED = StoreBench.membership(0, 3);

  @TempDir Path temp;

  private SqliteStore store;

  @BeforeEach
  void open() {
    store = StoreBench.open(temp.resolve("data"), StoreSettings.defaults());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    store.close();
    open();
  }

  private StoredLog stored() {
    return store.storedLog(CONFIGURED);
  }

  private void append(LogEntry... entries) {
    store.begin(true);
    store.append(List.of(entries));
    store.commit();
  }

  private void applied(long index) {
    store.begin(false);
    store.setApplied(index, index, new byte[32]);
    store.commit();
  }

  private Optional<LogPosition> compact(long upToIndex) {
    store.begin(false);
    Optional<LogPosition> start = store.compact(upToIndex, 0);
    store.commit();
    return start;
  }

  private static LogEntry[] entries(long from, long to, long term) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index, term));
    }
    return entries.toArray(LogEntry[]::new);
  }

  private static LogEntry entry(long index, long term) {
    return StoreBench.entry(index, term, "command " + index + " of " + term);
  }

  private List<LogEntry> readAll() {
    long first = stored().compacted().index() + 1;
    return first > stored().last().index()
        ? List.of()
        : store.read(first, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  @Test
  void truncationInsideAPackedRowKeepsTheFirstPartOfIt() {
    append(entries(1, 10, 1));
    append(entry(7, 2), entry(8, 2));
    List<LogEntry> expected = new ArrayList<>(List.of(entries(1, 6, 1)));
    expected.add(entry(7, 2));
    expected.add(entry(8, 2));
    assertEquals(expected, readAll());
    long bytes = store.logBytes();
    reopen();
    assertEquals(expected, readAll());
    assertEquals(bytes, store.logBytes());
    assertEquals(new LogPosition(2, 8), stored().last());
    assertEquals(List.of(new LogPosition(1, 1), new LogPosition(2, 7)), stored().terms());
  }

  @Test
  void truncationOfEverythingLeavesOnlyTheNewEntries() {
    append(entries(1, 3, 1));
    append(entries(4, 6, 1));
    append(entry(1, 4));
    reopen();
    assertEquals(List.of(entry(1, 4)), readAll());
    assertEquals(List.of(new LogPosition(4, 1)), stored().terms());
  }

  @Test
  void truncationAtARowsBeginningKeepsTheRowBefore() {
    append(entries(1, 3, 1));
    append(entries(4, 6, 1));
    append(entry(4, 2));
    reopen();
    assertEquals(List.of(entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 2)), readAll());
  }

  @Test
  void appliedEntriesAreNeverTruncated() {
    append(entries(1, 3, 1));
    applied(2);
    store.begin(true);
    assertThrows(Check.Broken.class, () -> store.append(List.of(entry(2, 2))));
    store.rollback();
    append(entry(3, 2));
    assertEquals(new LogPosition(2, 3), stored().last());
  }

  @Test
  void aGapOrAFallingTermIsABug() {
    append(entries(1, 2, 5));
    store.begin(true);
    assertThrows(Check.Broken.class, () -> store.append(List.of(entry(4, 5))));
    assertThrows(Check.Broken.class, () -> store.append(List.of(entry(3, 4))));
    assertThrows(Check.Broken.class, () -> store.append(List.of(entry(3, 5), entry(5, 5))));
    store.rollback();
  }

  @Test
  void entriesOfSeveralTermsInOneAppendAreReadBackAsTheyWere() {
    append(entry(1, 1), entry(2, 1), entry(3, 4), entry(4, 9), entry(5, 9));
    reopen();
    assertEquals(
        List.of(entry(1, 1), entry(2, 1), entry(3, 4), entry(4, 9), entry(5, 9)), readAll());
    assertEquals(
        List.of(new LogPosition(1, 1), new LogPosition(4, 3), new LogPosition(9, 4)),
        stored().terms());
  }

  @Test
  void readingStopsAtEntriesOrBytesButGivesAtLeastOne() {
    append(entries(1, 4, 1));
    append(entries(5, 9, 2));
    int bytes = entry(1, 1).command().length;
    assertEquals(List.of(entries(3, 4, 1)), store.read(3, 2, Long.MAX_VALUE));
    assertEquals(List.of(entry(4, 1), entry(5, 2)), store.read(4, 2, Long.MAX_VALUE));
    assertEquals(List.of(entries(2, 4, 1)), store.read(2, 99, 3L * bytes));
    assertEquals(List.of(entries(2, 3, 1)), store.read(2, 99, 3L * bytes - 1));
    assertEquals(List.of(entry(9, 2)), store.read(9, 99, 0));
    assertThrows(Check.Broken.class, () -> store.read(10, 1, 1));
    assertThrows(Check.Broken.class, () -> store.read(0, 1, 1));
  }

  @Test
  void aLongBatchIsPackedIntoSeveralRowsAndAHugeEntryIntoOneOfItsOwn() {
    String half = "h".repeat(LogTable.ROW_BYTES_MAX / 2);
    String huge = "H".repeat(2 * LogTable.ROW_BYTES_MAX);
    List<LogEntry> batch =
        List.of(
            StoreBench.entry(1, 1, half),
            StoreBench.entry(2, 1, half),
            StoreBench.entry(3, 1, huge),
            StoreBench.entry(4, 1, ""),
            StoreBench.entry(5, 1, "end"));
    store.begin(true);
    store.append(batch);
    store.commit();
    reopen();
    assertEquals(batch, readAll());
    applied(5);
    // Rows go whole, so where the log may begin shows how it was packed: 1, 2, 3, then 4 and 5.
    assertEquals(Optional.of(new LogPosition(1, 1)), compact(1));
    assertEquals(Optional.of(new LogPosition(1, 3)), compact(4));
    assertEquals(Optional.of(new LogPosition(1, 5)), compact(5));
    assertEquals(0, store.logBytes());
  }

  @Test
  void compactionDeletesWholeRowsOnlyAndKeepsTerms() {
    append(entries(1, 3, 1));
    append(entries(4, 6, 1));
    append(entry(7, 2));
    applied(6);
    assertEquals(Optional.empty(), compact(2));
    assertEquals(Optional.of(new LogPosition(1, 3)), compact(5));
    assertEquals(Optional.empty(), compact(5));
    reopen();
    assertEquals(new LogPosition(1, 3), stored().compacted());
    assertEquals(List.of(new LogPosition(1, 4), new LogPosition(2, 7)), stored().terms());
    assertThrows(Check.Broken.class, () -> store.read(3, 1, 1));
    assertEquals(List.of(entry(4, 1)), store.read(4, 1, 1));
  }

  @Test
  void aLogCompactedToItsEndGoesOnFromThere() {
    append(entries(1, 3, 2));
    applied(3);
    assertEquals(Optional.of(new LogPosition(2, 3)), compact(3));
    assertEquals(List.of(), stored().terms());
    reopen();
    assertEquals(stored().compacted(), stored().last());
    append(entry(4, 2));
    append(entry(5, 3));
    append(entry(4, 3));
    reopen();
    assertEquals(new LogPosition(3, 4), stored().last());
    assertEquals(List.of(new LogPosition(3, 4)), stored().terms());
  }

  @Test
  void oneCompactionDeletesABoundedNumberOfRows() {
    for (int i = 1; i <= LogTable.COMPACTED_ROWS_MAX + 5; i++) {
      append(entry(i, 1));
    }
    applied(LogTable.COMPACTED_ROWS_MAX + 5);
    long all = LogTable.COMPACTED_ROWS_MAX + 5;
    assertEquals(Optional.of(new LogPosition(1, LogTable.COMPACTED_ROWS_MAX)), compact(all));
    assertEquals(Optional.of(new LogPosition(1, all)), compact(all));
  }

  @Test
  void atLeastAsManyBytesAsAskedAreKept() {
    for (int i = 1; i <= 10; i++) {
      append(entry(i, 1));
    }
    applied(10);
    long one = store.logBytes() / 10;
    store.begin(false);
    assertEquals(Optional.empty(), store.compact(10, 10 * one));
    assertEquals(Optional.of(new LogPosition(1, 4)), store.compact(10, 6 * one));
    store.commit();
    assertTrue(store.logBytes() >= 6 * one);
    reopen();
    assertEquals(Arrays.asList(entries(5, 10, 1)), readAll());
  }

  @Test
  void whatIsNotAppliedIsNotCompacted() {
    append(entries(1, 3, 1));
    store.begin(false);
    assertThrows(Check.Broken.class, () -> store.compact(1, 0));
    store.rollback();
  }

  @Test
  void membershipsAreRolledBackWithTheLog() {
    append(StoreBench.entry(1, 1, "members 3"), entry(2, 1));
    applied(2);
    append(StoreBench.entry(3, 1, "members 4"), StoreBench.entry(4, 1, "members 5"));
    reopen();
    assertEquals(
        List.of(
            StoreBench.membership(1, 3), StoreBench.membership(3, 4), StoreBench.membership(4, 5)),
        stored().memberships());
    append(entry(4, 2));
    reopen();
    assertEquals(
        List.of(StoreBench.membership(1, 3), StoreBench.membership(3, 4)), stored().memberships());
    append(entry(3, 3));
    reopen();
    assertEquals(List.of(StoreBench.membership(1, 3)), stored().memberships());
  }

  @Test
  void theMembershipInForceOutlivesTheEntriesThatStatedIt() {
    append(StoreBench.entry(1, 1, "members 3"));
    append(StoreBench.entry(2, 1, "members 4"));
    append(entries(3, 5, 1));
    applied(5);
    compact(5);
    reopen();
    assertEquals(List.of(StoreBench.membership(2, 4)), stored().memberships());
    append(StoreBench.entry(6, 1, "members 5"));
    applied(6);
    assertEquals(List.of(StoreBench.membership(6, 5)), stored().memberships());
  }

  @Test
  void aRandomLogIsAlwaysWhatTheModelSays() {
    for (long seed = 0; seed < 5; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      store.close();
      store = StoreBench.open(temp.resolve("random" + seed), StoreSettings.defaults());
      List<LogEntry> model = new ArrayList<>();
      long term = 1;
      for (int i = 0; i < 60; i++) {
        term += random.nextInt(2);
        long base = stored().compacted().index();
        int keep = random.nextInt((int) (store.appliedIndex() - base), model.size() + 1);
        List<LogEntry> batch = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int n = 0; n < count; n++) {
          term += random.nextInt(8) == 0 ? 1 : 0;
          batch.add(entry(base + keep + n + 1, term));
        }
        store.begin(true);
        store.append(batch);
        if (random.nextInt(6) == 0) {
          store.rollback();
        } else {
          store.commit();
          model.subList(keep, model.size()).clear();
          model.addAll(batch);
        }
        if (random.nextInt(4) == 0) {
          applied(random.nextLong(store.appliedIndex(), stored().last().index() + 1));
        }
        if (random.nextInt(8) == 0) {
          long start = compact(store.appliedIndex()).map(LogPosition::index).orElse(base);
          model.subList(0, (int) (start - base)).clear();
        }
        if (random.nextInt(8) == 0) {
          store.close();
          store = StoreBench.open(temp.resolve("random" + seed), StoreSettings.defaults());
        }
        check(model, "seed " + seed + " step " + i);
      }
    }
  }

  private void check(List<LogEntry> model, String where) {
    assertEquals(model, readAll(), where);
    List<LogPosition> terms = new ArrayList<>();
    long bytes = 0;
    for (LogEntry entry : model) {
      bytes += LogRow.LENGTH_BYTES + entry.command().length;
      if (terms.isEmpty() || terms.getLast().term() != entry.term()) {
        terms.add(entry.position());
      }
    }
    assertEquals(terms, stored().terms(), where);
    assertEquals(bytes, store.logBytes(), where);
    if (!model.isEmpty()) {
      assertEquals(model.getLast().position(), stored().last(), where);
      assertTrue(stored().compacted().index() == model.getFirst().index() - 1, where);
    }
  }
}

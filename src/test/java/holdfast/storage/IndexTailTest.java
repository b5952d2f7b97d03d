package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import holdfast.chat.ConversationId;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rows between the main file and the index, and who waits for whom.
final class IndexTailTest {
  private static final ConversationId TALK = ConversationId.direct(1, 2);
  private static final int MAX = 16;

  private final IndexTail tail = new IndexTail(MAX);
  private long last;

  /// Commits so many messages.
  private void add(int count, boolean durable) {
    List<TailRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      last++;
      rows.add(new TailRow.Sent(100 + last, TALK, last, 1));
    }
    tail.add(rows);
    if (durable) {
      tail.durable(tail.rowsEver());
    }
  }

  /// A thread that waits for room, once it does wait.
  private Thread waiting() {
    Thread writer = new Thread(tail::awaitRoom);
    writer.start();
    while (writer.getState() != Thread.State.WAITING) {
      assertTrue(writer.isAlive(), "it did not wait");
      Thread.onSpinWait();
    }
    return writer;
  }

  @Test
  void theWriterWaitsAtTheLimitAndGoesOnWhenATableIsMerged() throws InterruptedException {
    add(MAX - 1, true);
    tail.awaitRoom();
    add(1, true);
    Thread writer = waiting();
    assertEquals(MAX, tail.rows());
    tail.merged();
    writer.join();
    assertEquals(1, tail.rows());
  }

  @Test
  void rowsThatAreNotDurableAreNotHandedToTheMerge() throws InterruptedException {
    add(MAX / 2, false);
    add(MAX / 2, false);
    assertEquals(Optional.empty(), tail.awaitFull(0, true));
    tail.durable(MAX / 2 - 1);
    assertEquals(Optional.empty(), tail.awaitFull(0, true));
    tail.durable(MAX / 2);
    TailTable full = tail.awaitFull(0, true).orElseThrow();
    assertEquals(MAX / 2, full.size());
    tail.merged();
    assertEquals(Optional.empty(), tail.awaitFull(0, true));
    tail.durable(MAX);
    assertEquals(100 + last, tail.awaitFull(0, true).orElseThrow().lastId());
  }

  @Test
  void aMergeThatCannotGoOnFailsTheWriterInsteadOfHangingIt() {
    add(MAX, true);
    DiskFullException full = new DiskFullException("full", new SQLException());
    tail.failed(full);
    assertSame(full, assertThrows(DiskFullException.class, tail::awaitRoom));
    tail.merged();
    tail.awaitRoom();
  }

  @Test
  void aTableIsSeenUntilItIsMergedAndByWhoTookItEvenAfterwards() {
    add(5, true);
    add(2, true);
    List<TailTable> before = tail.tables();
    assertEquals(7, TailTable.newestRun(before, TALK).orElseThrow().lastSeq());
    assertEquals(OptionalLong.of(103), TailTable.idOf(before, TALK, 3));
    tail.merged();
    assertEquals(OptionalLong.empty(), TailTable.idOf(tail.tables(), TALK, 3));
    assertEquals(OptionalLong.of(106), TailTable.idOf(tail.tables(), TALK, 6));
    assertEquals(OptionalLong.of(103), TailTable.idOf(before, TALK, 3));
    assertEquals(OptionalLong.of(7), TailTable.readSeq(before, 1, TALK));
    assertEquals(OptionalLong.empty(), TailTable.readSeq(before, 2, TALK));
  }

  @Test
  void restsUntilATableIsFullOrForWhoMergesItTheNext() {
    int table = MAX / 4;
    assertTrue(tail.restUnlessFull(1));
    add(table, false);
    assertTrue(tail.restUnlessFull(1), "not on disk");
    tail.durable(tail.rowsEver());
    assertFalse(tail.restUnlessFull(Long.MAX_VALUE));
    assertTrue(tail.restUnlessCrowded(1));
    add(table, false);
    assertTrue(tail.restUnlessCrowded(1), "the second is not on disk");
    tail.durable(tail.rowsEver());
    assertFalse(tail.restUnlessCrowded(Long.MAX_VALUE));
    tail.merged();
    assertTrue(tail.restUnlessCrowded(1));
  }

  @Test
  void whereThereIsNoRoomNobodyRests() {
    add(MAX, true);
    assertEquals(2, tail.tables().size());
    assertFalse(tail.restUnlessCrowded(Long.MAX_VALUE));
  }

  @Test
  void whoIsInterruptedDoesNotRest() {
    Thread.currentThread().interrupt();
    assertFalse(tail.restUnlessFull(Long.MAX_VALUE));
    assertTrue(Thread.interrupted());
  }

  /// How long a thread may take to come to it.
  private static final int PATIENCE_MS = 30_000;

  /// Nothing is to be made searchable.
  private final SearchIndexer idle = mock(SearchIndexer.class);

  private final RequestBackfill nothingMissing = mock(RequestBackfill.class);

  @BeforeEach
  void nothingIsMissing() {
    when(nothingMissing.restNanos()).thenReturn(Long.MAX_VALUE);
  }

  @Test
  void theMergeTriesAgainWhileTheDiskIsFull() throws InterruptedException {
    // A full disk cannot be had for one file only.
    IndexFile index = mock(IndexFile.class);
    DiskFullException full = new DiskFullException("full", new SQLException());
    doThrow(full).doNothing().when(index).merge(any(TailTable.class), anyLong(), any());
    add(MAX, true);
    try (IndexMerger merger = new IndexMerger(index, tail, idle, nothingMissing)) {
      assertTrue(merger.isAlive());
      // Until the first attempt has failed the writer waits, then it is told.
      assertSame(full, assertThrows(DiskFullException.class, tail::awaitRoom));
      while (tail.rows() > 0) {
        Thread.onSpinWait();
      }
      tail.awaitRoom();
    }
  }

  @Test
  void afterAFullDiskMessagesAreMadeSearchableAndTablesMerged() {
    IndexFile index = mock(IndexFile.class);
    DiskFullException full = new DiskFullException("full", new SQLException());
    doThrow(full).doNothing().when(idle).step();
    try (IndexMerger merger = new IndexMerger(index, tail, idle, nothingMissing)) {
      verify(idle, timeout(PATIENCE_MS).atLeast(2)).step();
      add(MAX, true);
      while (tail.rows() > 0) {
        Thread.onSpinWait();
      }
      assertTrue(merger.isAlive());
    }
  }

  @Test
  void aBrokenIndexEndsTheMergeForGood() {
    IndexFile index = mock(IndexFile.class);
    DiskFailedException broken = new DiskFailedException("broken", new SQLException());
    doThrow(broken).when(index).merge(any(TailTable.class), anyLong(), any());
    when(index.file()).thenReturn(Path.of("index.db"));
    add(MAX, true);
    try (IndexMerger merger = new IndexMerger(index, tail, idle, nothingMissing)) {
      assertSame(broken, assertThrows(DiskFailedException.class, tail::awaitRoom));
      while (merger.isAlive()) {
        Thread.onSpinWait();
      }
    }
    assertThrows(DiskFailedException.class, tail::awaitRoom);
  }
}

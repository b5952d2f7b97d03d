package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who copies the write-ahead log, and who syncs what was copied.
final class CheckpointerTest {
  private static final int CACHE_KIB = 100;
  private static final int PATIENCE_MS = 30_000;
  private static final int MIB = 1 << 20;

  @TempDir private Path temp;

  private DataDirectory data;
  private Sqlite writer;
  private WriteAheadLog log;
  private final MainFile file = mock(MainFile.class);

  @BeforeEach
  void open() throws Exception {
    data = DataDirectory.lock(temp.resolve("data"));
    data.prepareMain();
    writer = Sqlite.open(data.main(), CACHE_KIB);
    writer.run("PRAGMA journal_mode=WAL");
    writer.run("CREATE TABLE filling(bytes BLOB)");
    log = data.writeAheadLog(_ -> {});
  }

  @AfterEach
  void close() throws Exception {
    log.close();
    writer.close();
    data.close();
  }

  private void write(int bytes) {
    writer.run("INSERT INTO filling VALUES (zeroblob(%d))".formatted(bytes));
  }

  private Sqlite.WalState wal() {
    return writer.checkpoint(Sqlite.CheckpointMode.NOOP);
  }

  @Test
  void whatIsCopiedInTheBackgroundIsSyncedThere() throws Exception {
    write(2 * MIB);
    try (Checkpointer checkpointer = new Checkpointer(data, file, log)) {
      verify(file, timeout(PATIENCE_MS)).sync();
      assertEquals(wal().pages(), wal().copied());
      checkpointer.afterCommit(writer);
    }
  }

  @Test
  void aLogThatBecameTooLongIsBegunAnewWithTheWritersHelp() throws Exception {
    write(33 * MIB);
    long before = wal().pages();
    try (Checkpointer checkpointer = new Checkpointer(data, file, log)) {
      verify(file, timeout(PATIENCE_MS).atLeast(2)).sync();
      while (wal().pages() >= before) {
        write(1);
        checkpointer.afterCommit(writer);
        Thread.onSpinWait();
      }
    }
    assertEquals(1, writer.number("SELECT count(*) FROM filling WHERE length(bytes) > 1"));
  }

  @Test
  void whoeverWritesLearnsThatTheFileCannotBeSynced() throws Exception {
    DiskFailedException failure = new DiskFailedException("failed", new SQLException());
    doThrow(failure).when(file).sync();
    write(2 * MIB);
    try (Checkpointer checkpointer = new Checkpointer(data, file, log)) {
      verify(file, timeout(PATIENCE_MS)).sync();
      DiskFailedException told =
          assertThrows(
              DiskFailedException.class,
              () -> {
                while (true) {
                  checkpointer.afterCommit(writer);
                  Thread.onSpinWait();
                }
              });
      assertTrue(told.getMessage().contains("failed"));
    }
  }
}

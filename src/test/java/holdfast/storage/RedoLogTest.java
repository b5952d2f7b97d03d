package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The two files of a redo log, by themselves: what was written is found again, and what a crash
/// cannot leave behind is refused.
final class RedoLogTest {
  private static final int FILE_BYTES = 4_096;
  private static final long BEGUN_AT = 10;

  @TempDir Path temp;

  private DataDirectory data;
  private Sqlite main;
  private RedoLog log;
  private final List<RedoRecord> written = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    data = DataDirectory.lock(temp.resolve("data"));
    main = Sqlite.open(data.main(), 100);
    main.run("CREATE TABLE redo(sequence INTEGER, written INTEGER)");
    main.run("INSERT INTO redo VALUES (%1$d, %1$d)".formatted(BEGUN_AT));
    log = RedoLog.begin(data, FILE_BYTES, BEGUN_AT).orElseThrow();
  }

  @AfterEach
  void close() throws IOException {
    log.close();
    main.close();
    data.close();
  }

  private boolean append(int entryBytes) {
    long number = BEGUN_AT + written.size() + 1;
    Optional<HardState> hardState =
        number % 3 == 0
            ? Optional.of(new HardState(number, Optional.of(new ServerId(2))))
            : Optional.empty();
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 0; i < number % 4; i++) {
      entries.add(new LogEntry(number * 5 + i, number + i, new byte[entryBytes]));
    }
    RedoRecord record = new RedoRecord(number, hardState, entries);
    boolean taken = log.append(record);
    if (taken) {
      written.add(record);
    }
    return taken;
  }

  /// The database has everything up to there, and it is durable.
  private void settle(long sequence) {
    main.run("UPDATE redo SET sequence = %d, written = %d".formatted(sequence, log.written()));
    log.covered(sequence);
  }

  private List<RedoRecord> lacking() throws IOException {
    return RedoRecovery.lacking(data.directory(), main);
  }

  private Path file(int number) {
    return RedoLog.files(data.directory()).get(number - 1);
  }

  /// Where the record that was written as the `count`th begins in the first file.
  private long startOf(int count) {
    return RedoFile.HEAD_BYTES
        + written.subList(0, count - 1).stream().mapToLong(RedoRecord::bytes).sum();
  }

  private static void overwrite(Path file, long at, byte... bytes) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(at);
      opened.write(bytes);
    }
  }

  @Test
  void whatWasWrittenAndIsNotSettledIsFoundAgain() throws IOException {
    assertEquals(List.of(), lacking());
    for (int i = 0; i < 8; i++) {
      assertTrue(append(20 * i));
      assertEquals(written, lacking());
    }
    settle(BEGUN_AT + 5);
    assertEquals(written.subList(5, 8), lacking());
    settle(BEGUN_AT + 8);
    assertEquals(List.of(), lacking());
  }

  @Test
  void aFileIsBegunAnewOnlyWhenAllInItIsSettled() throws IOException {
    while (append(100)) {}
    assertTrue(Files.size(file(1)) == FILE_BYTES && Files.size(file(2)) == FILE_BYTES);
    assertEquals(written, lacking());
    int both = written.size();
    settle(BEGUN_AT + 2);
    assertFalse(append(100));
    settle(BEGUN_AT + both / 2 + 2);
    assertTrue(append(100));
    assertEquals(written.subList(both / 2 + 2, both + 1), lacking());
  }

  @Test
  void aStepThatFitsIntoNoFileIsNotTaken() throws IOException {
    append(10);
    append(10);
    assertFalse(append(FILE_BYTES));
    assertTrue(append(10));
    assertEquals(written, lacking());
  }

  @Test
  void manyRoundsOfBothFilesLoseNothing() throws IOException {
    long settled = BEGUN_AT;
    for (long seed = 0; seed < 20; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      for (int i = 0; i < 300; i++) {
        if (!append(random.nextInt(200)) || random.nextInt(10) == 0) {
          settled = random.nextLong(settled, BEGUN_AT + written.size() + 1);
          settle(settled);
        }
        if (random.nextInt(20) == 0) {
          int from = (int) (settled - BEGUN_AT);
          assertEquals(written.subList(from, written.size()), lacking());
        }
      }
    }
  }

  @Test
  void whatAnEarlierRunLeftIsNoneOfThisOne() throws IOException {
    while (append(100)) {}
    log.close();
    log = RedoLog.begin(data, FILE_BYTES, BEGUN_AT).orElseThrow();
    assertEquals(List.of(), lacking());
    written.clear();
    append(5);
    append(5);
    assertEquals(written, lacking());
  }

  @Test
  void aRecordThatIsNotWholeIsNoneIfItIsTheLast() throws IOException {
    for (int i = 0; i < 6; i++) {
      append(50);
    }
    long last = startOf(6);
    for (long at = last; at < last + written.getLast().bytes(); at++) {
      byte[] before = Files.readAllBytes(file(1));
      overwrite(file(1), at, (byte) ~before[(int) at]);
      assertEquals(written.subList(0, 5), lacking(), "damaged at " + at);
      overwrite(file(1), at, before[(int) at]);
    }
    assertEquals(written, lacking());
  }

  @Test
  void aDamagedRecordBeforeOthersIsRefusedUnlessItIsSettled() throws IOException {
    for (int i = 0; i < 6; i++) {
      append(50);
    }
    overwrite(file(1), startOf(3) + RedoRecord.HEAD_BYTES, (byte) 77);
    DiskFailedException damage = assertThrows(DiskFailedException.class, this::lacking);
    assertEquals(Optional.of(file(1)), damage.damagedFile());
    settle(BEGUN_AT + 6);
    assertEquals(List.of(), lacking());
  }

  @Test
  void aDamagedHeadIsRefused() throws IOException {
    append(50);
    overwrite(file(1), 12, (byte) 77);
    assertThrows(DiskFailedException.class, this::lacking);
  }

  @Test
  void missingFilesAndMissingRecordsAreRefused() throws IOException {
    while (append(100)) {}
    byte[] first = Files.readAllBytes(file(1));
    Files.delete(file(1));
    assertThrows(DiskFailedException.class, this::lacking);
    Files.write(file(1), new byte[FILE_BYTES]);
    assertThrows(DiskFailedException.class, this::lacking);
    Files.write(file(1), first);
    assertEquals(written, lacking());
    main.run("UPDATE redo SET written = written + 1000");
    assertThrows(DiskFailedException.class, this::lacking);
    Files.delete(file(2));
    assertThrows(DiskFailedException.class, this::lacking);
  }

  @Test
  void aDatabaseThatIsOlderThanTheOldestRecordIsRefused() throws IOException {
    while (append(100)) {}
    settle(BEGUN_AT + written.size());
    assertTrue(append(100));
    main.run("UPDATE redo SET sequence = " + (BEGUN_AT + 1));
    DiskFailedException damage = assertThrows(DiskFailedException.class, this::lacking);
    assertEquals(Optional.of(data.main()), damage.damagedFile());
  }

  @Test
  void aDatabaseThatIsOlderThanABegunFileIsRefused() throws IOException {
    // The file is begun at record 11, and has none yet.
    main.run("UPDATE redo SET sequence = 5, written = 5");
    assertThrows(DiskFailedException.class, this::lacking);
  }

  @Test
  void whenNoneIsInUseNothingIsLookedFor() throws IOException {
    append(50);
    main.run("UPDATE redo SET written = 0");
    Files.delete(file(1));
    assertEquals(List.of(), lacking());
    main.run("DROP TABLE redo");
    assertEquals(List.of(), lacking());
  }
}

package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.HardState;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a store does with directories that it should not take.
final class DataDirectoryTest {
  @TempDir Path temp;

  private Path data() {
    return temp.resolve("a/b/data");
  }

  private Path main() {
    return data().resolve("holdfast.db");
  }

  private SqliteStore open() {
    return StoreBench.open(data(), StoreSettings.defaults());
  }

  private StoreException refusal() {
    return assertThrows(
        StoreException.class,
        () ->
            SqliteStore.open(
                data(), StoreSettings.defaults(), StoreBench.MEMBERSHIPS, StoreBench.WRITES));
  }

  /// Opens a database directly, as another program would, and changes it.
  private static void change(Path file, String... statements) {
    try (Sqlite sqlite = Sqlite.open(file, 100)) {
      for (String statement : statements) {
        sqlite.run(statement);
      }
    }
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(at);
      access.write(bytes);
    }
  }

  @Test
  void aDirectoryInUseIsTakenAndNamesTheProcess() {
    SqliteStore store = open();
    StoreException taken = refusal();
    assertEquals(Kind.TAKEN, taken.kind());
    assertTrue(
        taken.getMessage().contains("process " + ProcessHandle.current().pid()),
        taken.getMessage());
    // The refused attempt must not have loosened the first one's hold.
    assertEquals(Kind.TAKEN, refusal().kind());
    store.close();
    open().close();
  }

  @Test
  void filesAreForTheirOwnerOnly() throws IOException {
    try (SqliteStore store = open()) {
      store.begin(true);
      store.saveHardState(HardState.INITIAL);
      store.commit();
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data())));
      try (Stream<Path> files = Files.list(data())) {
        List<Path> all = files.toList();
        assertTrue(all.size() >= 5, () -> "with the write-ahead logs: " + all);
        for (Path file : all) {
          String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
          assertEquals("rw-------", permissions, file.toString());
        }
      }
    }
  }

  @Test
  void anotherProgramsDatabaseIsRefusedAndLeftAsItIs() throws IOException {
    Files.createDirectories(data());
    change(main(), "CREATE TABLE theirs(x)", "PRAGMA application_id=77");
    byte[] before = Files.readAllBytes(main());
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("another program (application id 77)"));
    assertTrue(Arrays.equals(before, Files.readAllBytes(main())));
  }

  @Test
  void aDatabaseWithoutAnyMarkIsRefused() throws IOException {
    Files.createDirectories(data());
    change(main(), "CREATE TABLE theirs(x)");
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("another program"), refused.getMessage());
  }

  @Test
  void aNewerSchemaIsRefusedByNumberAndLeftAsItIs() throws IOException {
    open().close();
    int known = Schema.MAIN.version();
    change(main(), "PRAGMA user_version=" + (known + 1));
    byte[] before = Files.readAllBytes(main());
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(
        refused
            .getMessage()
            .contains(
                "schema version %d and this program knows only 1 to %d"
                    .formatted(known + 1, known)),
        refused.getMessage());
    assertTrue(Arrays.equals(before, Files.readAllBytes(main())));
  }

  @Test
  void aSchemaThatNeverWasIsRefusedByNumber() {
    open().close();
    change(main(), "PRAGMA user_version=0");
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("schema version 0"), refused.getMessage());
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() throws IOException {
    Files.createDirectories(data());
    Files.writeString(main(), "my diary, do not delete");
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("is damaged"), refused.getMessage());
    assertEquals("my diary, do not delete", Files.readString(main()));
  }

  @Test
  void aDamagedDatabaseIsRefused() throws IOException {
    open().close();
    byte[] noise = "noise".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    overwrite(main(), 100, noise);
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("may have forgotten a vote"), refused.getMessage());
  }

  @Test
  void aDamagedEntryThatIsNotYetAppliedIsRefused() throws IOException {
    try (SqliteStore store = open()) {
      store.begin(true);
      store.append(List.of(StoreBench.entry(1, 1, "the first command of all")));
      store.commit();
    }
    int at = new String(Files.readAllBytes(main()), StandardCharsets.ISO_8859_1).indexOf("of all");
    overwrite(main(), at, new byte[] {'i'});
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("log entries 1 to 1"), refused.getMessage());
  }

  @Test
  void rowsBeyondWhatIsAppliedAreRefused() {
    open().close();
    change(main(), "INSERT INTO mark VALUES (7, 1, 1, 1, 1)");
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("row 7 is stored"), refused.getMessage());
  }

  @Test
  void aLostDatabaseWhoseWriteAheadLogIsThereIsRefused() throws IOException {
    Files.createDirectories(data());
    Files.writeString(data().resolve("holdfast.db-wal"), "rest");
    StoreException refused = refusal();
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("has lost its data"), refused.getMessage());
  }

  @Test
  void aDirectoryWhoseMakingWasCutShortIsAsGoodAsNew() throws IOException {
    Files.createDirectories(data());
    Files.createFile(main());
    try (SqliteStore store = open()) {
      assertEquals(32, store.memberKey().length());
    }
  }

  @Test
  void aPathThatCannotBeADirectoryIsTheDisksFault() throws IOException {
    Files.createDirectories(data().getParent());
    Files.writeString(data(), "a file");
    assertEquals(Kind.DISK, refusal().kind());
  }

  @Test
  void anotherProcessHoldsTheLock() throws Exception {
    open().close();
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashTest.Writer.class.getName(),
                data().toString(),
                "0")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      // Its first line comes once the store is open.
      assertEquals("open", holder.inputReader(StandardCharsets.UTF_8).readLine());
      StoreException taken = refusal();
      assertEquals(Kind.TAKEN, taken.kind());
      assertTrue(taken.getMessage().contains("process " + holder.pid()), taken.getMessage());
    } finally {
      holder.destroyForcibly();
      holder.waitFor();
    }
    try (SqliteStore store = open()) {
      assertEquals(Optional.empty(), store.clusterId());
    }
  }
}

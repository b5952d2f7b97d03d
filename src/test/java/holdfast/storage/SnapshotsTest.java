package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.EntryId;
import holdfast.chat.RememberedRequest;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Copies of a database: what is in them, how they arrive, and that installing one leaves the old
/// state or the new one.
final class SnapshotsTest {
  private static final int PIECE = 5_000;

  @TempDir Path temp;

  private final RandomGenerator random = new SplittableRandom(11);
  private final ChatModel model = new ChatModel();
  private final RandomChat chat = new RandomChat(random, model);

  /// A store with so many random commands applied, which `model` has applied, too.
  private StoreBench source(int commands) {
    StoreBench bench = new StoreBench(temp.resolve("source"), new StoreSettings(32, 10, 1 << 20));
    writeSome(bench, commands);
    return bench;
  }

  private void writeSome(StoreBench bench, int commands) {
    for (int i = 0; i < commands; i++) {
      Command command = chat.next();
      assertEquals(model.apply(command), bench.write(command));
    }
  }

  private SqliteStore receiver() {
    return StoreBench.open(temp.resolve("receiver"), StoreSettings.defaults());
  }

  /// All of it arrives; it is prepared and waits for the next start.
  private static LogPosition receive(SqliteStore receiver, OutgoingSnapshot snapshot)
      throws Exception {
    Snapshots snapshots = receiver.snapshots();
    long held = snapshots.held(snapshot.digest());
    while (held < snapshot.bytes()) {
      held = snapshots.add(snapshot.digest(), held, snapshot.read(held, PIECE));
    }
    LogPosition position = snapshots.prepare(snapshot.digest(), receiver.clusterId());
    snapshots.installAtNextStart(snapshot.digest());
    return position;
  }

  private void assertHoldsTheModel(SqliteStore store) {
    OptionalLong none = OptionalLong.empty();
    for (ConversationId conversation : model.conversations()) {
      assertEquals(
          model.history(1, conversation, none, none, 200),
          store.reads().history(1, conversation, none, none, 200));
    }
    for (long account : model.accountIds()) {
      assertEquals(model.unreadOf(account), store.reads().unread(account));
      assertEquals(
          model.conversationsOf(account),
          store.reads().conversations(account, Optional.empty(), 200).items());
      assertEquals(model.state().roomsOf(account), store.reads().roomsOf(account));
    }
    List<RememberedRequest> remembered = new ArrayList<>();
    store.chat().newestRequests(0, 1_000, remembered::add);
    List<RememberedRequest> expected = new ArrayList<>();
    model.state().newestRequests(0, 1_000, expected::add);
    assertEquals(expected, remembered);
  }

  @Test
  void anInstalledSnapshotIsTheSendersStateAndTheReceiversIdentity() throws Exception {
    try (StoreBench source = source(400)) {
      source.store.begin(true);
      source.store.saveHardState(new HardState(9, Optional.of(new ServerId(2))));
      source.store.commit();
      SqliteStore receiver = receiver();
      receiver.begin(true);
      receiver.saveHardState(new HardState(7, Optional.of(new ServerId(3))));
      receiver.commit();
      String memberKey = receiver.memberKey();
      String digest;
      try (OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
        digest = snapshot.digest();
        assertEquals(new LogPosition(StoreBench.TERM, 400), snapshot.position());
        assertEquals(snapshot.position(), receive(receiver, snapshot));
      }
      assertEquals(0, receiver.appliedIndex(), "nothing changes before the next start");
      assertEquals(Optional.empty(), receiver.snapshots().installed());
      receiver.close();
      try (SqliteStore installed = receiver()) {
        assertHoldsTheModel(installed);
        assertArrayEquals(source.store.runningDigest(), installed.runningDigest());
        assertEquals(source.store.appliedId(), installed.appliedId());
        assertEquals(memberKey, installed.memberKey());
        assertNotEquals(source.store.memberKey(), installed.memberKey());
        StoredLog log = installed.storedLog(StoreBench.membership(0, 1));
        assertEquals(new HardState(7, Optional.of(new ServerId(3))), log.hardState());
        assertEquals(new LogPosition(StoreBench.TERM, 400), log.compacted());
        assertEquals(log.compacted(), log.last());
        assertEquals(Optional.of(digest), installed.snapshots().installed());
        assertEquals(
            List.of("holdfast.db", "index.db", "lock", "redo-1", "redo-2", "snapshot.installed"),
            mainFiles());
      }
      assertFalse(Files.exists(temp.resolve("source/snapshot-out.db")));
    }
  }

  @Test
  void aServersOwnBlocksOfRequestsDoNotOutliveItsTables() throws Exception {
    ChatModel own = new ChatModel();
    RandomChat ownChat = new RandomChat(new SplittableRandom(12), own);
    StoreSettings smallBlocks = new StoreSettings(32, 10, 0).blocksOf(4);
    try (StoreBench source = source(400);
        StoreBench receiver = new StoreBench(temp.resolve("receiver"), smallBlocks);
        Sqlite index = Sqlite.openToRead(temp.resolve("receiver/index.db"), 100)) {
      for (int i = 0; i < 100; i++) {
        Command command = ownChat.next();
        assertEquals(own.apply(command), receiver.write(command));
      }
      while (blocks(index) == 0) {
        Thread.onSpinWait();
      }
      try (OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
        receive(receiver.store, snapshot);
      }
    }
    try (SqliteStore installed = receiver();
        Sqlite index = Sqlite.openToRead(temp.resolve("receiver/index.db"), 100)) {
      assertEquals(0, blocks(index));
      assertHoldsTheModel(installed);
    }
  }

  private static long blocks(Sqlite index) {
    return index.number("SELECT count(*) FROM request_block");
  }

  /// What is in the receiver's directory, SQLite's companions left out.
  private List<String> mainFiles() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("receiver"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith("-wal") && !name.endsWith("-shm"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aCopyMadeWhileTheServerWritesIsOfOneMoment() throws Exception {
    try (StoreBench source = source(200)) {
      List<byte[]> digests = new ArrayList<>();
      digests.add(source.store.runningDigest());
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<OutgoingSnapshot> made =
          CompletableFuture.supplyAsync(() -> {
            try {
              return source.store.snapshots().copy(false);
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            } finally {
              done.set(true);
            }
          });
      List<Command> written = new ArrayList<>();
      while (!done.get()) {
        written.add(chat.next());
        source.write(written.getLast());
        digests.add(source.store.runningDigest());
      }
      try (OutgoingSnapshot snapshot = made.get(1, TimeUnit.MINUTES)) {
        try (SqliteStore receiver = receiver()) {
          receive(receiver, snapshot);
        }
        try (SqliteStore installed = receiver()) {
          int index = (int) snapshot.position().index();
          assertEquals(index, installed.appliedIndex());
          assertArrayEquals(digests.get(index - 200), installed.runningDigest());
          written.subList(0, index - 200).forEach(model::apply);
          assertHoldsTheModel(installed);
          // The rows are of that very moment: applying the rest gives what the source has.
          assertEquals(
              source.store.read(index, 1, Long.MAX_VALUE).getFirst().position(),
              snapshot.position());
          assertEquals(
              EntryId.of(StoreBench.TERM, index), installed.appliedId(), "no row is newer");
        }
      }
    }
  }

  @Test
  void everyTableIsCopiedOrThisServersOwn() {
    TreeSet<String> known = new TreeSet<>(SnapshotCopy.APPENDED);
    known.addAll(SnapshotCopy.OF_MESSAGES);
    known.addAll(SnapshotCopy.CHANGED);
    // log_start and membership are written anew, the others are local or the log.
    known.addAll(List.of("identity", "hard_state", "log_start", "membership", "log", "term_run"));
    known.addAll(List.of("redo", "rescued", "unreplayable"));
    try (StoreBench source = source(1)) {
      TreeSet<String> tables =
          new TreeSet<>(
              source
                  .store
                  .main
                  .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
                  .list(row -> row.getString(1)));
      assertEquals(tables, known);
    }
  }

  @Test
  void whatIsCopiedInStepsIsNeverChangedOrDeleted() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java/holdfast/storage"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file);
        for (String table : SnapshotCopy.APPENDED) {
          for (String change : List.of("UPDATE ", "DELETE FROM ", "REPLACE INTO ")) {
            assertFalse(
                text.matches("(?s).*" + change + table + "\\b.*"), file + ": " + change + table);
          }
        }
        for (String table : SnapshotCopy.OF_MESSAGES) {
          for (String change : List.of("UPDATE ", "DELETE FROM ", "REPLACE INTO ")) {
            boolean changes = text.matches("(?s).*" + change + table + "\\b.*");
            assertFalse(changes && !file.endsWith("MessageRows.java"), file + ": " + table);
          }
        }
      }
    }
  }

  // ---- arriving

  @Test
  void onlyTheNextBytesAreTakenAndWhatIsHeldSurvivesARestart() throws Exception {
    try (StoreBench source = source(100);
        OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
      String digest = snapshot.digest();
      try (SqliteStore receiver = receiver()) {
        Snapshots snapshots = receiver.snapshots();
        assertEquals(0, snapshots.held(digest));
        assertEquals(0, snapshots.add(digest, 100, snapshot.read(100, 100)), "not the next");
        assertEquals(PIECE, snapshots.add(digest, 0, snapshot.read(0, PIECE)));
        assertEquals(PIECE, snapshots.add(digest, 0, snapshot.read(0, PIECE)), "twice");
      }
      try (SqliteStore receiver = receiver()) {
        assertEquals(PIECE, receiver.snapshots().held(digest));
        receive(receiver, snapshot);
      }
      try (SqliteStore installed = receiver()) {
        assertEquals(100, installed.appliedIndex());
      }
    }
  }

  @Test
  void anotherSnapshotTakesTheOnesPlace() throws Exception {
    try (SqliteStore receiver = receiver()) {
      Snapshots snapshots = receiver.snapshots();
      snapshots.add("a".repeat(64), 0, new byte[10]);
      snapshots.add("b".repeat(64), 0, new byte[20]);
      assertEquals(0, snapshots.held("a".repeat(64)));
      assertEquals(20, snapshots.held("b".repeat(64)));
    }
  }

  @Test
  void aDamagedSnapshotIsNotPrepared() throws Exception {
    try (StoreBench source = source(100);
        OutgoingSnapshot snapshot = source.store.snapshots().copy(false);
        SqliteStore receiver = receiver()) {
      byte[] bytes = snapshot.read(0, (int) snapshot.bytes());
      bytes[bytes.length / 2] ^= 1;
      Snapshots snapshots = receiver.snapshots();
      snapshots.add(snapshot.digest(), 0, bytes);
      assertThrows(
          StoreException.class, () -> snapshots.prepare(snapshot.digest(), Optional.empty()));
      assertEquals(0, snapshots.held(snapshot.digest()));
      receive(receiver, snapshot);
    }
  }

  @Test
  void aSnapshotOfAnotherClusterIsNotPrepared() throws Exception {
    try (StoreBench source = source(0);
        SqliteStore receiver = receiver()) {
      source.store.begin(true);
      source.store.append(List.of(StoreBench.entry(1, StoreBench.TERM, "found")));
      source.store.chat().setFounding("one", new byte[32]);
      source.store.setApplied(1, EntryId.of(StoreBench.TERM, 1), new byte[32]);
      source.store.commit();
      try (OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
        Snapshots snapshots = receiver.snapshots();
        snapshots.add(snapshot.digest(), 0, snapshot.read(0, (int) snapshot.bytes()));
        assertThrows(
            StoreException.class, () -> snapshots.prepare(snapshot.digest(), Optional.of("two")));
        snapshots.add(snapshot.digest(), 0, snapshot.read(0, (int) snapshot.bytes()));
        assertEquals(
            new LogPosition(StoreBench.TERM, 1),
            snapshots.prepare(snapshot.digest(), Optional.of("one")));
      }
    }
  }

  // ---- the receiver's log

  private static void append(SqliteStore store, LogEntry... entries) {
    store.begin(true);
    store.append(List.of(entries));
    store.commit();
  }

  private static LogEntry[] entries(long from, long to, long term) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(StoreBench.entry(index, term, index + " of " + term));
    }
    return entries.toArray(LogEntry[]::new);
  }

  private StoredLog installedOver(LogEntry... entries) throws Exception {
    try (StoreBench source = source(50);
        OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
      try (SqliteStore receiver = receiver()) {
        append(receiver, entries);
        receive(receiver, snapshot);
      }
      // The same start again: an install that was cut short does no harm.
      try (SqliteStore installed = receiver()) {
        assertEquals(50, installed.appliedIndex());
        assertHoldsTheModel(installed);
        return installed.storedLog(StoreBench.membership(0, 1));
      }
    }
  }

  @Test
  void aLogThatGoesOnFromTheSnapshotIsKept() throws Exception {
    List<LogEntry> mine = new ArrayList<>(List.of(entries(1, 60, StoreBench.TERM)));
    mine.add(StoreBench.entry(61, 5, "members 4"));
    StoredLog log = installedOver(mine.toArray(LogEntry[]::new));
    assertEquals(new LogPosition(5, 61), log.last());
    assertEquals(LogPosition.NONE, log.compacted());
    assertEquals(50, log.appliedIndex());
    assertEquals(4, log.memberships().getLast().members().size());
    try (SqliteStore installed = receiver()) {
      assertEquals(mine, installed.read(1, 100, Long.MAX_VALUE));
    }
  }

  @Test
  void aLogThatEndsAtTheSnapshotIsKept() throws Exception {
    assertEquals(
        new LogPosition(StoreBench.TERM, 50),
        installedOver(entries(1, 50, StoreBench.TERM)).last());
  }

  @Test
  void aLogThatEndsBeforeTheSnapshotGoes() throws Exception {
    StoredLog log = installedOver(entries(1, 49, StoreBench.TERM));
    assertEquals(new LogPosition(StoreBench.TERM, 50), log.compacted());
    assertEquals(log.compacted(), log.last());
  }

  @Test
  void aLogThatDiffersAtTheSnapshotGoes() throws Exception {
    StoredLog log = installedOver(entries(1, 60, StoreBench.TERM - 1));
    assertEquals(new LogPosition(StoreBench.TERM, 50), log.last());
    assertEquals(StoreBench.TERM, log.hardState().term(), "no entry is of a later term");
  }

  @Test
  void aSnapshotFromBeforeTheLogIsOfNoUse() throws Exception {
    try (StoreBench source = source(50);
        OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
      try (SqliteStore receiver = receiver()) {
        append(receiver, entries(1, 55, StoreBench.TERM));
        append(receiver, entries(56, 60, StoreBench.TERM));
        receiver.begin(true);
        receiver.setApplied(60, 60, new byte[32]);
        receiver.compact(60, 1);
        receiver.commit();
        receive(receiver, snapshot);
      }
      try (SqliteStore same = receiver()) {
        assertEquals(60, same.appliedIndex());
        assertEquals(
            new LogPosition(StoreBench.TERM, 55),
            same.storedLog(StoreBench.membership(0, 1)).compacted());
        assertEquals(Optional.empty(), same.snapshots().installed());
      }
    }
  }

  // ---- crashes

  /// Each state of the directory that a crash in the middle of installing can leave.
  @Test
  void anInstallCutShortAnywhereIsFinishedByTheNextStart() throws Exception {
    for (int step = 0; step < 6; step++) {
      Path directory = temp.resolve("cut" + step);
      String digest;
      String memberKey;
      try (StoreBench source = new StoreBench(temp.resolve("source" + step));
          SqliteStore receiver = StoreBench.open(directory, StoreSettings.defaults())) {
        source.write(List.of(new Command.Noop(), new Command.Noop(), new Command.Noop()));
        append(receiver, entries(1, 2, StoreBench.TERM));
        memberKey = receiver.memberKey();
        try (OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
          receive(receiver, snapshot);
          digest = snapshot.digest();
        }
      }
      cutShort(directory, digest, step);
      try (SqliteStore installed = StoreBench.open(directory, StoreSettings.defaults())) {
        assertEquals(3, installed.appliedIndex(), "cut short at step " + step);
        assertEquals(memberKey, installed.memberKey());
      }
    }
  }

  private static void cutShort(Path directory, String digest, int step) throws Exception {
    Path ready = directory.resolve("snapshot-" + digest + ".ready");
    Path main = directory.resolve("holdfast.db");
    if (step >= 1) {
      // Its own rows are written.
      try (Sqlite next = Sqlite.open(ready, 1_024)) {
        next.run("ATTACH '" + main + "' AS old");
        next.run("INSERT OR REPLACE INTO main.identity SELECT * FROM old.identity");
        next.run("INSERT OR REPLACE INTO main.hard_state SELECT * FROM old.hard_state");
      }
    }
    if (step >= 2) {
      Files.writeString(directory.resolve("snapshot.installed"), digest);
    }
    if (step >= 3) {
      Files.delete(directory.resolve("index.db"));
    }
    if (step >= 4) {
      Files.delete(main);
      Files.move(ready, main);
    }
    if (step >= 5) {
      Files.move(directory.resolve("snapshot-index.db"), directory.resolve("index.db"));
    }
  }

  @Test
  void aReadySnapshotThatIsDamagedChangesNothing() throws Exception {
    try (StoreBench source = source(50);
        OutgoingSnapshot snapshot = source.store.snapshots().copy(false)) {
      try (SqliteStore receiver = receiver()) {
        append(receiver, entries(1, 2, StoreBench.TERM));
        receive(receiver, snapshot);
      }
      Path ready = temp.resolve("receiver/snapshot-" + snapshot.digest() + ".ready");
      try (RandomAccessFile file = new RandomAccessFile(ready.toFile(), "rw")) {
        file.write(new byte[100]);
      }
      try (SqliteStore same = receiver()) {
        assertEquals(0, same.appliedIndex());
        assertEquals(2, same.storedLog(StoreBench.membership(0, 1)).last().index());
      }
      assertFalse(Files.exists(ready));
    }
  }
}

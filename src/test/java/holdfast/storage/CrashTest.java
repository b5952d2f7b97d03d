package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores that end at any instant: everything acknowledged is there, and what is there fits
/// together.
final class CrashTest {
  private static final int KILLS = 4;
  private static final int TRANSACTIONS = 60;
  private static final List<String> FILES =
      List.of("holdfast.db", "holdfast.db-wal", "index.db", "index.db-wal", "redo-1", "redo-2");

  @TempDir Path temp;

  /// A process that writes until it is killed: step n votes in term n, appends entry n and applies
  /// it as a message. It says each one's number once it is committed; a transaction of the database
  /// has several of them. With 0 it only opens.
  static final class Writer {
    static final ConversationId TALK = ConversationId.direct(1, 2);

    private Writer() {}

    public static void main(String[] arguments) throws Exception {
      // Each of the redo log's files is begun anew many times.
      StoreSettings settings = new StoreSettings(64, 10, 4 << 10).settling(Duration.ofMillis(2));
      SqliteStore store =
          SqliteStore.open(
              Path.of(arguments[0]), settings, StoreBench.MEMBERSHIPS, StoreBench.WRITES);
      System.out.println("open");
      long last = Long.parseLong(arguments[1]);
      applyRest(store);
      for (long n = store.appliedIndex() + 1; n <= last; n++) {
        store.begin(true);
        writeNext(store, n);
        store.commit();
        System.out.println(n);
        if (store.settleDueNanos().orElse(1) == 0) {
          store.settle();
        }
      }
      // Until it is killed.
      System.in.read();
    }

    static void writeNext(SqliteStore store, long n) {
      store.saveHardState(new HardState(n, Optional.of(new ServerId((int) (1 + n % 5)))));
      store.append(List.of(StoreBench.entry(n, n, "command " + n)));
      apply(store, n);
    }

    /// What a crash took back of the chat is in the log.
    static void applyRest(SqliteStore store) {
      store.begin(false);
      for (long n = store.appliedIndex() + 1; n <= store.lastIndex(); n++) {
        apply(store, n);
      }
      store.commit();
      store.settle();
    }

    private static void apply(SqliteStore store, long n) {
      store.chat().setTime(n);
      store.chat().addMessage(message(n));
      byte[] digest = new byte[32];
      digest[0] = (byte) n;
      store.setApplied(n, n, digest);
    }

    static Message message(long n) {
      String text = "text " + n + "-".repeat((int) (n % 400));
      return new Message(
          n,
          TALK,
          n,
          1 + n % 2,
          n,
          text,
          Optional.empty(),
          Optional.empty(),
          new RequestKey(1 + n % 2, Optional.empty(), "q" + n, new Digest(n, n)));
    }
  }

  /// Checks that the store is as after transaction `n` of the writer and no other.
  private static void assertWrittenUpTo(SqliteStore store, long n) {
    StoredLog log = store.storedLog(StoreBench.membership(0, 1));
    assertEquals(n, log.last().index());
    assertEquals(n, log.hardState().term());
    assertEquals(Optional.of(new ServerId((int) (1 + n % 5))), log.hardState().vote());
    assertEquals(n, store.appliedId());
    assertEquals((byte) n, store.runningDigest()[0]);
    assertEquals(n, store.chat().time());
    assertEquals(n, store.reads().lastSeq(Writer.TALK));
    long seen = 0;
    while (seen < n) {
      List<ShownMessage> page =
          store
              .reads()
              .history(1, Writer.TALK, OptionalLong.empty(), OptionalLong.of(seen), 200)
              .items();
      for (ShownMessage shown : page) {
        seen++;
        assertEquals(new ShownMessage(Writer.message(seen), List.of()), shown);
      }
    }
    for (LogEntry entry : store.read(1, (int) n, Long.MAX_VALUE)) {
      assertEquals("command " + entry.index(), new String(entry.command(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aKilledProcessLeavesWhatItHadCommitted() throws Exception {
    Path data = temp.resolve("data");
    RandomGenerator random = new SplittableRandom(3);
    long said = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  data.toString(),
                  Long.toString(Long.MAX_VALUE))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
        assertEquals("open", lines.readLine());
        int enough = 20 + random.nextInt(300);
        for (int i = 0; i < enough; i++) {
          said = Long.parseLong(lines.readLine());
        }
        // By its handle, which leaves the stream open.
        writer.toHandle().destroyForcibly();
        // What it still said before it died counts too, save for a line cut short.
        String line = lines.readLine();
        while (line != null) {
          said = line.equals(Long.toString(said + 1)) ? said + 1 : said;
          line = lines.readLine();
        }
      } finally {
        writer.destroyForcibly();
        writer.waitFor();
      }
      try (SqliteStore store = StoreBench.open(data, StoreSettings.defaults())) {
        assertTrue(store.lastIndex() >= said, store.lastIndex() + " of " + said);
        assertTrue(store.lastIndex() <= said + 1, store.lastIndex() + " of " + said);
        Writer.applyRest(store);
        assertWrittenUpTo(store, store.lastIndex());
        said = store.lastIndex();
      }
    }
  }

  /// Power that fails takes what was not synced: of the database's write-ahead log anything since
  /// the last sync. The redo log has it.
  @Test
  void whatPowerTakesFromTheDatabaseTheRedoLogHas() throws IOException {
    Path data = temp.resolve("data");
    Path wal = data.resolve("holdfast.db-wal");
    RandomGenerator random = new SplittableRandom(6);
    StoreSettings settings = new StoreSettings(16, 10, 1 << 20).settling(Duration.ofHours(1));
    try (SqliteStore store = StoreBench.open(data, settings)) {
      store.writeAheadLog.sync();
      long synced = Files.size(wal);
      for (long n = 1; n <= TRANSACTIONS; n++) {
        store.begin(true);
        Writer.writeNext(store, n);
        store.commit();
        if (random.nextInt(3) == 0) {
          store.settle();
        }
        if (random.nextInt(12) == 0) {
          store.writeAheadLog.sync();
          synced = Files.size(wal);
        }
        if (random.nextInt(3) == 0) {
          Path copy = temp.resolve("copy" + n);
          copyOf(data, copy);
          long kept = random.nextLong(synced, Files.size(wal) + 1);
          try (RandomAccessFile cut =
              new RandomAccessFile(copy.resolve("holdfast.db-wal").toFile(), "rw")) {
            cut.setLength(kept);
          }
          checkHasAll(copy, n);
        }
      }
    }
  }

  private static void checkHasAll(Path copy, long n) {
    try (SqliteStore store = StoreBench.open(copy, StoreSettings.defaults())) {
      StoredLog log = store.storedLog(StoreBench.membership(0, 1));
      assertEquals(n, log.last().index());
      assertEquals(n, log.hardState().term());
      Writer.applyRest(store);
      assertWrittenUpTo(store, n);
    }
  }

  @Test
  void aLostWriteAheadLogIsMadeGoodOrNoticed() throws IOException {
    Path data = temp.resolve("data");
    StoreSettings settings = new StoreSettings(16, 10, 512).settling(Duration.ofHours(1));
    int madeGood = 0;
    try (SqliteStore store = StoreBench.open(data, settings)) {
      for (long n = 1; n <= TRANSACTIONS; n++) {
        store.begin(true);
        Writer.writeNext(store, n);
        store.commit();
        store.settle();
        Path copy = temp.resolve("copy" + n);
        copyOf(data, copy);
        Files.delete(copy.resolve("holdfast.db-wal"));
        try (SqliteStore opened =
            SqliteStore.open(
                copy, StoreSettings.defaults(), StoreBench.MEMBERSHIPS, StoreBench.WRITES)) {
          assertEquals(n, opened.lastIndex());
          Writer.applyRest(opened);
          assertWrittenUpTo(opened, n);
          madeGood++;
        } catch (StoreException e) {
          assertEquals(StoreException.Kind.REFUSED, e.kind());
          assertTrue(e.getMessage().contains("replace this server"), e.getMessage());
        }
      }
    }
    assertTrue(madeGood > 5 && madeGood < TRANSACTIONS, "made good " + madeGood);
  }

  /// Power that fails while the write-ahead log is being written leaves some first part of it; the
  /// other files are as a checkpoint left them.
  @Test
  void aWriteAheadLogCutAnywhereLeavesSomeWholeTransactions() throws IOException {
    Path data = temp.resolve("data");
    RandomGenerator random = new SplittableRandom(5);
    List<Long> walBytesAfter = new ArrayList<>();
    try (SqliteStore store = StoreBench.open(data, new StoreSettings(16, 10, 0))) {
      walBytesAfter.add(Files.size(data.resolve("holdfast.db-wal")));
      for (long n = 1; n <= TRANSACTIONS; n++) {
        store.begin(true);
        Writer.writeNext(store, n);
        store.commit();
        walBytesAfter.add(Files.size(data.resolve("holdfast.db-wal")));
      }
      for (int i = 0; i < 25; i++) {
        long cut = random.nextLong(walBytesAfter.getLast() + 1);
        checkCut(data, temp.resolve("cut" + i), cut, walBytesAfter, random);
      }
    }
  }

  private static void checkCut(
      Path data, Path copy, long cut, List<Long> walBytesAfter, RandomGenerator random)
      throws IOException {
    copyOf(data, copy);
    try (RandomAccessFile wal =
        new RandomAccessFile(copy.resolve("holdfast.db-wal").toFile(), "rw")) {
      wal.setLength(cut);
      if (random.nextBoolean() && cut > 64) {
        // The last sector may hold anything.
        byte[] noise = new byte[(int) Math.min(512, cut - 32)];
        wal.seek(cut - noise.length);
        wal.write(noise);
        cut -= noise.length;
      }
    }
    long whole = 0;
    while (whole + 1 < walBytesAfter.size() && walBytesAfter.get((int) whole + 1) <= cut) {
      whole++;
    }
    try (SqliteStore store = StoreBench.open(copy, StoreSettings.defaults())) {
      // A checkpoint may have copied more into the file than the cut log holds.
      assertTrue(store.appliedIndex() >= whole, store.appliedIndex() + " of " + whole);
      if (store.appliedIndex() > 0) {
        assertWrittenUpTo(store, store.appliedIndex());
      }
    }
  }

  @Test
  void aCopyTakenBetweenAnyTwoTransactionsIsThatState() throws IOException {
    RandomGenerator random = new SplittableRandom(8);
    ChatModel model = new ChatModel();
    RandomChat chat = new RandomChat(random, model);
    try (StoreBench bench =
        new StoreBench(temp.resolve("data"), new StoreSettings(32, 10, 1 << 20))) {
      for (int i = 0; i < 300; i++) {
        Command command = chat.next();
        assertEquals(model.apply(command), bench.write(command));
        if (random.nextInt(25) == 0) {
          Path copy = temp.resolve("copy" + i);
          copyOf(bench.directory, copy);
          assertSame(bench, model, copy);
        }
      }
    }
  }

  private static void assertSame(StoreBench bench, ChatModel model, Path copy) {
    try (SqliteStore store = StoreBench.open(copy, StoreSettings.defaults())) {
      assertEquals(
          bench.store.storedLog(StoreBench.membership(0, 1)),
          store.storedLog(StoreBench.membership(0, 1)));
      assertArrayEquals(bench.store.runningDigest(), store.runningDigest());
      for (ConversationId conversation : model.conversations()) {
        OptionalLong none = OptionalLong.empty();
        assertEquals(
            model.history(1, conversation, none, none, 200),
            store.reads().history(1, conversation, none, none, 200));
      }
      for (long account : model.accountIds()) {
        assertEquals(model.unreadOf(account), store.reads().unread(account));
        assertEquals(
            model.conversationsOf(account),
            store.reads().conversations(account, Optional.empty(), 200).items());
      }
    }
  }

  /// What a crash leaves: everything but the shared memory and the lock.
  private static void copyOf(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : FILES) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name));
      }
    }
  }
}

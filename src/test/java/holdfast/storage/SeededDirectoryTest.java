package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.chat.EntryId;
import holdfast.replication.HardState;
import holdfast.replication.LogPosition;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Backups, what is begun from one, and what is found in directories that survived.
final class SeededDirectoryTest {
  private static final int COMMANDS = 300;

  @TempDir Path temp;

  private final ChatModel model = new ChatModel();
  private final RandomChat chat = new RandomChat(new SplittableRandom(5), model);

  private StoreBench source() {
    StoreBench bench = new StoreBench(temp.resolve("source"));
    bench.store.begin(true);
    bench.store.saveHardState(new HardState(StoreBench.TERM, Optional.of(new ServerId(2))));
    bench.store.commit();
    write(bench, new Command.Found(1, "c0ffee", new byte[32]));
    for (int i = 1; i < COMMANDS; i++) {
      write(bench, chat.next());
    }
    return bench;
  }

  private void write(StoreBench bench, Command command) {
    assertEquals(model.apply(command), bench.write(command));
  }

  private CopiedState backup(StoreBench source) throws Exception {
    Path file = temp.resolve("backup");
    try (OutgoingSnapshot copy = source.store.snapshots().backup()) {
      copy.writeTo(file);
    }
    return CopiedState.verified(file);
  }

  @Test
  void aBackupSaysWhatItIs() throws Exception {
    try (StoreBench source = source()) {
      CopiedState state = backup(source);
      assertEquals("c0ffee", state.clusterId());
      assertEquals(new LogPosition(StoreBench.TERM, COMMANDS), state.position());
      assertEquals(source.store.chat().time(), state.time());
      assertEquals(model.accountIds().size(), state.accounts());
      assertFalse(Files.exists(temp.resolve("source/backup-out.db")), "nothing stays behind");
    }
  }

  @Test
  void aSeededDirectoryHasTheStateAndAnIdentityOfItsOwnInAClusterOfItsOwn() throws Exception {
    try (StoreBench source = source()) {
      CopiedState state = backup(source);
      SeededDirectory.NewCluster cluster = SeededDirectory.NewCluster.random();
      List<String> keys = new ArrayList<>();
      for (String name : new String[] {"one", "two"}) {
        SeededDirectory.make(state, temp.resolve(name), cluster);
        try (SqliteStore store = StoreBench.open(temp.resolve(name), StoreSettings.defaults())) {
          assertEquals(Optional.of(cluster.clusterId()), store.clusterId());
          assertNotEquals("c0ffee", cluster.clusterId());
          assertArrayEquals(source.store.runningDigest(), store.runningDigest());
          assertEquals(source.store.appliedId(), store.appliedId());
          StoredLog log = store.storedLog(StoreBench.membership(0, 3));
          assertEquals(state.position(), log.compacted());
          assertEquals(state.position(), log.last());
          assertEquals(List.of(), log.memberships(), "the configured members are in force");
          assertEquals(
              new HardState(EntryId.firstTermAfter(StoreBench.TERM), Optional.empty()),
              log.hardState());
          assertEquals(model.accountIds().size(), accounts(temp.resolve(name)).size());
          keys.add(store.memberKey());
        }
      }
      assertNotEquals(keys.get(0), keys.get(1));
      assertFalse(keys.contains(source.store.memberKey()));
    }
  }

  private static List<String> accounts(Path directory) throws StoreException {
    List<String> names = new ArrayList<>();
    try (StoredChat stored = StoredChat.open(directory.resolve("holdfast.db"))) {
      stored.accounts(account -> names.add(account.username()));
    }
    return names;
  }

  @Test
  void whatIsThereAlreadyIsNotReplaced() throws Exception {
    try (StoreBench source = source()) {
      CopiedState state = backup(source);
      SeededDirectory.NewCluster cluster = SeededDirectory.NewCluster.random();
      StoreException inUse =
          assertThrows(
              StoreException.class,
              () -> SeededDirectory.make(state, temp.resolve("source"), cluster));
      assertEquals(StoreException.Kind.TAKEN, inUse.kind());
      assertThrows(StoreException.class, () -> SeededDirectory.checkAtRest(temp.resolve("source")));
    }
    CopiedState state = CopiedState.verified(temp.resolve("backup"));
    StoreException there =
        assertThrows(
            StoreException.class,
            () ->
                SeededDirectory.make(
                    state, temp.resolve("source"), SeededDirectory.NewCluster.random()));
    assertEquals(StoreException.Kind.REFUSED, there.kind());
    SeededDirectory.checkAtRest(temp.resolve("source"));
  }

  @Test
  void aServersOwnDatabaseOrADamagedFileIsNoBackup() throws Exception {
    try (StoreBench source = source()) {
      backup(source);
    }
    assertThrows(
        StoreException.class, () -> CopiedState.verified(temp.resolve("source/holdfast.db")));
    assertThrows(StoreException.class, () -> CopiedState.verified(temp.resolve("nothing")));
    try (RandomAccessFile file = new RandomAccessFile(temp.resolve("backup").toFile(), "rw")) {
      file.seek(3 * Schema.PAGE_BYTES);
      file.write(new byte[2 * Schema.PAGE_BYTES]);
    }
    StoreException damaged =
        assertThrows(StoreException.class, () -> CopiedState.verified(temp.resolve("backup")));
    assertEquals(StoreException.Kind.REFUSED, damaged.kind());
    assertTrue(damaged.getMessage().contains("malformed"), damaged::getMessage);
  }

  @Test
  void aDirectoryAtRestSaysHowFarItIsAndStaysAsItIs() throws Exception {
    Path directory = temp.resolve("source");
    try (StoreBench source = source()) {
      source.store.begin(true);
      source.store.append(List.of(StoreBench.entry(COMMANDS + 1, StoreBench.TERM, "members 3")));
      source.store.append(List.of(StoreBench.entry(COMMANDS + 2, StoreBench.TERM + 1, "more")));
      source.store.commit();
      assertThrows(
          StoreException.class,
          () -> SurvivingDirectory.look(directory, StoreBench.MEMBERSHIPS, false),
          "it is open");
    }
    byte[] before = Files.readAllBytes(directory.resolve("holdfast.db"));
    SurvivingDirectory survivor = SurvivingDirectory.look(directory, StoreBench.MEMBERSHIPS, false);
    assertEquals(new LogPosition(StoreBench.TERM + 1, COMMANDS + 2), survivor.last());
    assertEquals(COMMANDS, survivor.appliedIndex());
    assertEquals(StoreBench.membership(COMMANDS + 1, 3), survivor.membership());
    survivor.copyTo(temp.resolve("copy"));
    try (SqliteStore copy = StoreBench.open(temp.resolve("copy"), StoreSettings.defaults())) {
      assertEquals(COMMANDS + 2, copy.lastIndex());
      assertEquals(survivor.memberKey(), copy.memberKey());
    }
    assertEquals(
        List.of(), differing(before, Files.readAllBytes(directory.resolve("holdfast.db"))));
  }

  @Test
  void aDirectoryWithoutItsRedoLogIsTakenOnlyOnRequest() throws Exception {
    Path killed = Files.createDirectories(temp.resolve("killed"));
    StoreSettings settings = StoreSettings.defaults().settling(Duration.ofHours(1));
    try (StoreBench bench = new StoreBench(temp.resolve("source"), settings)) {
      bench.write(new Command.Found(1, "c0ffee", new byte[32]));
      bench.store.begin(true);
      bench.store.append(List.of(StoreBench.entry(2, StoreBench.TERM, "members 3")));
      bench.store.commit();
      bench.store.settle();
      bench.store.begin(true);
      bench.store.append(List.of(StoreBench.entry(3, StoreBench.TERM, "in the redo log only")));
      bench.store.commit();
      for (String name : List.of("holdfast.db", "holdfast.db-wal", "redo-1", "redo-2")) {
        Files.copy(temp.resolve("source").resolve(name), killed.resolve(name));
      }
    }
    assertEquals(3, look(killed, false).last().index());
    Files.delete(killed.resolve("redo-1"));
    StoreException refused = assertThrows(StoreException.class, () -> look(killed, false));
    assertEquals(StoreException.Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("--without-redo-log"), refused::getMessage);
    SurvivingDirectory survivor = look(killed, true);
    assertTrue(survivor.redoLogLost());
    assertEquals(2, survivor.last().index());
    survivor.copyTo(temp.resolve("copy"));
    try (SqliteStore copy = StoreBench.open(temp.resolve("copy"), StoreSettings.defaults())) {
      assertEquals(2, copy.lastIndex());
    }
    assertThrows(StoreException.class, () -> look(killed, false), "it was changed");
  }

  private static SurvivingDirectory look(Path directory, boolean evenWithoutRedoLog)
      throws Exception {
    return SurvivingDirectory.look(directory, StoreBench.MEMBERSHIPS, evenWithoutRedoLog);
  }

  private static List<Integer> differing(byte[] one, byte[] other) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < Math.max(one.length, other.length); i++) {
      if (i >= one.length || i >= other.length || one[i] != other[i]) {
        places.add(i);
      }
    }
    return places;
  }

  @Test
  void aWalkFindsASoundDatabaseSoundAndTwoEqualOnesEqual() throws Exception {
    try (StoreBench source = source()) {
      DatabaseCheck.Result all = source.store.check().run(COMMANDS);
      assertEquals(List.of(), all.faults());
      assertEquals(
          SnapshotCopy.OF_MESSAGES.size()
              + SnapshotCopy.APPENDED.size()
              + SnapshotCopy.CHANGED.size(),
          all.tables().size());
      DatabaseCheck.Result half = source.store.check().run(COMMANDS / 2);
      assertNotEquals(message(all), message(half));
      backup(source);
    }
    SeededDirectory.make(
        CopiedState.verified(temp.resolve("backup")),
        temp.resolve("other"),
        SeededDirectory.NewCluster.random());
    try (SqliteStore other = StoreBench.open(temp.resolve("other"), StoreSettings.defaults());
        StoreBench source = new StoreBench(temp.resolve("source"))) {
      assertEquals(
          message(source.store.check().run(COMMANDS)), message(other.check().run(COMMANDS)));
    }
  }

  private static DatabaseCheck.Table message(DatabaseCheck.Result result) {
    return result.tables().stream()
        .filter(table -> table.name().equals("message"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aWalkFindsWhatWasChangedBehindTheServersBack() throws Exception {
    try (StoreBench source = source()) {
      DatabaseCheck.Table before = message(source.store.check().run(COMMANDS));
      source.store.main.run(
          "UPDATE message SET text = 'forged' WHERE id = (SELECT max(id) FROM message)");
      assertNotEquals(before, message(source.store.check().run(COMMANDS)));
      source.store.main.run(
          "UPDATE log SET checksum = checksum + 1 WHERE first_index = (SELECT max(first_index) FROM log)");
      source.store.main.run("UPDATE room SET members = members + 1 WHERE closed = 0");
      List<String> faults = source.store.check().run(COMMANDS).faults();
      assertTrue(faults.stream().anyMatch(fault -> fault.contains("checksum")), faults::toString);
      assertTrue(faults.stream().anyMatch(fault -> fault.contains("members")), faults::toString);
    }
  }

  @Test
  void whatWasSaidIsReadFromTheFileWhileTheServerHasItOpen() throws Exception {
    try (StoreBench source = source()) {
      try (StoredChat stored = StoredChat.open(temp.resolve("source/holdfast.db"))) {
        assertEquals("c0ffee", stored.summary().clusterId());
        assertEquals(COMMANDS, stored.summary().appliedIndex());
        assertEquals(model.accountIds().size(), accounts(temp.resolve("source")).size());
        List<StoredChat.StoredMessage> messages = new ArrayList<>();
        stored.messages(Optional.empty(), messages::add);
        long[] counted = {0};
        stored.conversations(conversation -> {
          counted[0] += conversation.messages();
          List<StoredChat.StoredMessage> own = new ArrayList<>();
          stored.messages(Optional.of(conversation.name()), own::add);
          if (conversation.name().startsWith("@")) {
            assertEquals(conversation.messages(), own.size());
            assertEquals(conversation.lastSeq(), own.getLast().seq());
          }
        });
        assertEquals(messages.size(), counted[0]);
        assertEquals(CopiedState.verified(backup(source).file()).messages(), messages.size());
        assertFalse(messages.stream().anyMatch(message -> message.conversation().contains("?")));
        List<String> rooms = new ArrayList<>();
        stored.rooms(room -> rooms.add(room.name()));
        assertFalse(rooms.isEmpty());
      }
    }
    assertThrows(StoreException.class, () -> StoredChat.open(temp.resolve("source/index.db")));
  }
}

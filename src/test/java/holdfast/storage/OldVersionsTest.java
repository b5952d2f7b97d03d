package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import holdfast.chat.EntryId;
import holdfast.chat.Outcome;
import holdfast.chat.Refusal;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RoomRole;
import holdfast.chat.Timelines;
import holdfast.replication.HardState;
import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.MembershipReader;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import holdfast.replication.Timeline;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Databases that older versions of this program made, kept as files, brought to this version. What
/// is in them: `holdfast.protocol.KeptDatabase`.
final class OldVersionsTest {
  /// Ids, which are log indexes in the first timeline.
  private static final long ALICE = 2;

  private static final long BOB = 3;
  private static final long CAROL = 4;
  private static final long HALL = 9;
  private static final long INNER = 15;
  private static final long LAST = 19;
  private static final ConversationId TALK = ConversationId.direct(ALICE, BOB);

  private static final MembershipReader MEMBERSHIPS =
      entry ->
          new String(entry.command(), StandardCharsets.UTF_8).contains("\"FOUND\"")
              ? Optional.of(StoreBench.membership(entry.index(), 1))
              : Optional.empty();

  @TempDir Path temp;

  static IntStream olderVersions() {
    return IntStream.range(1, Schema.MAIN.version());
  }

  private Path data() {
    return temp.resolve("data");
  }

  private Path main() {
    return data().resolve("holdfast.db");
  }

  private SqliteStore open() throws StoreException {
    return SqliteStore.open(data(), StoreSettings.defaults(), MEMBERSHIPS, StoreBench.WRITES);
  }

  /// A copy of the database kept from that version.
  private static void restore(int version, Path file) throws IOException {
    String name = "version-%d.db.gz".formatted(version);
    try (InputStream kept = OldVersionsTest.class.getResourceAsStream(name)) {
      assertTrue(kept != null, "keep a database of each version: " + name);
      Files.createDirectories(file.getParent());
      Files.copy(new GZIPInputStream(kept), file);
    }
  }

  private static List<String> schemaOf(Path file) {
    try (Sqlite sqlite = Sqlite.openToRead(file, 100)) {
      List<String> schema = new ArrayList<>();
      schema.add("version " + sqlite.number("PRAGMA user_version"));
      schema.addAll(
          sqlite
              .prepare(
                  "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master ORDER BY name")
              .list(row -> row.getString(1)));
      return schema;
    }
  }

  private static void change(Path file, String... statements) {
    try (Sqlite sqlite = Sqlite.open(file, 100)) {
      for (String statement : statements) {
        sqlite.run(statement);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("olderVersions")
  void anOldDatabaseIsOpenedWithAllThatIsInIt(int version) throws Exception {
    restore(version, main());
    try (SqliteStore store = open()) {
      assertHoldsTheLog(store);
      assertHoldsTheChat(store);
    }
    // And once more, without anything to do.
    try (SqliteStore store = open()) {
      assertHoldsTheLog(store);
      assertHoldsTheChat(store);
    }
  }

  private static void assertHoldsTheLog(SqliteStore store) {
    StoredLog log = store.storedLog(StoreBench.membership(0, 5));
    assertEquals(new HardState(1, Optional.of(new ServerId(1))), log.hardState());
    assertEquals(new LogPosition(1, LAST), log.last());
    assertEquals(
        List.of(1), log.memberships().stream().map(Membership::members).map(List::size).toList());
    assertEquals(LAST, store.read(1, 100, Long.MAX_VALUE).size());
    assertEquals(LAST, store.appliedIndex());
    assertTrue(store.clusterId().isPresent());
    assertEquals(32, store.tokenKey().orElseThrow().length);
    assertTrue(store.memberKey().matches("[0-9a-f]{32}"), store.memberKey());
  }

  private static void assertHoldsTheChat(SqliteStore store) {
    Reads reads = store.reads();
    assertEquals(ALICE, reads.accountNamed("alice").orElseThrow().id());
    assertEquals(1, reads.account(CAROL).orElseThrow().generation(), "logged out everywhere");
    assertEquals(
        List.of("hello bob", "hello alice", "two lines\nand a \ud83d\ude00"), texts(reads, TALK));
    assertEquals(List.of("anybody here?", "I am"), texts(reads, ConversationId.room(HALL)));
    assertEquals(3, reads.readSeq(BOB, TALK));
    assertEquals(new Unread(2, 1), reads.unread(ALICE), "two in the hall");
    assertEquals("all of us", reads.room(HALL).orElseThrow().topic());
    assertTrue(reads.room(INNER).orElseThrow().isPrivate());
    assertEquals(Optional.empty(), reads.roomNamed("#gone"));
    assertEquals(List.of(HALL, INNER), reads.roomsOf(BOB));
    assertEquals(RoomRole.OWNER, reads.member(HALL, ALICE).orElseThrow().role());
    assertEquals(Optional.empty(), reads.member(HALL, CAROL));
    List<RememberedRequest> remembered = new ArrayList<>();
    store.chat().newestRequests(0, 100, remembered::add);
    assertEquals(LAST - 1, remembered.size(), "all but the founding");
    Outcome refused = store.chat().requestOutcome(LAST - 1).orElseThrow();
    assertEquals(Refusal.ROOM_EXISTS, refused instanceof Outcome.Refused r ? r.code() : refused);
    MissedEvents.Page missed = (MissedEvents.Page) reads.missed(BOB, 1, 0, LAST, 100);
    assertEquals(
        "MessageSent MessageSent MessageSent ReadMoved RoomChanged RoomChanged MessageSent"
            + " MessageSent RoomChanged RoomChanged",
        String.join(
            " ", missed.events().stream().map(event -> event.getClass().getSimpleName()).toList()));
    ChatEvent last = missed.events().getLast();
    assertEquals(INNER, last instanceof ChatEvent.RoomChanged changed ? changed.room() : -1);
  }

  private static List<String> texts(Reads reads, ConversationId conversation) {
    return reads
        .history(BOB, conversation, OptionalLong.empty(), OptionalLong.empty(), 100)
        .items()
        .stream()
        .map(shown -> shown.message().text())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("olderVersions")
  void anUpgradedDatabaseIsTheSameAsANewOne(int version) throws Exception {
    restore(version, main());
    open().close();
    SqliteStore.open(temp.resolve("new"), StoreSettings.defaults(), MEMBERSHIPS, StoreBench.WRITES)
        .close();
    assertEquals(schemaOf(temp.resolve("new/holdfast.db")), schemaOf(main()));
  }

  /// Restored or recovered, by a version that did not write down where a timeline begins.
  @Test
  void theTimelinesOfAnOldDatabaseAreToldByItsRows() throws Exception {
    restore(3, main());
    long second = EntryId.of(new Timeline(1, 0).firstTerm(), 13);
    long third = EntryId.of(new Timeline(2, 0).firstTerm(), LAST);
    for (String table : List.of("message", "request")) {
      change(
          main(),
          "UPDATE %s SET id = id + %d WHERE id BETWEEN 13 AND 18".formatted(table, second - 13),
          "UPDATE %s SET id = id + %d WHERE id = 19".formatted(table, third - LAST));
    }
    change(main(), "UPDATE state SET applied_id = " + third);
    try (SqliteStore store = open()) {
      assertEquals(new Timelines(List.of(second, third)), store.reads().timelines());
      assertEquals(store.reads().timelines(), store.chat().timelines());
    }
  }

  @Test
  void aStepCutShortLeavesTheDatabaseAsItWas() throws Exception {
    restore(1, main());
    // In the way of the step's last statement.
    change(main(), "CREATE TABLE preference(x)");
    List<String> before = schemaOf(main());
    assertEquals("version 1", before.getFirst());
    assertEquals(Kind.DISK, assertThrows(StoreException.class, this::open).kind());
    assertEquals(before, schemaOf(main()));
    change(main(), "DROP TABLE preference");
    try (SqliteStore store = open()) {
      assertHoldsTheChat(store);
    }
  }

  // ---- snapshots of servers that run another version

  /// The snapshot that a server of that version with the kept database would send.
  private byte[] oldSnapshot(int version) throws IOException {
    Path file = temp.resolve("snapshot");
    restore(version, file);
    change(
        file,
        "PRAGMA journal_mode=DELETE",
        "UPDATE log_start SET term = 1, log_index = " + LAST,
        "DELETE FROM identity",
        "DELETE FROM hard_state",
        "DELETE FROM log",
        "DELETE FROM term_run");
    return Files.readAllBytes(file);
  }

  private static String digestOf(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @ParameterizedTest
  @MethodSource("olderVersions")
  void aSnapshotFromAnOlderServerIsBroughtToThisVersion(int version) throws Exception {
    byte[] snapshot = oldSnapshot(version);
    String digest = digestOf(snapshot);
    try (SqliteStore receiver = open()) {
      Snapshots snapshots = receiver.snapshots();
      snapshots.add(digest, 0, snapshot);
      assertEquals(new LogPosition(1, LAST), snapshots.prepare(digest, Optional.empty()));
      snapshots.installAtNextStart(digest);
    }
    try (SqliteStore installed = open()) {
      assertEquals(Optional.of(digest), installed.snapshots().installed());
      assertHoldsTheChat(installed);
    }
    SqliteStore.open(temp.resolve("new"), StoreSettings.defaults(), MEMBERSHIPS, StoreBench.WRITES)
        .close();
    assertEquals(schemaOf(temp.resolve("new/holdfast.db")), schemaOf(main()));
  }

  @Test
  void aSnapshotFromANewerServerIsRefused() throws Exception {
    oldSnapshot(1);
    Path file = temp.resolve("snapshot");
    change(file, "PRAGMA user_version=" + (Schema.MAIN.version() + 1));
    byte[] snapshot = Files.readAllBytes(file);
    String digest = digestOf(snapshot);
    try (SqliteStore receiver = open()) {
      Snapshots snapshots = receiver.snapshots();
      snapshots.add(digest, 0, snapshot);
      StoreException refused =
          assertThrows(StoreException.class, () -> snapshots.prepare(digest, Optional.empty()));
      assertEquals(Kind.REFUSED, refused.kind());
      assertEquals(0, snapshots.held(digest));
    }
  }

  /// The program was replaced between a snapshot's arrival and the start that installs it.
  @ParameterizedTest
  @MethodSource("olderVersions")
  void anOldSnapshotThatWaitsIsInstalledIntoAnOldDirectory(int version) throws Exception {
    byte[] snapshot = oldSnapshot(version);
    restore(version, main());
    Files.write(data().resolve("snapshot-%s.ready".formatted(digestOf(snapshot))), snapshot);
    try (SqliteStore installed = open()) {
      assertEquals(Optional.of(digestOf(snapshot)), installed.snapshots().installed());
      assertHoldsTheLog(installed);
      assertHoldsTheChat(installed);
    }
  }
}

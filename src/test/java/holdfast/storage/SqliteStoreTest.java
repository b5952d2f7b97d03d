package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Account;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatState;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.Outcome;
import holdfast.chat.Refusal;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RequestKey;
import holdfast.chat.Room;
import holdfast.chat.RoomMember;
import holdfast.chat.RoomRole;
import holdfast.check.Check;
import holdfast.replication.HardState;
import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a store keeps over a restart, one kind of change at a time, and what a rollback restores.
final class SqliteStoreTest {
  private static final Membership CONFIGURED = StoreBench.membership(0, 3);
  private static final ConversationId TALK = ConversationId.direct(1, 2);
  private static final Digest DIGEST = new Digest(-5, 6);

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

  /// A synced transaction with entries up to `index`, all applied.
  private void apply(long index, Runnable change) {
    store.begin(true);
    for (long next = store.storedLog(CONFIGURED).last().index() + 1; next <= index; next++) {
      store.append(List.of(StoreBench.entry(next, 1, "c" + next)));
    }
    change.run();
    store.setApplied(index, index, new byte[32]);
    store.commit();
  }

  private static Message message(long id, long seq, long sender, String requestId) {
    return new Message(
        id,
        TALK,
        seq,
        sender,
        50,
        "text \n\t \ud83d\ude00 '",
        Optional.of(1L),
        Optional.of(1L),
        new RequestKey(sender, Optional.empty(), requestId, DIGEST));
  }

  @Test
  void aCommitThatMustBeDurableFailsIfTheLogCannotBeSynced() throws IOException {
    try (SqliteStore alone = StoreBench.open(temp.resolve("alone"), new StoreSettings(64, 10, 0))) {
      alone.writeAheadLog.close();
      alone.begin(false);
      alone.commit();
      alone.begin(true);
      alone.append(List.of(StoreBench.entry(1, 1, "c1")));
      assertThrows(DiskFailedException.class, alone::commit);
    }
  }

  @Test
  void aNewDirectoryHasAKeyAndNothingElse() {
    assertTrue(store.memberKey().matches("[0-9a-f]{32}"), store.memberKey());
    assertEquals(StoredLog.empty(CONFIGURED), store.storedLog(CONFIGURED));
    assertEquals(Optional.empty(), store.clusterId());
    assertTrue(store.tokenKey().isEmpty());
    assertEquals(0, store.appliedIndex());
    assertEquals(0, store.appliedId());
    assertArrayEquals(new byte[32], store.runningDigest());
    assertEquals(0, store.logBytes());
    assertEquals(0, store.reads().appliedId());
    assertEquals(0, store.chat().time());
  }

  @Test
  void theMemberKeyStaysAndIsUnlikeAnyOther() {
    String key = store.memberKey();
    reopen();
    assertEquals(key, store.memberKey());
    try (SqliteStore other = StoreBench.open(temp.resolve("other"), StoreSettings.defaults())) {
      assertNotEquals(key, other.memberKey());
    }
  }

  @Test
  void aVoteIsKept() {
    HardState voted = new HardState(7, Optional.of(new ServerId(4095)));
    store.begin(true);
    store.saveHardState(voted);
    store.commit();
    reopen();
    assertEquals(voted, store.storedLog(CONFIGURED).hardState());
  }

  @Test
  void anAbsentVoteReplacesTheOneBefore() {
    store.begin(true);
    store.saveHardState(new HardState(7, Optional.of(new ServerId(2))));
    store.commit();
    store.begin(true);
    store.saveHardState(new HardState(8, Optional.empty()));
    store.commit();
    reopen();
    assertEquals(new HardState(8, Optional.empty()), store.storedLog(CONFIGURED).hardState());
  }

  @Test
  void whatMustBeSyncedIsRefusedByATransactionThatIsNot() {
    store.begin(false);
    assertThrows(Check.Broken.class, () -> store.saveHardState(HardState.INITIAL));
    assertThrows(Check.Broken.class, () -> store.append(List.of(StoreBench.entry(1, 1, "x"))));
    store.rollback();
  }

  @Test
  void appliedIndexIdAndDigestAreKept() {
    byte[] digest = new byte[32];
    digest[31] = -1;
    store.begin(true);
    store.append(List.of(StoreBench.entry(1, 1, "a"), StoreBench.entry(2, 1, "b")));
    store.commit();
    store.begin(false);
    store.setApplied(2, 99, digest);
    store.commit();
    assertEquals(99, store.reads().appliedId());
    reopen();
    assertEquals(2, store.appliedIndex());
    assertEquals(99, store.appliedId());
    assertEquals(99, store.reads().appliedId());
    assertArrayEquals(digest, store.runningDigest());
    assertEquals(2, store.storedLog(CONFIGURED).appliedIndex());
  }

  @Test
  void theFoundingIsKept() {
    byte[] key = {1, 0, -1};
    apply(1, () -> store.chat().setFounding("c1", key));
    reopen();
    assertEquals(Optional.of("c1"), store.clusterId());
    assertArrayEquals(key, store.tokenKey().orElseThrow());
  }

  @Test
  void chatRowsOfEveryKindAreKept() {
    Account account = new Account(1, "ann", "hash", 0, 10, 10);
    Room room = new Room(2, "#r", "topic", true, false);
    RoomMember member = new RoomMember(2, 1, RoomRole.MODERATOR, 2);
    RememberedRequest done = new RememberedRequest(5, 50, -9, DIGEST, new Digest(1, 2));
    RememberedRequest refused = new RememberedRequest(6, 51, 1, DIGEST, new Digest(3, 4));
    Outcome no = new Outcome.Refused(6, Refusal.LIMIT, "no");
    ChatEvent.RoomChanged event =
        new ChatEvent.RoomChanged(2, 0, 2, ChatEvent.RoomChange.CREATED, 1, 1);
    apply(
        6,
        () -> {
          ChatState chat = store.chat();
          chat.setTime(51);
          chat.addAccount(account);
          chat.addRoom(room);
          chat.addMember(member);
          chat.addRoomEvent(event);
          chat.addMessage(message(3, 1, 1, "q"));
          chat.addMark(4, 2, TALK, 1);
          chat.addRequest(done, new Outcome.Done(5));
          chat.addRequest(refused, no);
        });
    reopen();
    ChatState chat = store.chat();
    assertEquals(51, chat.time());
    assertEquals(Optional.of(account), chat.account(1));
    assertEquals(Optional.of(account), chat.accountNamed("ann"));
    assertEquals(Optional.of(room), chat.roomNamed("#r"));
    assertEquals(Optional.of(member), chat.member(2, 1));
    assertEquals(1, chat.memberCount(2));
    assertEquals(Optional.of(message(3, 1, 1, "q")), chat.message(3));
    assertEquals(1, chat.lastSeq(TALK));
    assertEquals(1, chat.readSeq(1, TALK));
    assertEquals(1, chat.readSeq(2, TALK));
    assertEquals(Optional.of(new Outcome.Done(5)), chat.requestOutcome(5));
    assertEquals(Optional.of(no), chat.requestOutcome(6));
    assertEquals(Optional.empty(), chat.requestOutcome(3));
    RememberedRequest sent = RememberedRequest.of(3, 50, message(3, 1, 1, "q").request());
    assertEquals(List.of(sent, done, refused), newestRequests(50, 9));
    assertEquals(List.of(done, refused), newestRequests(50, 2));
    assertEquals(List.of(refused), newestRequests(51, 9));
    MissedEvents missed = store.reads().missed(1, 1, 0, 6, 10);
    assertEquals(event, ((MissedEvents.Page) missed).events().getFirst());
  }

  @Test
  void whatIsSmallIsKept() {
    apply(
        4,
        () -> {
          ChatState chat = store.chat();
          chat.addAccount(new Account(1, "ann", "hash", 0, 10, 10));
          chat.addAccount(new Account(2, "bob", "hash", 0, 10, 10));
          chat.addRoom(new Room(3, "#r", "", true, false));
          chat.addInvitation(3, 1);
          chat.addInvitation(3, 2);
          assertFalse(chat.isBlocked(1, 2));
          chat.addBlock(1, 2);
          chat.addBlock(2, 1);
          chat.setPreference(1, "page", "20");
          chat.setPreference(1, "theme", "dark");
          chat.setPreference(2, "theme", "light");
        });
    apply(
        5,
        () -> {
          ChatState chat = store.chat();
          assertTrue(chat.isBlocked(1, 2));
          chat.removeInvitation(3, 1);
          chat.setPreference(1, "page", "30");
          chat.removePreference(1, "theme");
          chat.removeBlock(2, 1);
          chat.setTopic(3, "news");
          chat.setPassword(1, "other");
        });
    reopen();
    ChatState chat = store.chat();
    assertTrue(chat.isInvited(3, 2));
    assertFalse(chat.isInvited(3, 1));
    assertEquals(1, chat.invitationCount(3));
    assertTrue(chat.isBlocked(1, 2));
    assertFalse(chat.isBlocked(2, 1));
    assertEquals(1, chat.blockCount(1));
    assertEquals(Optional.of("30"), chat.preference(1, "page"));
    assertEquals(1, chat.preferenceCount(1));
    assertEquals("news", chat.room(3).orElseThrow().topic());
    assertEquals("other", chat.account(1).orElseThrow().passwordHash());
    assertFalse(chat.account(1).orElseThrow().isDeleted());
    apply(6, () -> chat.deleteAccount(2, 99));
    reopen();
    assertEquals(
        Optional.of(new Account(2, "bob", "", 0, 10, 10, 99)), store.chat().accountNamed("bob"));
    assertEquals(0, store.chat().invitationCount(3));
    assertEquals(0, store.chat().preferenceCount(2));
    assertTrue(store.chat().isBlocked(1, 2), "the rows of those who block it are theirs");
  }

  @Test
  void aBlockThatIsRolledBackBlocksNobody() {
    apply(
        2,
        () -> {
          store.chat().addAccount(new Account(1, "ann", "hash", 0, 10, 10));
          store.chat().addAccount(new Account(2, "bob", "hash", 0, 10, 10));
        });
    store.begin(true);
    store.chat().addBlock(1, 2);
    assertTrue(store.chat().isBlocked(1, 2));
    store.rollback();
    assertFalse(store.chat().isBlocked(1, 2));
  }

  private List<RememberedRequest> newestRequests(long since, int limit) {
    List<RememberedRequest> found = new ArrayList<>();
    store.chat().newestRequests(since, limit, found::add);
    return found;
  }

  @Test
  void changesOfAccountsAndRoomsAreKept() {
    apply(
        4,
        () -> {
          ChatState chat = store.chat();
          chat.addAccount(new Account(1, "ann", "hash", 0, 10, 10));
          chat.addRoom(new Room(2, "#r", "", false, false));
          chat.addMember(new RoomMember(2, 1, RoomRole.OWNER, 2));
          chat.addRoom(new Room(3, "#s", "", false, false));
          chat.addMember(new RoomMember(3, 1, RoomRole.OWNER, 3));
        });
    apply(
        5,
        () -> {
          ChatState chat = store.chat();
          chat.setGeneration(1, 4);
          chat.setLastSeen(1, 77);
          chat.setRole(3, 1, RoomRole.MEMBER);
          chat.removeMember(2, 1);
          chat.closeRoom(2);
          chat.addRoom(new Room(5, "#r", "again", false, false));
        });
    reopen();
    ChatState chat = store.chat();
    assertEquals(Optional.of(new Account(1, "ann", "hash", 4, 10, 77)), chat.account(1));
    assertEquals(Optional.of(new Room(2, "#r", "", false, true)), chat.room(2));
    assertEquals(5, chat.roomNamed("#r").orElseThrow().id());
    assertEquals(List.of(3L), chat.roomsOf(1));
    assertEquals(Optional.of(new RoomMember(3, 1, RoomRole.MEMBER, 3)), chat.member(3, 1));
    assertEquals(0, chat.memberCount(2));
  }

  @Test
  void aRequestIdThatIsNoTextIsRecognisedAfterARestart() {
    List<String> ids = List.of("\ud800", "\udc00", "?", "\ud83d\ude00", "a\u0000b");
    apply(
        ids.size(),
        () -> {
          for (int i = 0; i < ids.size(); i++) {
            store.chat().addMessage(message(i + 1L, i + 1L, 1, ids.get(i)));
          }
        });
    reopen();
    for (int i = 0; i < ids.size(); i++) {
      Message found = store.chat().message(i + 1L).orElseThrow();
      assertEquals(ids.get(i), found.request().requestId());
      assertEquals(RememberedRequest.of(i + 1L, 50, found.request()), newestRequests(0, 9).get(i));
    }
  }

  @Test
  void theWriterSeesItsOwnTransactionAndReadersDoNot() {
    apply(1, () -> store.chat().addMessage(message(1, 1, 1, "a")));
    store.begin(true);
    store.append(List.of(StoreBench.entry(2, 1, "x")));
    store.chat().addMessage(message(2, 2, 1, "b"));
    store.setApplied(2, 2, new byte[32]);
    assertEquals(2, store.chat().lastSeq(TALK));
    assertEquals(2, store.chat().readSeq(1, TALK));
    assertTrue(store.chat().message(2).isPresent());
    assertEquals(1, store.reads().lastSeq(TALK));
    assertEquals(1, store.reads().readSeq(1, TALK));
    assertEquals(1, store.reads().appliedId());
    store.commit();
    assertEquals(2, store.reads().lastSeq(TALK));
    assertEquals(2, store.reads().appliedId());
  }

  /// Begins a read of its own thread's, and returns once that waits for something (or is over).
  private FutureTask<Long> readBegun() {
    FutureTask<Long> read = new FutureTask<>(() -> store.reads().lastSeq(TALK));
    Thread reader = Thread.ofPlatform().start(read);
    while (reader.getState() != Thread.State.WAITING && !read.isDone()) {
      Thread.onSpinWait();
    }
    return read;
  }

  private void applyFirstMessage() {
    store.begin(true);
    store.append(List.of(StoreBench.entry(1, 1, "x")));
    store.chat().addMessage(message(1, 1, 1, "q"));
    store.setApplied(1, 1, new byte[32]);
  }

  @Test
  void whatWasAnnouncedIsSeenByEveryLaterReadOnceItIsCommitted() throws Exception {
    applyFirstMessage();
    assertEquals(0, store.reads().lastSeq(TALK), "nobody was told of it yet");
    store.announceApplied();
    FutureTask<Long> read = readBegun();
    assertFalse(read.isDone(), "it waits for the commit");
    store.commit();
    assertEquals(1, read.get());
  }

  @Test
  void aRollbackTakesBackWhatWasAnnounced() throws Exception {
    applyFirstMessage();
    store.announceApplied();
    FutureTask<Long> read = readBegun();
    store.rollback();
    // It was told of the message, so it must not say that there is none.
    assertInstanceOf(
        RejectedReadException.class, assertThrows(ExecutionException.class, read::get).getCause());
    assertEquals(0, store.reads().lastSeq(TALK));
  }

  @Test
  void aReservedWriteAheadLogIsTakenForNone() throws IOException {
    Path data = temp.resolve("reserved");
    Path wal = data.resolve("holdfast.db-wal");
    StoreSettings settings = StoreSettings.defaults().reserving(1 << 20);
    for (int start = 1; start <= 2; start++) {
      try (SqliteStore reserved = StoreBench.open(data, settings)) {
        assertEquals(1 << 20, Files.size(wal));
        assertEquals(start - 1, reserved.appliedIndex());
        reserved.begin(true);
        reserved.append(List.of(StoreBench.entry(start, 1, "x")));
        reserved.setApplied(start, start, new byte[32]);
        reserved.commit();
        assertEquals(1 << 20, Files.size(wal), "it is written over, not made longer");
      }
    }
  }

  private SqliteStore settlingLate(Path directory) {
    return StoreBench.open(directory, StoreSettings.defaults().settling(Duration.ofHours(1)));
  }

  private static void sendFirst(SqliteStore store) {
    store.begin(true);
    store.append(List.of(StoreBench.entry(1, 1, "c1"), StoreBench.entry(2, 1, "c2")));
    store.chat().addMessage(message(1, 1, 1, "a"));
    store.setApplied(1, 1, new byte[32]);
    store.announceApplied();
    store.commit();
  }

  @Test
  void aReadHurriesTheTransactionThatItWaitsFor() throws Exception {
    try (SqliteStore late = settlingLate(temp.resolve("late"))) {
      CountDownLatch hurried = new CountDownLatch(1);
      late.reads().onWaiting(hurried::countDown);
      sendFirst(late);
      assertEquals(0, late.settledIndex());
      assertTrue(late.settleDueNanos().orElseThrow() > 0);
      FutureTask<Long> read = new FutureTask<>(() -> late.reads().lastSeq(TALK));
      Thread.ofVirtual().start(read);
      hurried.await();
      late.settle();
      assertEquals(1, read.get());
      assertEquals(1, late.settledIndex());
      assertEquals(OptionalLong.empty(), late.settleDueNanos());
    }
  }

  @Test
  void whatIsNotSettledIsInTheLogAllTheSame() {
    Path data = temp.resolve("late");
    try (SqliteStore late = settlingLate(data)) {
      sendFirst(late);
      assertEquals(2, late.lastIndex());
      assertEquals(List.of(StoreBench.entry(2, 1, "c2")), late.read(2, 10, 1_000));
      late.begin(true);
      late.append(List.of(StoreBench.entry(2, 3, "other"), StoreBench.entry(3, 3, "c3")));
      late.commit();
      late.begin(true);
      late.append(List.of(StoreBench.entry(3, 4, "lost")));
      late.rollback();
      // What was applied is taken back with it, what was appended before is not.
      assertEquals(0, late.appliedIndex());
      assertEquals(3, late.lastIndex());
    }
    try (SqliteStore late = settlingLate(data)) {
      assertEquals(
          List.of(
              StoreBench.entry(1, 1, "c1"),
              StoreBench.entry(2, 3, "other"),
              StoreBench.entry(3, 3, "c3")),
          late.read(1, 10, 1_000));
    }
  }

  @Test
  void aRollbackRestoresEverything() {
    apply(
        2,
        () -> {
          store.chat().setTime(50);
          store.chat().addMessage(message(1, 1, 1, "a"));
        });
    StoredLog before = store.storedLog(CONFIGURED);
    long bytes = store.logBytes();
    store.begin(true);
    store.saveHardState(new HardState(9, Optional.of(new ServerId(1))));
    store.append(
        List.of(StoreBench.entry(3, 5, "members 4"), StoreBench.entry(4, 6, "y".repeat(50))));
    store.chat().setTime(60);
    store.chat().setFounding("c", new byte[1]);
    store.chat().addMessage(message(3, 2, 2, "b"));
    store.compact(2, 0);
    store.setApplied(4, 4, new byte[] {1});
    store.rollback();
    assertEquals(before, store.storedLog(CONFIGURED));
    assertEquals(bytes, store.logBytes());
    assertEquals(2, store.appliedIndex());
    assertEquals(2, store.appliedId());
    assertArrayEquals(new byte[32], store.runningDigest());
    assertEquals(50, store.chat().time());
    assertEquals(Optional.empty(), store.clusterId());
    assertEquals(1, store.chat().lastSeq(TALK));
    assertEquals(0, store.chat().readSeq(2, TALK));
    assertTrue(store.chat().message(3).isEmpty());
    reopen();
    assertEquals(before, store.storedLog(CONFIGURED));
    assertEquals(
        1,
        store
            .reads()
            .history(1, TALK, OptionalLong.empty(), OptionalLong.empty(), 9)
            .items()
            .size());
  }

  @Test
  void closingRollsAnOpenTransactionBack() {
    store.begin(true);
    store.append(List.of(StoreBench.entry(1, 1, "x")));
    reopen();
    assertEquals(LogPosition.NONE, store.storedLog(CONFIGURED).last());
  }

  @Test
  void appliedNeverGoesBackNorBeyondTheLog() {
    apply(2, () -> {});
    store.begin(true);
    assertThrows(Check.Broken.class, () -> store.setApplied(1, 1, new byte[32]));
    assertThrows(Check.Broken.class, () -> store.setApplied(3, 3, new byte[32]));
    store.rollback();
  }
}

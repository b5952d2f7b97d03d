package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Applied;
import holdfast.chat.ChatLimits;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.MemoryChatState;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.replication.Timeline;
import holdfast.storage.Rescue;
import holdfast.storage.TimelineServer;
import holdfast.storage.Unreplayable;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.PeerFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the writes of a lost timeline are logged again (SURVIVOR.md rule 9): a server that moved to
/// another one's timeline, with its real database, and a primary that does what the test says.
final class RescueDeskTest {
  private static final long TERM = 3;
  private static final long FIRST = new Timeline(1, 1).firstTerm();
  private static final long ALICE = 2;
  private static final ConversationId NOTES = ConversationId.direct(ALICE, ALICE);
  private static final long TIMEOUT = Duration.ofSeconds(5).toNanos();

  @TempDir Path temp;

  private TimelineServer winner;
  private TimelineServer loser;
  private Supplier<ChatMachine> machine = () -> loser.machine;
  private WriteDesk writes;
  private RescueDesk desk;

  /// What the primary was handed.
  private final List<PendingWrite> handedOver = new ArrayList<>();

  private boolean open = true;
  private Optional<RequestRefused> refusal = Optional.empty();

  private final WriteDesk.Channel channel =
      new WriteDesk.Channel() {
        @Override
        public Optional<RequestRefused> refusal() {
          return refusal;
        }

        @Override
        public boolean open() {
          return open;
        }

        @Override
        public boolean local() {
          return false;
        }

        @Override
        public boolean send(WriteLane lane, PendingWrite write) {
          return handedOver.add(write);
        }
      };

  @BeforeEach
  void aClusterOfTwo() {
    winner = new TimelineServer(temp.resolve("winner"));
    loser = new TimelineServer(temp.resolve("loser"));
    for (TimelineServer server : List.of(winner, loser)) {
      server.write(
          TERM, new Command.Found(1, "c1", new byte[32]), TimelineServer.register("alice", "r"));
    }
  }

  @AfterEach
  void close() {
    winner.close();
    loser.close();
  }

  // ---- in the words of a test

  private static Command.Send note(String text) {
    return new Command.Send(1, TimelineServer.request(ALICE, text), NOTES, text, Optional.empty());
  }

  /// The loser takes these alone; then it comes over to the winner, who has gone on.
  private void lose(Command... commands) throws Exception {
    loser.write(TERM, commands);
    winner.write(TERM + 1, note("here"));
    winner.write(FIRST, new Command.Members(1, true));
    loser.moveTo(winner);
    writes = new WriteDesk(() -> machine.get(), channel, TIMEOUT, 1);
    desk = new RescueDesk(loser.store.rescue(), writes, () -> machine.get());
  }

  /// What the replica thread does at the end of every pass.
  private void pass(long nowNanos) {
    if (desk.isIdle()) {
      desk.goOn(nowNanos);
    }
  }

  /// Long enough after whatever failed.
  private void passLater() {
    pass(System.nanoTime() + RescueDesk.AGAIN_NANOS);
  }

  private List<String> requestsHandedOver() {
    return handedOver.stream().map(write -> write.key.requestId()).toList();
  }

  /// The winner logs and applies the write that it was handed last.
  private PendingWrite log() throws Exception {
    PendingWrite write = handedOver.getLast();
    winner.write(FIRST, CommandCodec.decode(CommandCodec.stamp(write.body, 2)));
    return write;
  }

  /// The open transaction of the replica thread: its own rows first, then what the winner has.
  private void write(PendingWrite... logged) {
    loser.store.begin(true);
    desk.write();
    List<Applied> applied = loser.follow(winner);
    for (int i = 0; i < applied.size(); i++) {
      writes.onApplied(logged[i].key, applied.get(i).outcome(), applied.get(i).repeat());
    }
  }

  private void commit(PendingWrite... logged) {
    write(logged);
    loser.store.commit();
    desk.committed();
  }

  /// The disk was full.
  private void rollBack(PendingWrite... logged) {
    write(logged);
    loser.rollback();
    desk.rolledBack();
  }

  private void waits(int waiting, int unreplayable) {
    assertEquals(new PeerFrame.Rescue(waiting, unreplayable), desk.counts());
  }

  private List<String> reasons() {
    return desk.unreplayable(0, 10).stream().map(Unreplayable::reason).toList();
  }

  /// Two that could not be logged again; their positions.
  private List<Long> twoUnreplayable() throws Exception {
    winner.write(
        TERM + 1,
        TimelineServer.register("bob", "theirs"),
        TimelineServer.register("carol", "theirs"));
    lose(TimelineServer.register("bob", "mine"), TimelineServer.register("carol", "mine"));
    for (int i = 0; i < 2; i++) {
      pass(System.nanoTime());
      commit(log());
      commit();
    }
    waits(0, 2);
    return desk.unreplayable(0, 10).stream().map(Unreplayable::position).toList();
  }

  // ---- in order

  @Test
  void rowsAreLoggedAgainOneAtATimeInTheirOrder() throws Exception {
    lose(note("one"), note("two"), note("three"));
    waits(3, 0);
    List<String> expected = new ArrayList<>();
    for (String text : List.of("one", "two", "three")) {
      expected.add(text);
      pass(System.nanoTime());
      passLater();
      assertEquals(expected, requestsHandedOver(), "each under its own request id");
      commit(log());
      passLater();
      assertEquals(expected, requestsHandedOver(), "not before it is written that it is done");
      commit();
    }
    waits(0, 0);
    pass(System.nanoTime());
    assertEquals(expected, requestsHandedOver());
    assertEquals(4, loser.store.reads().lastSeq(NOTES));
    assertEquals("three", loser.store.reads().messageAt(NOTES, 4).orElseThrow().text());
  }

  @Test
  void aRowIsDoneWithInTheTransactionAfterTheOneThatAppliedIt() throws Exception {
    lose(note("one"));
    pass(System.nanoTime());
    assertFalse(desk.hasRows());
    commit(log());
    assertTrue(desk.hasRows(), "the loop must begin a transaction");
    assertFalse(desk.isIdle(), "nothing is handed over before it");
    waits(1, 0);
    commit();
    waits(0, 0);
    assertFalse(desk.hasRows());
    assertFalse(desk.isIdle(), "nothing waits");
  }

  @Test
  void whatTheWinnerHasAlreadyIsDoneWithoutBeingHandedOver() throws Exception {
    winner.write(TERM + 1, note("both"));
    lose(note("both"));
    pass(System.nanoTime());
    assertEquals(List.of(), requestsHandedOver());
    commit();
    waits(0, 0);
    assertEquals(2, loser.store.reads().lastSeq(NOTES));
  }

  // ---- failures that may pass

  @Test
  void afterAFailureTheSameRowIsTriedAgainButNotAtOnce() throws Exception {
    lose(note("one"), note("two"));
    refusal = Optional.of(new RequestRefused(ErrorCode.DISK_FULL, "not done"));
    long before = System.nanoTime();
    pass(before);
    long after = System.nanoTime();
    assertFalse(desk.hasRows());
    waits(2, 0);
    refusal = Optional.empty();
    pass(before + RescueDesk.AGAIN_NANOS - 1);
    assertEquals(List.of(), requestsHandedOver());
    pass(after + RescueDesk.AGAIN_NANOS);
    assertEquals(List.of("one"), requestsHandedOver());
  }

  @Test
  void withoutAPrimaryTheSameRowIsTriedAgain() throws Exception {
    lose(note("one"), note("two"));
    open = false;
    pass(System.nanoTime());
    writes.onTime(System.nanoTime() + WriteDesk.HOLD_NANOS);
    assertEquals(List.of(), requestsHandedOver());
    assertTrue(desk.isIdle());
    open = true;
    passLater();
    assertEquals(List.of("one"), requestsHandedOver());
  }

  @Test
  void aWriteWhoseOutcomeWasUnknownAndThatWasLoggedAfterAllIsDone() throws Exception {
    lose(note("one"), note("two"));
    pass(System.nanoTime());
    writes.onTime(System.nanoTime() + TIMEOUT);
    assertTrue(desk.isIdle());
    commit(log());
    assertFalse(desk.hasRows(), "nobody waited for it any more");
    passLater();
    commit();
    waits(1, 0);
    passLater();
    assertEquals(List.of("one", "two"), requestsHandedOver());
  }

  @Test
  void aRowThatCannotBeNamedAfterAFailureDoesNotHoldUpTheNextOne() throws Exception {
    long hall =
        loser.made(
            TERM,
            new Command.CreateRoom(1, TimelineServer.request(ALICE, "hall"), "#hall", "", false));
    lose(
        new Command.Send(
            1,
            TimelineServer.request(ALICE, "in hall"),
            ConversationId.room(hall),
            "hello",
            Optional.empty()),
        note("two"));
    pass(System.nanoTime());
    commit(log());
    commit();
    pass(System.nanoTime());
    assertEquals(List.of("hall", "in hall"), requestsHandedOver());
    writes.onTime(System.nanoTime() + TIMEOUT);
    // The request that made the room is not remembered any more.
    ChatMachine forgetful = new ChatMachine(new MemoryChatState(), ChatLimits.defaults());
    machine = () -> forgetful;
    passLater();
    commit();
    waits(1, 1);
    passLater();
    assertEquals(List.of("hall", "in hall", "two"), requestsHandedOver());
  }

  // ---- what cannot be logged again

  @Test
  void aRowThatIsRefusedWhenAppliedIsUnreplayableAndSaysWhy() throws Exception {
    winner.write(TERM + 1, TimelineServer.register("bob", "theirs"));
    lose(TimelineServer.register("bob", "mine"), note("two"));
    pass(System.nanoTime());
    commit(log());
    commit();
    waits(1, 1);
    assertEquals(List.of("bob is taken; choose another name"), reasons());
    pass(System.nanoTime());
    assertEquals(List.of("mine", "two"), requestsHandedOver(), "and the next one's turn comes");
  }

  @Test
  void aRowWhoseRequestIdIsAnothersIsUnreplayableAndSaysWhy() throws Exception {
    RequestKey key = new RequestKey(ALICE, Optional.empty(), "q", new Digest(1, 2));
    winner.write(TERM + 1, new Command.Send(1, key, NOTES, "other", Optional.empty()));
    lose(new Command.Send(1, TimelineServer.request(ALICE, "q"), NOTES, "mine", Optional.empty()));
    pass(System.nanoTime());
    assertEquals(List.of(), requestsHandedOver());
    commit();
    waits(0, 1);
    assertEquals(List.of("request_id q was used for another request; take a new one"), reasons());
  }

  @Test
  void aRowWhoseObjectIsMissingIsUnreplayableAndNotHandedOver() throws Exception {
    winner.write(TERM + 1, TimelineServer.register("bob", "theirs"));
    long bob = loser.made(TERM, TimelineServer.register("bob", "mine"));
    lose(
        new Command.Send(
            1,
            TimelineServer.request(ALICE, "to bob"),
            ConversationId.direct(ALICE, bob),
            "for my bob",
            Optional.empty()));
    pass(System.nanoTime());
    commit(log());
    commit();
    pass(System.nanoTime());
    assertEquals(List.of("mine"), requestsHandedOver());
    commit();
    waits(0, 2);
    assertEquals(Rescue.NAMES_WHAT_IS_NOT_THERE, reasons().getLast());
  }

  // ---- a full disk

  @Test
  void afterARollbackOfItsApplyARowIsHandedOverAgain() throws Exception {
    lose(note("one"), note("two"));
    pass(System.nanoTime());
    PendingWrite logged = log();
    rollBack(logged);
    assertFalse(desk.hasRows(), "nothing of it is on disk");
    waits(2, 0);
    pass(System.nanoTime());
    assertEquals(List.of("one", "one"), requestsHandedOver());
    commit(logged);
    commit();
    waits(1, 0);
    assertEquals(2, loser.store.reads().lastSeq(NOTES));
  }

  @Test
  void afterARollbackOfItsEndARowIsFoundDoneAlready() throws Exception {
    lose(note("one"), note("two"));
    pass(System.nanoTime());
    commit(log());
    rollBack();
    waits(2, 0);
    assertTrue(desk.isIdle());
    pass(System.nanoTime());
    assertEquals(List.of("one"), requestsHandedOver(), "it is remembered");
    commit();
    waits(1, 0);
  }

  // ---- late replies

  @Test
  void aReplyToARowThatIsNotTheCurrentOneChangesNothing() throws Exception {
    lose(note("one"), note("two"));
    pass(System.nanoTime());
    WriteReply stale = handedOver.getFirst().reply;
    commit(log());
    commit();
    pass(System.nanoTime());
    stale.applied(new Outcome.Done(9), true, OptionalInt.empty());
    stale.failed(new RequestRefused(ErrorCode.BAD_REQUEST, "no"));
    assertFalse(desk.hasRows());
    stale.failed(new RequestRefused(ErrorCode.BUSY, "later"));
    assertFalse(desk.isIdle(), "two is under way as before");
    waits(1, 0);
    commit(log());
    commit();
    waits(0, 0);
  }

  // ---- what an operator forgets

  @Test
  void whatIsForgottenIsToldOnceThatIsCommitted() throws Exception {
    List<Long> positions = twoUnreplayable();
    CompletableFuture<Void> done = new CompletableFuture<>();
    desk.forget(positions.getFirst(), done);
    assertTrue(desk.hasRows());
    write();
    assertFalse(done.isDone());
    loser.store.commit();
    desk.committed();
    assertTrue(done.isDone());
    waits(0, 1);
    assertEquals(
        positions.getLast(), desk.unreplayable(0, 10).getFirst().position(), "not the other one");
    assertFalse(desk.hasRows());
  }

  @Test
  void twoWishesToForgetBothHold() throws Exception {
    List<Long> positions = twoUnreplayable();
    CompletableFuture<Void> all = new CompletableFuture<>();
    CompletableFuture<Void> first = new CompletableFuture<>();
    desk.forget(positions.getLast(), all);
    desk.forget(positions.getFirst(), first);
    commit();
    assertTrue(all.isDone() && first.isDone());
    waits(0, 0);
  }

  @Test
  void whatWasToBeForgottenInARolledBackTransactionIsSoInTheNext() throws Exception {
    List<Long> positions = twoUnreplayable();
    CompletableFuture<Void> done = new CompletableFuture<>();
    desk.forget(positions.getLast(), done);
    rollBack();
    waits(0, 2);
    assertFalse(done.isDone());
    assertTrue(desk.hasRows());
    commit();
    assertTrue(done.isDone());
    waits(0, 0);
  }
}

package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.chat.RoomRole;
import holdfast.check.Check;
import holdfast.replication.Timeline;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Writes of a lost timeline brought in again: under which ids, in which order, and what becomes of
/// those that cannot be.
final class RescueTest {
  private static final Command FOUND = new Command.Found(1, "c1", new byte[32]);
  private static final Command ALONE = new Command.Members(1, true);
  private static final long TERM = 3;
  private static final long FIRST = new Timeline(1, 1).firstTerm();
  private static final long SECOND = new Timeline(2, 2).firstTerm();

  /// On both sides.
  private static final long ALICE = 2;

  @TempDir Path temp;

  private TimelineServer winner;
  private TimelineServer loser;
  private int written;

  @BeforeEach
  void aClusterOfTwo() {
    winner = new TimelineServer(temp.resolve("winner"));
    loser = new TimelineServer(temp.resolve("loser"));
    for (TimelineServer server : List.of(winner, loser)) {
      server.write(TERM, FOUND, TimelineServer.register("alice", "r"));
    }
  }

  @AfterEach
  void close() {
    winner.close();
    loser.close();
  }

  private RequestKey request(long account) {
    written++;
    return TimelineServer.request(account, "q" + written);
  }

  private Command.Send send(long from, ConversationId to, String text) {
    return new Command.Send(1, request(from), to, text, Optional.empty());
  }

  /// The winner goes on alone, with something before, so that no id is the same on both sides.
  private void split() {
    winner.write(TERM + 1, send(ALICE, ConversationId.direct(ALICE, ALICE), "here"));
    winner.write(FIRST, ALONE);
  }

  private void bringInAll() {
    while (loser.store.rescue().waiting() > 0) {
      loser.bringIn(winner, FIRST);
    }
  }

  private List<Unreplayable> unreplayable() {
    return loser.store.rescue().unreplayable(0, 100);
  }

  @Test
  void whatWasMadeBehindTheForkIsNamedAsWhatItBecame() throws Exception {
    long bob = loser.made(TERM, TimelineServer.register("bob", "r"));
    ConversationId talk = ConversationId.direct(ALICE, bob);
    long hall = loser.made(TERM, new Command.CreateRoom(1, request(bob), "#hall", "t", false));
    ConversationId inHall = ConversationId.room(hall);
    loser.write(TERM, new Command.JoinRoom(1, request(ALICE), hall));
    long hello = loser.made(TERM, send(bob, inHall, "hello"));
    long typo = loser.made(TERM, send(ALICE, talk, "typo"));
    loser.write(
        TERM,
        new Command.Send(1, request(ALICE), inHall, "hello, bob", Optional.of(hello)),
        new Command.Edit(1, request(ALICE), talk, typo, "type"),
        new Command.React(1, request(ALICE), inHall, hello, "+1", false),
        new Command.MarkRead(1, request(bob), talk, typo),
        new Command.SetRole(1, request(bob), hall, ALICE, RoomRole.OWNER),
        new Command.LeaveRoom(1, request(bob), hall),
        new Command.Block(1, request(bob), ALICE));
    split();
    loser.moveTo(winner);
    assertEquals(12, loser.store.rescue().waiting());
    bringInAll();

    assertEquals(List.of(), unreplayable());
    for (TimelineServer server : List.of(winner, loser)) {
      Reads reads = server.store.reads();
      long newBob = reads.accountNamed("bob").orElseThrow().id();
      long newHall = reads.roomNamed("#hall").orElseThrow().id();
      assertTrue(newBob > bob && newHall > hall, "ids of another timeline");
      ConversationId room = ConversationId.room(newHall);
      assertEquals("hello", reads.messageAt(room, 1).orElseThrow().text());
      assertEquals(newBob, reads.messageAt(room, 1).orElseThrow().sender());
      assertEquals(Optional.of(1L), reads.messageAt(room, 2).orElseThrow().replyToSeq());
      ConversationId newTalk = ConversationId.direct(ALICE, newBob);
      assertEquals("type", reads.messageAt(newTalk, 1).orElseThrow().text());
      assertEquals(1, reads.readSeq(newBob, newTalk));
      assertEquals(RoomRole.OWNER, reads.member(newHall, ALICE).orElseThrow().role());
      assertEquals(Optional.empty(), reads.member(newHall, newBob));
      assertEquals(List.of(ALICE), reads.blocked(newBob));
    }
  }

  @Test
  void whatNamesSomethingThatCouldNotBeMadeIsUnreplayable() throws Exception {
    // Another bob on either side: nothing that the loser's said may go out as the winner's.
    Command theirBob = TimelineServer.register("bob", "theirs");
    long bob = loser.made(TERM, TimelineServer.register("bob", "mine"));
    long room = loser.made(TERM, new Command.CreateRoom(1, request(bob), "#r", "", false));
    loser.write(
        TERM,
        send(bob, ConversationId.room(room), "secret"),
        send(ALICE, ConversationId.direct(ALICE, bob), "for bob"),
        send(ALICE, ConversationId.direct(ALICE, ALICE), "note"));
    winner.write(TERM + 1, theirBob);
    split();
    loser.moveTo(winner);
    bringInAll();
    assertEquals(4, loser.store.rescue().unreplayableCount());
    assertEquals(
        List.of(
            "bob is taken; choose another name",
            Rescue.NAMES_WHAT_IS_NOT_THERE,
            Rescue.NAMES_WHAT_IS_NOT_THERE,
            Rescue.NAMES_WHAT_IS_NOT_THERE),
        unreplayable().stream().map(Unreplayable::reason).toList());
    Unreplayable secret = unreplayable().get(2);
    assertEquals("secret", ((Command.Send) secret.command()).text());
    assertEquals(List.of(secret), loser.store.rescue().unreplayable(2, 1), "in pages");
    // The note stands behind "here".
    Reads reads = loser.store.reads();
    assertEquals(2, reads.lastSeq(ConversationId.direct(ALICE, ALICE)));
    long theirs = reads.accountNamed("bob").orElseThrow().id();
    assertEquals(0, reads.lastSeq(ConversationId.direct(ALICE, theirs)));
    // They are this server's own, and stay whatever comes.
    loser.reopen();
    assertEquals(4, unreplayable().size());
    assertEquals(0, winner.store.rescue().unreplayableCount());
    loser.store.begin(true);
    loser.store.rescue().forget(secret.position());
    loser.store.commit();
    assertEquals(1, loser.store.rescue().unreplayableCount(), "the operator has seen three");
    loser.reopen();
    assertEquals(1, unreplayable().size());
    assertEquals(1, loser.store.rescue().unreplayableCount());
  }

  @Test
  void aRepeatOfWhatTheWinnerHasIsDoneAndItsMessageIsNamed() throws Exception {
    // The client got no answer from the one side and asked the other.
    Command.Send asked = send(ALICE, ConversationId.direct(ALICE, ALICE), "once");
    long there = loser.made(TERM, asked);
    loser.write(
        TERM, new Command.Edit(1, request(ALICE), asked.conversation(), there, "once, edited"));
    split();
    winner.write(FIRST, asked);
    loser.moveTo(winner);
    bringInAll();
    assertEquals(List.of(), unreplayable());
    assertEquals(2, loser.store.reads().lastSeq(asked.conversation()));
    assertEquals(
        "once, edited",
        loser.store.reads().messageAt(asked.conversation(), 2).orElseThrow().text());
  }

  @Test
  void anIdThatBothSidesGaveIsTheOneThatItsOwnSideMeant() throws Exception {
    // Forced to go on alone, the winner kept what it had not committed: of the same timeline, at
    // the
    // same index as what was committed without it.
    long mine = loser.made(TERM, send(ALICE, ConversationId.direct(ALICE, ALICE), "mine"));
    long theirs = winner.made(TERM + 1, send(ALICE, ConversationId.direct(ALICE, ALICE), "theirs"));
    assertEquals(mine, theirs);
    loser.write(
        TERM,
        new Command.Edit(
            1, request(ALICE), ConversationId.direct(ALICE, ALICE), mine, "mine, edited"));
    winner.write(FIRST, ALONE);
    loser.moveTo(winner);
    bringInAll();
    Reads reads = winner.store.reads();
    assertEquals(
        "theirs", reads.messageAt(ConversationId.direct(ALICE, ALICE), 1).orElseThrow().text());
    assertEquals(
        "mine, edited",
        reads.messageAt(ConversationId.direct(ALICE, ALICE), 2).orElseThrow().text());
  }

  @Test
  void whatIsNotCommittedIsNotDone() throws Exception {
    loser.write(TERM, send(ALICE, ConversationId.direct(ALICE, ALICE), "one"));
    loser.write(TERM, send(ALICE, ConversationId.direct(ALICE, ALICE), "two"));
    split();
    loser.moveTo(winner);
    Rescue rescue = loser.store.rescue();
    RescuedCommand first = rescue.next().orElseThrow();
    loser.store.begin(true);
    rescue.settled(first.position());
    assertEquals(1, rescue.waiting());
    RescuedCommand second = rescue.next().orElseThrow();
    rescue.unreplayable(second.position(), "no");
    assertEquals(1, rescue.unreplayableCount());
    assertThrows(Check.Broken.class, () -> rescue.settled(first.position()));
    loser.store.rollback();
    assertEquals(2, rescue.waiting());
    assertEquals(0, rescue.unreplayableCount());
    assertEquals(Optional.of(first), rescue.next());
    loser.reopen();
    assertEquals(Optional.of(first), loser.store.rescue().next());
  }

  @Test
  void whatWasMadeInATimelineThatIsLostAsWellIsFoundUnderTheLaterOnes() throws Exception {
    long hall = loser.made(TERM, new Command.CreateRoom(1, request(ALICE), "#hall", "", false));
    loser.write(TERM, send(ALICE, ConversationId.room(hall), "one"));
    split();
    loser.moveTo(winner);
    // The room is made in the first winner's timeline, and talked in; its first message waits.
    long again = loser.bringIn(winner, FIRST).map(Outcome::id).orElseThrow();
    winner.write(FIRST, send(ALICE, ConversationId.room(again), "two"));
    loser.store.begin(true);
    loser.follow(winner);
    loser.store.commit();
    try (TimelineServer second = new TimelineServer(temp.resolve("second"))) {
      second.write(TERM, FOUND, TimelineServer.register("alice", "r"));
      second.write(SECOND, ALONE);
      loser.moveTo(second);
      while (loser.store.rescue().waiting() > 0) {
        loser.bringIn(second, SECOND);
      }
      assertEquals(List.of(), unreplayable());
      Reads reads = second.store.reads();
      ConversationId room = ConversationId.room(reads.roomNamed("#hall").orElseThrow().id());
      assertEquals("one", reads.messageAt(room, 1).orElseThrow().text());
      assertEquals("two", reads.messageAt(room, 2).orElseThrow().text());
      assertEquals(2, reads.lastSeq(room));
      assertEquals(1, reads.lastSeq(ConversationId.direct(ALICE, ALICE)), "and what was there");
    }
  }
}

package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent.RoomChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Passwords, the end of an account, preferences, blocks.
final class AccountRulesTest {
  private final ChatBench chat = new ChatBench();
  private final long alice = chat.account("alice");
  private final long bob = chat.account("bob");
  private final ConversationId direct = ConversationId.direct(alice, bob);

  private Account row(long account) {
    return chat.state.account(account).orElseThrow();
  }

  private static Applied done(long id) {
    return new Applied(new Outcome.Done(id), false, List.of());
  }

  @Test
  void anotherPasswordVoidsAllTokens() {
    Applied applied = chat.setPassword(alice, "hash of alice", "new hash");
    assertEquals(new Outcome.Done(3), applied.outcome());
    assertEquals(
        List.of(new ChatEvent.TokensVoided(3, 0, alice, 3, false)), applied.events());
    assertEquals("new hash", row(alice).passwordHash());
    assertEquals(3, row(alice).generation());
    assertEquals(0, row(bob).generation());
  }

  @Test
  void generationsRiseWhateverRaisesThem() {
    List<Long> generations = new ArrayList<>();
    chat.logoutAll(alice);
    generations.add(row(alice).generation());
    chat.setPassword(alice, "hash of alice", "b");
    generations.add(row(alice).generation());
    chat.logoutAll(alice);
    generations.add(row(alice).generation());
    chat.logoutAll(alice);
    generations.add(row(alice).generation());
    chat.setPassword(alice, "b", "c");
    generations.add(row(alice).generation());
    assertEquals(List.of(1L, 4L, 5L, 6L, 7L), generations);
  }

  @Test
  void aPasswordThatWasChangedMeanwhileIsNoProof() {
    chat.setPassword(alice, "hash of alice", "b");
    Applied late = chat.setPassword(alice, "hash of alice", "c");
    assertEquals(Refusal.BAD_CREDENTIALS, ChatBench.refusal(late));
    assertEquals("b", row(alice).passwordHash());
    Digest old = ChatBench.payload("hash of alice");
    RequestKey request = ChatBench.request(alice, "d", "");
    assertEquals(
        Refusal.BAD_CREDENTIALS,
        ChatBench.refusal(chat.apply(new Command.DeleteAccount(chat.now(), request, old))));
    assertFalse(row(alice).isDeleted());
  }

  @Test
  void anAccountThatGoesLeavesItsNameAndWhatItSaid() {
    chat.send(alice, direct, "hi");
    chat.pass(5);
    Applied applied = chat.delete(alice);
    assertEquals(
        List.of(new ChatEvent.TokensVoided(4, 0, alice, 4, true)), applied.events());
    Account gone = chat.state.accountNamed("alice").orElseThrow();
    assertEquals(chat.now(), gone.deleted());
    assertEquals("", gone.passwordHash());
    assertEquals("hi", chat.state.message(3).orElseThrow().text());
    assertEquals(
        Refusal.USERNAME_TAKEN,
        ChatBench.refusal(
            chat.apply(
                new Command.Register(
                    chat.now(), ChatBench.registration("alice", "again"), "alice", "hash"))));
  }

  @Test
  void nobodyWritesToAnAccountThatIsGoneButWhatWasSaidIsRead() {
    chat.send(alice, direct, "hi");
    chat.createPrivate(bob, "#den");
    chat.delete(alice);
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.send(bob, direct, "?")));
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.invite(bob, 4, alice)));
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.block(bob, alice)));
    assertFalse(chat.markRead(bob, direct, 3).outcome() instanceof Outcome.Refused);
    assertEquals(1, chat.state.readSeq(bob, direct));
  }

  @Test
  void whoIsGoneDoesNothingMore() {
    chat.delete(alice);
    assertEquals(Refusal.NOT_LOGGED_IN, ChatBench.refusal(chat.send(alice, direct, "boo")));
    assertEquals(Refusal.NOT_LOGGED_IN, ChatBench.refusal(chat.create(alice, "#den")));
    long seen = row(alice).lastSeen();
    chat.pass(50);
    chat.apply(new Command.Seen(chat.now(), List.of(alice, bob)));
    assertEquals(seen, row(alice).lastSeen());
    assertEquals(chat.now(), row(bob).lastSeen());
  }

  @Test
  void anAccountThatGoesLeavesItsRoomsToOthers() {
    chat.create(alice, "#mine");
    chat.create(alice, "#ours");
    chat.join(bob, 4);
    chat.create(bob, "#his");
    chat.join(alice, 6);
    Applied applied = chat.delete(alice);
    List<String> told = new ArrayList<>();
    for (ChatEvent event : applied.events()) {
      if (event instanceof ChatEvent.RoomChanged c) {
        assertEquals(alice, c.by());
        told.add(c.room() + " " + c.change() + " " + c.account());
      }
    }
    assertEquals(
        List.of("3 LEFT 1", "3 CLOSED 1", "4 LEFT 1", "4 ROLE 2", "6 LEFT 1"), told);
    for (int part = 0; part < applied.events().size(); part++) {
      assertEquals(part, applied.events().get(part).part());
    }
    assertEquals(List.of(), chat.state.roomsOf(alice));
    assertEquals(RoomRole.OWNER, chat.state.member(4, bob).orElseThrow().role());
    assertTrue(chat.state.room(3).orElseThrow().closed());
  }

  @Test
  void whatWasAnAccountsOwnGoesWithIt() {
    chat.createPrivate(bob, "#den");
    chat.invite(bob, 3, alice);
    chat.prefer(alice, "theme", Optional.of("dark"));
    chat.block(alice, bob);
    chat.block(bob, alice);
    chat.delete(alice);
    assertFalse(chat.state.isInvited(3, alice));
    assertEquals(0, chat.state.preferenceCount(alice));
    assertEquals(0, chat.state.blockCount(alice));
    assertFalse(chat.unblock(bob, alice).outcome() instanceof Outcome.Refused);
    assertEquals(0, chat.state.blockCount(bob));
  }

  @Test
  void whoIsBlockedCannotWriteAndTheOtherCan() {
    assertEquals(done(3), chat.block(bob, alice));
    assertEquals(Refusal.BLOCKED, ChatBench.refusal(chat.send(alice, direct, "?")));
    assertEquals(0, chat.state.lastSeq(direct));
    assertFalse(chat.send(bob, direct, "!").outcome() instanceof Outcome.Refused);
    chat.unblock(bob, alice);
    assertFalse(chat.send(alice, direct, "?").outcome() instanceof Outcome.Refused);
  }

  @Test
  void aBlockSaysNothingAboutRooms() {
    chat.create(bob, "#den");
    chat.join(alice, 3);
    chat.block(bob, alice);
    assertFalse(
        chat.send(alice, ConversationId.room(3), "hi").outcome() instanceof Outcome.Refused);
  }

  @Test
  void blockingTwiceAndUnblockingNobodyAreDone() {
    chat.block(bob, alice);
    assertEquals(done(4), chat.block(bob, alice));
    assertEquals(done(5), chat.unblock(alice, bob));
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.block(bob, 77)));
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.unblock(bob, 77)));
    assertEquals(Refusal.BAD_REQUEST, ChatBench.refusal(chat.block(bob, bob)));
  }

  @Test
  void thereIsAnEndToBlocksAndPreferences() {
    ChatBench small = new ChatBench(new ChatLimits(1_000, 10, 10, 5, 2, 1, 1, 2));
    long one = small.account("one");
    long two = small.account("two");
    long three = small.account("three");
    small.block(one, two);
    assertEquals(Refusal.LIMIT, ChatBench.refusal(small.block(one, three)));
    assertFalse(small.block(one, two).outcome() instanceof Outcome.Refused);
    small.prefer(one, "a", Optional.of("1"));
    small.prefer(one, "b", Optional.of("1"));
    assertEquals(Refusal.LIMIT, ChatBench.refusal(small.prefer(one, "c", Optional.of("1"))));
    small.prefer(one, "b", Optional.of("2"));
    assertEquals(Optional.of("2"), small.state.preference(one, "b"));
    small.prefer(one, "a", Optional.empty());
    small.prefer(one, "c", Optional.of("3"));
    assertEquals(Optional.of("3"), small.state.preference(one, "c"));
    assertEquals(0, small.state.preferenceCount(two));
  }

  @Test
  void removingAPreferenceThatIsNotThereIsDone() {
    assertEquals(done(3), chat.prefer(alice, "theme", Optional.empty()));
    chat.prefer(alice, "theme", Optional.of(""));
    assertEquals(Optional.of(""), chat.state.preference(alice, "theme"));
  }

  @Test
  void closingARoomTellsNobodyInvitedAnything() {
    chat.createPrivate(alice, "#den");
    chat.invite(alice, 3, bob);
    assertEquals(
        List.of(RoomChange.LEFT, RoomChange.CLOSED), ChatBench.changes(chat.leave(alice, 3)));
    assertFalse(chat.state.isInvited(3, bob));
    assertEquals(Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.join(bob, 3)));
  }
}

package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent.RoomChange;
import holdfast.check.Check;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ChatMachineTest {
  private final ChatBench chat = new ChatBench();
  private final long alice = chat.account("alice");
  private final long bob = chat.account("bob");
  private final ConversationId direct = ConversationId.direct(alice, bob);

  @Test
  void registeringMakesAnAccountWithTheIdOfTheCommand() {
    Applied applied = chat.register("carol");
    assertEquals(new Outcome.Done(3), applied.outcome());
    assertEquals(
        Optional.of(new Account(3, "carol", "hash of carol", 0, chat.now(), chat.now())),
        chat.state.accountNamed("carol"));
    assertEquals(List.of(), applied.events());
  }

  @Test
  void aNameIsGivenOnce() {
    Applied applied =
        chat.apply(
            new Command.Register(
                chat.now(), ChatBench.registration("bob", "another"), "bob", "other hash"));
    assertEquals(Refusal.USERNAME_TAKEN, ChatBench.refusal(applied));
    assertEquals("hash of bob", chat.state.account(bob).orElseThrow().passwordHash());
  }

  @Test
  void aRepeatedRegistrationGetsTheFirstOutcomeWhateverItsHash() {
    Applied applied =
        chat.apply(
            new Command.Register(
                chat.now(), ChatBench.registration("bob", "r"), "bob", "a new salt"));
    assertEquals(new Applied(new Outcome.Done(bob), true, List.of()), applied);
    assertEquals("hash of bob", chat.state.account(bob).orElseThrow().passwordHash());
  }

  @Test
  void messagesOfAConversationAreNumberedFromOneWithoutGaps() {
    Applied first = chat.send(alice, direct, "one");
    Applied second = chat.send(bob, direct, "two");
    assertEquals(new Outcome.Sent(3, direct, 1, chat.now()), first.outcome());
    assertEquals(new Outcome.Sent(4, direct, 2, chat.now()), second.outcome());
    ConversationId notes = ConversationId.direct(bob, bob);
    assertEquals(new Outcome.Sent(5, notes, 1, chat.now()), chat.send(bob, notes, "n").outcome());
  }

  @Test
  void aMessageTellsBothPartiesWhatItIs() {
    chat.send(alice, direct, "one");
    Applied reply = chat.send(ChatBench.request(bob, "id-7", "x"), direct, "two", Optional.of(3L));
    assertEquals(
        List.of(
            new ChatEvent.MessageSent(
                4, 0, direct, 2, bob, chat.now(), "two", Optional.of(1L), "id-7")),
        reply.events());
    assertEquals(Optional.of(1L), chat.state.message(4).orElseThrow().replyToSeq());
  }

  @Test
  void aReplyMustAnswerAMessageOfTheSameConversation() {
    chat.send(alice, ConversationId.direct(alice, alice), "note");
    RequestKey request = ChatBench.request(alice, "x", "y");
    assertEquals(
        Refusal.NO_SUCH_MESSAGE,
        ChatBench.refusal(chat.send(request, direct, "two", Optional.of(3L))));
    RequestKey other = ChatBench.request(alice, "x2", "y");
    assertEquals(
        Refusal.NO_SUCH_MESSAGE,
        ChatBench.refusal(chat.send(other, direct, "two", Optional.of(99L))));
    assertEquals(0, chat.state.lastSeq(direct));
  }

  @Test
  void whoIsGoneIsNotLoggedIn() {
    assertEquals(Refusal.NOT_LOGGED_IN, ChatBench.refusal(chat.send(77, direct, "boo")));
    assertEquals(Refusal.NOT_LOGGED_IN, ChatBench.refusal(chat.create(77, "#x")));
  }

  @Test
  void nobodyWritesToAnAccountThatIsNot() {
    ConversationId nobody = ConversationId.direct(alice, 77);
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.send(alice, nobody, "boo")));
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.markRead(alice, nobody, 0)));
  }

  @Test
  void nobodyWritesIntoAConversationOfTwoOthers() {
    long carol = chat.account("carol");
    assertEquals(Refusal.BAD_REQUEST, ChatBench.refusal(chat.send(carol, direct, "boo")));
  }

  @Test
  void sendingMovesTheSendersReadPositionWithoutAnEvent() {
    chat.send(alice, direct, "one");
    assertEquals(1, chat.state.readSeq(alice, direct));
    assertEquals(0, chat.state.readSeq(bob, direct));
    assertEquals(1, chat.send(bob, direct, "two").events().size());
    assertEquals(2, chat.state.readSeq(bob, direct));
  }

  @Test
  void markingReadMovesThePositionAndTellsBoth() {
    chat.send(alice, direct, "one");
    chat.send(alice, direct, "two");
    Applied applied = chat.markRead(bob, direct, 4);
    assertEquals(new Outcome.Done(5), applied.outcome());
    assertEquals(List.of(new ChatEvent.ReadMoved(5, 0, direct, bob, 2)), applied.events());
    assertEquals(2, chat.state.readSeq(bob, direct));
  }

  @Test
  void theReadPositionNeverGoesBack() {
    chat.send(alice, direct, "one");
    chat.send(alice, direct, "two");
    chat.markRead(bob, direct, 4);
    assertEquals(new Applied(new Outcome.Done(6), false, List.of()), chat.markRead(bob, direct, 3));
    assertEquals(new Applied(new Outcome.Done(7), false, List.of()), chat.markRead(bob, direct, 4));
    assertEquals(2, chat.state.readSeq(bob, direct));
  }

  @Test
  void markingNothingReadIsDone() {
    Applied applied = chat.markRead(bob, direct, 0);
    assertEquals(new Applied(new Outcome.Done(3), false, List.of()), applied);
  }

  @Test
  void onlyAMessageOfTheConversationIsMarkedRead() {
    chat.send(alice, ConversationId.direct(alice, alice), "note");
    assertEquals(Refusal.NO_SUCH_MESSAGE, ChatBench.refusal(chat.markRead(bob, direct, 3)));
  }

  @Test
  void whoCreatesARoomOwnsIt() {
    Applied applied = chat.create(alice, "#den");
    assertEquals(
        List.of(new ChatEvent.RoomChanged(3, 0, 3, RoomChange.CREATED, alice, alice)),
        applied.events());
    assertEquals(new Room(3, "#den", "", false, false), chat.state.roomNamed("#den").orElseThrow());
    assertEquals(
        Optional.of(new RoomMember(3, alice, RoomRole.OWNER, 3)), chat.state.member(3, alice));
  }

  @Test
  void anOpenRoomsNameIsTaken() {
    chat.create(alice, "#den");
    assertEquals(Refusal.ROOM_EXISTS, ChatBench.refusal(chat.create(bob, "#den")));
  }

  @Test
  void onlyMembersWriteAndReadInARoom() {
    chat.create(alice, "#den");
    ConversationId den = ConversationId.room(3);
    chat.send(alice, den, "mine");
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.send(bob, den, "boo")));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.markRead(bob, den, 4)));
    chat.join(bob, 3);
    assertEquals(new Outcome.Sent(8, den, 2, chat.now()), chat.send(bob, den, "hi").outcome());
  }

  @Test
  void aStrangerDoesNotLearnWhichMessagesARoomHas() {
    chat.create(alice, "#den");
    RequestKey request = ChatBench.request(bob, "x", "y");
    assertEquals(
        Refusal.NOT_A_MEMBER,
        ChatBench.refusal(chat.send(request, ConversationId.room(3), "?", Optional.of(99L))));
  }

  @Test
  void aRoomThatIsNotIsRefusedToAll() {
    assertEquals(
        Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.send(alice, ConversationId.room(9), "a")));
    assertEquals(Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.join(alice, 9)));
    assertEquals(Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.leave(alice, 9)));
  }

  @Test
  void joiningSetsTheReadPositionToTheLastMessage() {
    chat.create(alice, "#den");
    ConversationId den = ConversationId.room(3);
    chat.send(alice, den, "one");
    chat.send(alice, den, "two");
    Applied applied = chat.join(bob, 3);
    assertEquals(
        List.of(new ChatEvent.RoomChanged(6, 0, 3, RoomChange.JOINED, bob, bob)), applied.events());
    assertEquals(2, chat.state.readSeq(bob, den));
  }

  @Test
  void joiningTwiceIsDoneWithoutAnEvent() {
    chat.create(alice, "#den");
    assertEquals(new Applied(new Outcome.Done(4), false, List.of()), chat.join(alice, 3));
    assertEquals(RoomRole.OWNER, chat.state.member(3, alice).orElseThrow().role());
  }

  @Test
  void aPrivateRoomIsClosedToTheUninvited() {
    chat.createPrivate(alice, "#den");
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.join(bob, 3)));
    assertFalse(chat.join(alice, 3).outcome() instanceof Outcome.Refused);
  }

  @Test
  void aFullRoomTakesNobodyMore() {
    ChatBench small = new ChatBench(new ChatLimits(1_000, 10, 10, 1, 2));
    long one = small.account("one");
    long two = small.account("two");
    small.create(one, "#a");
    assertEquals(Refusal.LIMIT, ChatBench.refusal(small.join(two, 3)));
  }

  @Test
  void nobodyIsInMoreRoomsThanTheLimit() {
    ChatBench small = new ChatBench(new ChatLimits(1_000, 10, 10, 5, 2));
    long one = small.account("one");
    long two = small.account("two");
    small.create(one, "#a");
    small.create(one, "#b");
    small.create(two, "#c");
    assertEquals(Refusal.LIMIT, ChatBench.refusal(small.create(one, "#d")));
    assertEquals(Refusal.LIMIT, ChatBench.refusal(small.join(one, 5)));
    small.leave(one, 3);
    assertEquals(new Outcome.Done(9), small.join(one, 5).outcome());
  }

  @Test
  void whoLeavesIsNoMemberAnyMore() {
    chat.create(alice, "#den");
    chat.join(bob, 3);
    Applied applied = chat.leave(bob, 3);
    assertEquals(
        List.of(new ChatEvent.RoomChanged(5, 0, 3, RoomChange.LEFT, bob, bob)), applied.events());
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.leave(bob, 3)));
  }

  @Test
  void whenTheLastOwnerLeavesTheLongestStandingMemberFollows() {
    long carol = chat.account("carol");
    chat.create(alice, "#den");
    chat.join(carol, 4);
    chat.join(bob, 4);
    Applied applied = chat.leave(alice, 4);
    assertEquals(
        List.of(
            new ChatEvent.RoomChanged(7, 0, 4, RoomChange.LEFT, alice, alice),
            new ChatEvent.RoomChanged(7, 1, 4, RoomChange.ROLE, carol, alice, "OWNER")),
        applied.events());
    assertEquals(RoomRole.OWNER, chat.state.member(4, carol).orElseThrow().role());
    assertEquals(RoomRole.MEMBER, chat.state.member(4, bob).orElseThrow().role());
  }

  @Test
  void whenOneOfTwoOwnersLeavesNobodyFollows() {
    chat.create(alice, "#den");
    chat.join(bob, 3);
    chat.state.setRole(3, bob, RoomRole.OWNER);
    assertEquals(List.of(RoomChange.LEFT), ChatBench.changes(chat.leave(alice, 3)));
  }

  @Test
  void aRoomThatEveryoneLeftIsClosedAndItsNameFree() {
    chat.create(alice, "#den");
    Applied applied = chat.leave(alice, 3);
    assertEquals(List.of(RoomChange.LEFT, RoomChange.CLOSED), ChatBench.changes(applied));
    assertEquals(Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.join(bob, 3)));
    assertEquals(
        Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.send(alice, ConversationId.room(3), "x")));
    assertEquals(new Outcome.Done(7), chat.create(bob, "#den").outcome());
    assertEquals(7, chat.state.roomNamed("#den").orElseThrow().id());
  }

  @Test
  void loggingOutEverywhereRaisesTheGeneration() {
    Applied applied = chat.logoutAll(alice);
    assertEquals(List.of(new ChatEvent.TokensVoided(3, 0, alice, 1, false)), applied.events());
    assertEquals(1, chat.state.account(alice).orElseThrow().generation());
    assertEquals(0, chat.state.account(bob).orElseThrow().generation());
  }

  @Test
  void timeNeverGoesBack() {
    chat.pass(500);
    chat.send(alice, direct, "one");
    chat.pass(-400);
    assertEquals(
        new Outcome.Sent(4, direct, 2, ChatBench.START_MS + 500),
        chat.send(alice, direct, "two").outcome());
    assertEquals(ChatBench.START_MS + 500, chat.state.time());
  }

  @Test
  void whatServersWriteForThemselvesMakesNoEvents() {
    assertEquals(
        new Applied(new Outcome.Done(3), false, List.of()), chat.apply(new Command.Noop()));
    chat.apply(new Command.Found(chat.now(), "00ff", new byte[32]));
    assertEquals(Optional.of("00ff"), chat.state.clusterId());
    chat.pass(10);
    chat.apply(new Command.Members(chat.now(), false));
    assertEquals(chat.now(), chat.state.time());
    chat.pass(10);
    assertEquals(List.of(), chat.apply(new Command.Seen(chat.now(), List.of(alice, 77L))).events());
    assertEquals(chat.now(), chat.state.account(alice).orElseThrow().lastSeen());
  }

  @Test
  void anIdThatIsNotPositiveIsABug() {
    ChatMachine machine = new ChatMachine(new MemoryChatState(), ChatLimits.defaults());
    assertThrows(Check.Broken.class, () -> machine.apply(0, new Command.Noop()));
  }

  @Test
  void everyEventOfARoomIsKeptForThoseWhoWereAway() {
    chat.create(alice, "#den");
    chat.join(bob, 3);
    chat.leave(alice, 3);
    assertTrue(
        chat.state
            .tables()
            .contains(
                List.of(
                    new ChatEvent.RoomChanged(3, 0, 3, RoomChange.CREATED, alice, alice),
                    new ChatEvent.RoomChanged(4, 0, 3, RoomChange.JOINED, bob, bob),
                    new ChatEvent.RoomChanged(5, 0, 3, RoomChange.LEFT, alice, alice),
                    new ChatEvent.RoomChanged(5, 1, 3, RoomChange.ROLE, bob, alice, "OWNER"))));
  }
}

package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.MessageChange.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// EDIT, DELETE, REACT and mentions, rule by rule.
final class MessageRulesTest {
  private final ChatBench chat = new ChatBench();
  private final long alice = chat.account("alice");
  private final long bob = chat.account("bob");
  private final long carol = chat.account("carol");
  private final ConversationId direct = ConversationId.direct(alice, bob);
  private final long roomId = chat.create(alice, "#room").outcome().id();
  private final ConversationId room = ConversationId.room(roomId);

  private long sent(long from, ConversationId to, String text) {
    return chat.send(from, to, text).outcome().id();
  }

  private RequestKey request(long account) {
    return ChatBench.request(account, "mine-" + chat.lastId(), "");
  }

  private Applied edit(long account, ConversationId conversation, long message, String text) {
    return chat.apply(new Command.Edit(chat.now(), request(account), conversation, message, text));
  }

  private Applied delete(
      long account, ConversationId conversation, boolean forMe, Long... messages) {
    return chat.apply(
        new Command.Delete(chat.now(), request(account), conversation, List.of(messages), forMe));
  }

  private Applied react(long account, long message, String emoji, boolean remove) {
    return chat.apply(
        new Command.React(chat.now(), request(account), direct, message, emoji, remove));
  }

  @Test
  void anEditedMessageHasItsNewTextAndSaysSince() {
    long message = sent(alice, direct, "helo");
    chat.pass(5);
    Applied applied = edit(alice, direct, message, "hello");
    long id = applied.outcome().id();
    assertEquals(
        List.of(new ChatEvent.MessageEdited(id, 0, direct, 1, message, "hello", chat.now())),
        applied.events());
    Message stored = chat.state.message(message).orElseThrow();
    assertEquals("hello", stored.text());
    assertEquals(chat.now(), stored.edited());
    assertEquals(chat.now() - 5, stored.time());
    assertEquals(
        List.of(new MessageChange(id, 0, Kind.EDITED, message, direct, 1, alice, "")),
        chat.state.changes());
  }

  @Test
  void onlyItsSenderEditsAMessageThatIsThere() {
    long message = sent(alice, direct, "one");
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(edit(bob, direct, message, "x")));
    assertEquals(Refusal.NO_SUCH_MESSAGE, ChatBench.refusal(edit(alice, room, message, "x")));
    assertEquals(Refusal.NO_SUCH_MESSAGE, ChatBench.refusal(edit(alice, direct, 1, "x")));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(edit(bob, room, message, "x")));
    assertEquals("one", chat.state.message(message).orElseThrow().text());
    delete(alice, direct, false, message);
    assertEquals(Refusal.NO_SUCH_MESSAGE, ChatBench.refusal(edit(alice, direct, message, "x")));
  }

  @Test
  void aDeletedMessageLeavesATombstoneWithoutTextOrReactions() {
    long first = sent(alice, direct, "one");
    long second = sent(alice, direct, "two");
    react(bob, first, "🐙", false);
    Applied applied = delete(alice, direct, false, second, first, second);
    assertEquals(
        List.of(
            new ChatEvent.MessagesDeleted(
                applied.outcome().id(),
                0,
                direct,
                List.of(1L, 2L),
                List.of(first, second),
                alice,
                false)),
        applied.events());
    Message left = chat.state.message(first).orElseThrow();
    assertTrue(left.deleted() && left.text().isEmpty());
    assertEquals(List.of(), chat.state.reactions(first));
    assertEquals(List.of(), delete(alice, direct, false, first).events(), "nothing left to do");
    assertEquals(3L, chat.state.message(sent(bob, direct, "three")).orElseThrow().seq());
  }

  @Test
  void deletingSeveralIsAllOrNothing() {
    long own = sent(alice, direct, "one");
    long others = sent(bob, direct, "two");
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(delete(alice, direct, false, own, others)));
    assertEquals(
        Refusal.NO_SUCH_MESSAGE, ChatBench.refusal(delete(alice, direct, false, own, roomId)));
    assertEquals("one", chat.state.message(own).orElseThrow().text());
  }

  @Test
  void inARoomItsModeratorsDeleteWhatOthersSaid() {
    chat.join(bob, roomId);
    chat.join(carol, roomId);
    long message = sent(bob, room, "rude");
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(delete(carol, room, false, message)));
    assertEquals(1, delete(alice, room, false, message).events().size());
    assertTrue(chat.state.message(message).orElseThrow().deleted());
  }

  @Test
  void whatIsHiddenIsHiddenOnOnesOwnSideOnly() {
    long message = sent(bob, direct, "one");
    Applied applied = delete(alice, direct, true, message);
    assertEquals(
        List.of(
            new ChatEvent.MessagesDeleted(
                applied.outcome().id(), 0, direct, List.of(1L), List.of(message), alice, true)),
        applied.events());
    assertTrue(chat.state.isHidden(alice, direct, 1));
    assertTrue(!chat.state.isHidden(bob, direct, 1));
    assertEquals("one", chat.state.message(message).orElseThrow().text());
    assertEquals(List.of(), delete(alice, direct, true, message).events(), "twice");
    assertEquals(1, chat.state.hiddenCount(alice, direct));
  }

  @Test
  void anAccountHidesSoManyMessagesOfAConversation() {
    Long[] messages = new Long[MessageRules.HIDDEN_MAX];
    for (int i = 0; i < messages.length; i++) {
      messages[i] = sent(bob, direct, "spam");
    }
    long oneMore = sent(bob, direct, "one more");
    assertEquals(1, delete(alice, direct, true, messages).events().size());
    assertEquals(Refusal.LIMIT, ChatBench.refusal(delete(alice, direct, true, oneMore)));
    assertEquals(MessageRules.HIDDEN_MAX, chat.state.hiddenCount(alice, direct));
    assertEquals(List.of(), delete(alice, direct, true, messages[0]).events(), "hidden already");
    // Neither the other side's nor another conversation's count.
    assertEquals(1, delete(bob, direct, true, oneMore).events().size());
    long elsewhere = sent(alice, room, "one");
    assertEquals(1, delete(alice, room, true, elsewhere).events().size());
  }

  @Test
  void aReactionIsThereOnceAndTakenAwayOnce() {
    long message = sent(alice, direct, "one");
    Applied added = react(bob, message, "🐙", false);
    long id = added.outcome().id();
    assertEquals(
        List.of(new ChatEvent.Reacted(id, 0, direct, 1, bob, "🐙", false)), added.events());
    assertEquals(List.of(), react(bob, message, "🐙", false).events());
    assertEquals(List.of(new Reaction(id, message, "🐙", bob)), chat.state.reactions(message));
    assertEquals(List.of(), react(alice, message, "🐙", true).events(), "it is not hers");
    Applied removed = react(bob, message, "🐙", true);
    assertEquals(1, removed.events().size());
    assertEquals(List.of(), chat.state.reactions(message));
    assertEquals(
        List.of(Kind.REACTED, Kind.UNREACTED),
        chat.state.changes().stream().map(MessageChange::kind).toList());
  }

  @Test
  void aMessageHasSoManyDifferentEmoji() {
    long message = sent(alice, direct, "one");
    for (int i = 0; i < MessageRules.EMOJI_MAX; i++) {
      assertEquals(1, react(bob, message, "e" + i, false).events().size());
    }
    assertEquals(Refusal.LIMIT, ChatBench.refusal(react(alice, message, "more", false)));
    assertEquals(1, react(alice, message, "e0", false).events().size());
  }

  @Test
  void aMessageHasSoManyReactions() {
    List<Long> people = new ArrayList<>();
    for (int i = 0; i < MessageRules.REACTIONS_MAX; i++) {
      people.add(chat.account("p" + i));
      chat.join(people.getLast(), roomId);
    }
    long message = sent(alice, room, "all hands");
    for (long person : people) {
      Command react = new Command.React(chat.now(), request(person), room, message, "+", false);
      assertEquals(1, chat.apply(react).events().size());
    }
    Command oneMore = new Command.React(chat.now(), request(alice), room, message, "+", false);
    assertEquals(Refusal.LIMIT, ChatBench.refusal(chat.apply(oneMore)));
  }

  @Test
  void aRepeatChangesNothingAndTellsNobody() {
    long message = sent(alice, direct, "one");
    RequestKey key = ChatBench.request(alice, "e-1", "x");
    Applied first = chat.apply(new Command.Edit(chat.now(), key, direct, message, "two"));
    edit(alice, direct, message, "three");
    chat.restart();
    Applied again = chat.apply(new Command.Edit(chat.now(), key, direct, message, "two"));
    assertEquals(new Applied(first.outcome(), true, List.of()), again);
    assertEquals("three", chat.state.message(message).orElseThrow().text());
    // A repeat of the SEND itself gets its outcome, whatever has become of the message.
    delete(alice, direct, false, message);
    assertEquals(
        Optional.of(new ChatMachine.Remembered.First(first.outcome())), chat.remembered(key));
  }

  @Test
  void membersOfTheRoomAreMentionedAndNobodyElse() {
    chat.join(bob, roomId);
    sent(alice, room, "@carol and @Bob. and @alice, mail me@bob; @nobody @bob");
    assertEquals(1, chat.state.mentionsAfter(bob, room, 0));
    assertEquals(0, chat.state.mentionsAfter(carol, room, 0), "not in the room");
    assertEquals(0, chat.state.mentionsAfter(alice, room, 0), "the sender");
    sent(alice, direct, "@bob");
    assertEquals(1, chat.state.mentionsAfter(bob, room, 0), "only rooms count");
    assertEquals(0, chat.state.mentionsAfter(bob, room, 1));
  }

  @Test
  void namesInATextAreFoundWithAndWithoutWhatASentenceEndsWith() {
    assertEquals(List.of("a.b.", "a.b"), List.copyOf(Mentions.namesIn("hi @A.b.")));
    assertEquals(List.of("x"), List.copyOf(Mentions.namesIn("(@x)")));
    assertEquals(List.of(), List.copyOf(Mentions.namesIn("x@y @ @-a é@z")));
    assertEquals(Mentions.NAMES_MAX, Mentions.namesIn("@a @b @c @d @e @f @g @h @i @j").size());
  }
}

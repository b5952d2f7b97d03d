package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatMachine.Remembered;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RepeatedRequestTest {
  private static final long AGE_MS = 1_000;
  private static final int KEPT = 3;
  private static final int KEPT_TOTAL = 5;

  private final ChatBench chat = new ChatBench(new ChatLimits(AGE_MS, KEPT, KEPT_TOTAL, 100, 100));
  private final long alice = chat.account("alice");
  private final long bob = chat.account("bob");
  private final ConversationId direct = ConversationId.direct(alice, bob);

  private Applied send(long from, String requestId, String text) {
    return chat.send(ChatBench.request(from, requestId, text), direct, text, Optional.empty());
  }

  @Test
  void aRepeatedMessageIsNotSentAgain() {
    Applied first = send(alice, "a", "hi");
    chat.pass(5);
    assertEquals(new Applied(first.outcome(), true, List.of()), send(alice, "a", "hi"));
    assertEquals(1, chat.state.lastSeq(direct));
  }

  @Test
  void aRepeatedRefusalIsTheFirstRefusalEvenIfTheReasonIsGone() {
    RequestKey request = ChatBench.request(bob, "j", "join");
    Applied first = chat.apply(new Command.JoinRoom(chat.now(), request, 4));
    assertEquals(Refusal.NO_SUCH_ROOM, ChatBench.refusal(first));
    chat.create(alice, "#den");
    Applied again = chat.apply(new Command.JoinRoom(chat.now(), request, 4));
    assertEquals(new Applied(first.outcome(), true, List.of()), again);
  }

  @Test
  void otherContentUnderTheSameIdIsRefused() {
    send(alice, "a", "hi");
    Applied other = send(alice, "a", "ho");
    assertEquals(Refusal.BAD_REQUEST, ChatBench.refusal(other));
    assertEquals(chat.lastId(), other.outcome().id());
    assertEquals(1, chat.state.lastSeq(direct));
    assertTrue(send(alice, "a", "hi").repeat());
  }

  @Test
  void twoAccountsMayUseTheSameRequestId() {
    send(alice, "a", "hi");
    assertEquals(new Outcome.Sent(4, direct, 2, chat.now()), send(bob, "a", "hi").outcome());
  }

  @Test
  void aRegistrationIsKnownByItsName() {
    RequestKey ofAlice = ChatBench.registration("alice", "r");
    assertEquals(
        Optional.of(new Remembered.First(new Outcome.Done(alice))), chat.remembered(ofAlice));
    assertEquals(Optional.empty(), chat.remembered(ChatBench.registration("carol", "r")));
    assertTrue(RememberedRequest.of(1, 1, ofAlice).principal() < 0);
    assertNotEquals(
        RememberedRequest.of(1, 1, ofAlice).principal(),
        RememberedRequest.of(1, 1, ChatBench.registration("bob", "r")).principal());
  }

  @Test
  void aServerCanAskBeforeItProposes() {
    Applied first = send(alice, "a", "hi");
    assertEquals(
        Optional.of(new Remembered.First(first.outcome())),
        chat.remembered(ChatBench.request(alice, "a", "hi")));
    assertEquals(
        Optional.of(new Remembered.OtherContent()),
        chat.remembered(ChatBench.request(alice, "a", "ho")));
    assertEquals(Optional.empty(), chat.remembered(ChatBench.request(alice, "b", "hi")));
  }

  @Test
  void aRequestIsForgottenAfterItsAgeByCommandTime() {
    send(alice, "a", "hi");
    chat.pass(AGE_MS);
    assertTrue(send(alice, "a", "hi").repeat());
    chat.pass(1);
    assertEquals(new Outcome.Sent(5, direct, 2, chat.now()), send(alice, "a", "hi").outcome());
  }

  @Test
  void aRequestIsForgottenAfterTheAccountsOwnNewerOnes() {
    send(alice, "a", "hi");
    send(alice, "b", "hi");
    send(alice, "c", "hi");
    assertTrue(send(alice, "a", "hi").repeat());
    send(alice, "d", "hi");
    assertEquals(new Outcome.Sent(8, direct, 5, chat.now()), send(alice, "a", "hi").outcome());
    assertTrue(send(alice, "c", "hi").repeat());
  }

  @Test
  void repeatsAndMisuseDoNotCountAsNewerOnes() {
    send(alice, "a", "hi");
    for (int i = 0; i < 2 * KEPT; i++) {
      send(alice, "a", "ho");
      send(alice, "a", "hi");
    }
    assertTrue(send(alice, "a", "hi").repeat());
  }

  @Test
  void aRequestIsForgottenAfterEverybodysNewerOnes() {
    send(alice, "a", "hi");
    for (int i = 0; i < KEPT_TOTAL - 1; i++) {
      chat.account("user" + i);
    }
    assertTrue(send(alice, "a", "hi").repeat());
    chat.account("one-more");
    assertEquals(2, ((Outcome.Sent) send(alice, "a", "hi").outcome()).seq());
  }

  @Test
  void theMemorySurvivesARestart() {
    Applied first = send(alice, "a", "hi");
    Applied refused = chat.leave(alice, 99);
    chat.restart();
    assertEquals(new Applied(first.outcome(), true, List.of()), send(alice, "a", "hi"));
    assertEquals(
        Optional.of(new Remembered.First(refused.outcome())),
        chat.remembered(ChatBench.request(alice, "own-" + refused.outcome().id(), "")));
  }
}

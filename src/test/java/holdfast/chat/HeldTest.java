package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What is not forgotten while a member is outside.
final class HeldTest {
  private static final long AGE_MS = 1_000;
  private static final int KEPT = 3;
  private static final int KEPT_TOTAL = 40;

  private final ChatBench chat = new ChatBench(new ChatLimits(AGE_MS, KEPT, KEPT_TOTAL, 10, 10));
  private final long alice = chat.account("alice");

  private Command.Send note(String requestId) {
    return new Command.Send(
        chat.now(),
        ChatBench.request(alice, requestId, "x"),
        ConversationId.direct(alice, alice),
        "note",
        Optional.empty());
  }

  private boolean isRemembered(String requestId) {
    boolean before = chat.remembered(ChatBench.request(alice, requestId, "x")).isPresent();
    chat.restart();
    assertEquals(
        before,
        chat.remembered(ChatBench.request(alice, requestId, "x")).isPresent(),
        "the same after a restart");
    return before;
  }

  private void members(boolean outside) {
    chat.apply(new Command.Members(chat.now(), outside));
  }

  private void others(int count) {
    for (int i = 0; i < count; i++) {
      chat.apply(note("other " + chat.lastId()));
    }
  }

  @Test
  void aRequestIsForgottenNeitherForItsAgeNorForThoseAfterItWhileSomebodyIsOutside() {
    chat.apply(note("before"));
    members(true);
    chat.apply(note("meanwhile"));
    others(2 * KEPT);
    chat.pass(5 * AGE_MS);
    others(1);
    assertTrue(isRemembered("before"));
    assertTrue(isRemembered("meanwhile"));
    assertTrue(chat.apply(note("meanwhile")).repeat());
  }

  @Test
  void whatWasTooOldAlreadyIsForgotten() {
    chat.apply(note("old"));
    chat.pass(AGE_MS + 1);
    members(true);
    assertFalse(isRemembered("old"));
  }

  @Test
  void afterAllAreInForgettingGoesOnOnlyAfterAnotherSpan() {
    members(true);
    chat.apply(note("meanwhile"));
    others(2 * KEPT);
    chat.pass(5 * AGE_MS);
    members(false);
    chat.pass(AGE_MS - 1);
    others(1);
    assertTrue(isRemembered("meanwhile"), "whoever came back may still bring it in");
    chat.pass(1);
    others(1);
    assertFalse(isRemembered("meanwhile"));
    assertFalse(chat.apply(note("meanwhile")).repeat());
  }

  @Test
  void somebodyOutsideAgainAtOnceKeepsWhatWasKept() {
    chat.apply(note("before"));
    members(true);
    chat.pass(5 * AGE_MS);
    members(false);
    chat.pass(AGE_MS / 2);
    members(true);
    chat.pass(5 * AGE_MS);
    others(1);
    assertTrue(isRemembered("before"));
  }

  @Test
  void aListThatChangesNothingAboutThatMovesNothing() {
    members(false);
    assertEquals(Held.NOTHING, chat.state.held());
    members(true);
    Held held = chat.state.held();
    assertEquals(new Held(3, chat.now(), 0), held);
    assertEquals(OptionalLong.of(2), held.index(), "the last at which all were in");
    chat.pass(10);
    members(true);
    assertEquals(held, chat.state.held());
    members(false);
    assertEquals(OptionalLong.empty(), chat.state.held().index());
  }

  @Test
  void theMemoryIsFullBeforeWhatIsHeldWouldBeForgotten() {
    chat.apply(note("just before"));
    others(KEPT_TOTAL);
    assertFalse(isFull());
    chat.apply(note("just before it was known"));
    members(true);
    others(3 * KEPT_TOTAL / 4 - 1);
    assertFalse(isFull());
    others(1);
    assertTrue(isFull());
    assertTrue(isRemembered("just before it was known"));
    assertTrue(isFull(), "after a restart as well");
    members(false);
    assertFalse(isFull(), "it matters no more");
    others(KEPT_TOTAL);
    assertFalse(isRemembered("just before it was known"), "no more than this is ever kept");
  }

  private boolean isFull() {
    return chat.machine().isMemoryFull();
  }
}

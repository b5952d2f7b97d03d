package holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.ServerEvent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventGateTest {
  private final EventGate gate = new EventGate();

  private static ServerEvent message(String conversation, long seq, String cursor) {
    return new ServerEvent.Message(
        conversation, seq, "bob", "hi", 0, Optional.empty(), Optional.empty(), cursor);
  }

  @Test
  void theCursorIsThatOfTheLastEvent() {
    gate.restart("c0");
    assertEquals(Optional.of("c0"), gate.cursor());
    gate.admit(message("#a", 1, "c1"));
    gate.admit(new ServerEvent.Read("#a", "bob", 1, "c2"));
    assertEquals(Optional.of("c2"), gate.cursor());
    gate.admit(new ServerEvent.Cluster(Optional.empty(), 1, List.of(), false));
    assertEquals(Optional.of("c2"), gate.cursor());
  }

  @Test
  void messagesAreOnceAConversation() {
    assertTrue(gate.admit(message("#a", 5, "c1")));
    assertTrue(gate.admit(message("#b", 5, "c2")));
    assertFalse(gate.admit(message("#a", 5, "c3")));
    assertFalse(gate.admit(message("#a", 4, "c4")));
    assertTrue(gate.admit(message("#a", 6, "c5")));
  }

  @Test
  void aRepeatDoesNotMoveTheCursor() {
    gate.admit(message("#a", 1, "c1"));
    gate.admit(message("#a", 2, "c2"));
    assertFalse(gate.admit(message("#a", 1, "c1")));
    assertEquals(Optional.of("c2"), gate.cursor());
  }

  @Test
  void otherEventsAreOnceAPlace() {
    assertTrue(gate.admit(new ServerEvent.Room("#a", "joined", "bob", "bob", Optional.empty(), Optional.empty(), "c1")));
    assertFalse(gate.admit(new ServerEvent.Room("#a", "joined", "bob", "bob", Optional.empty(), Optional.empty(), "c1")));
    assertTrue(gate.admit(new ServerEvent.Room("#a", "left", "bob", "bob", Optional.empty(), Optional.empty(), "c2")));
  }

  @Test
  void aNewStreamMayBeginWithLowerNumbers() {
    gate.admit(message("#a", 9, "c9"));
    gate.restart("d0");
    assertTrue(gate.admit(message("#a", 3, "d1")));
  }

  @Test
  void theConversationsRememberedAreBounded() {
    gate.admit(message("#first", 1, "x"));
    for (int i = 0; i < EventGate.CONVERSATIONS_MAX - 1; i++) {
      gate.admit(message("#room" + i, 1, "c" + i));
    }
    assertFalse(gate.admit(message("#first", 1, "y")), "the limit is below what it says");
    for (int i = 0; i < EventGate.CONVERSATIONS_MAX; i++) {
      gate.admit(message("#other" + i, 1, "d" + i));
    }
    assertTrue(gate.admit(message("#first", 1, "z")), "nothing was forgotten");
  }
}

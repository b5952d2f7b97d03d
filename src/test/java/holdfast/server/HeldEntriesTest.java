package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Event;
import holdfast.wire.Ack;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeldEntriesTest {
  private static final long NOW = Long.MAX_VALUE - 3;
  private static final long DUE = NOW + HeldEntries.HOLD_NANOS;
  private static final long TICK = ReplicaLoop.TICK_NANOS;

  private final HeldEntries held = new HeldEntries();

  @Test
  void whereNothingIsHeldBackNothingIsDue() {
    assertFalse(held.due(NOW));
    assertEquals(TICK, held.restNanos(NOW, TICK));
    held.look(false, NOW);
    assertFalse(held.due(DUE));
    assertEquals(TICK, held.restNanos(DUE, TICK));
  }

  @Test
  void theFirstEntryCountsNotTheLast() {
    held.look(true, NOW);
    held.look(true, DUE - 1);
    assertFalse(held.due(DUE - 1));
    assertEquals(1, held.restNanos(DUE - 1, TICK));
    assertTrue(held.due(DUE));
    assertEquals(0, held.restNanos(DUE + 1, TICK));
  }

  @Test
  void aSoonerTickIsWaitedForInItsPlace() {
    held.look(true, NOW);
    assertEquals(5, held.restNanos(NOW, 5));
    assertEquals(0, held.restNanos(NOW, 0));
  }

  @Test
  void whatIsHeldBackAfterASendingHasItsOwnTime() {
    held.look(true, NOW);
    held.look(false, DUE);
    assertFalse(held.due(DUE));
    held.look(true, DUE + 7);
    assertFalse(held.due(DUE + 7));
    assertTrue(held.due(DUE + 7 + HeldEntries.HOLD_NANOS));
  }

  @Test
  void whatIsDueAndWhatAWriteForAllWaitsForIsSent() {
    List<Event> events = new ArrayList<>();
    held.addDue(events, NOW);
    held.look(true, NOW);
    held.addDue(events, DUE - 1);
    held.addFor(Ack.MAJORITY, events);
    held.addFor(Ack.PRIMARY, events);
    assertEquals(List.of(), events);
    held.addDue(events, DUE);
    assertEquals(List.of(new Event.SendHeld()), events);
    held.look(false, DUE);
    held.addFor(Ack.ALL, events);
    assertEquals(List.of(new Event.SendHeld(), new Event.SendHeld()), events);
  }
}

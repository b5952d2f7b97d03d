package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.check.Check;
import holdfast.replication.Timeline;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimelinesTest {
  /// The first timeline up to 99, server 3's first from 100, an operator's second from 140 on.
  private static final Timelines HISTORY = new Timelines(List.of(id(1, 3, 100), id(2, 0, 140)));

  private static long id(int number, int founder, long index) {
    return EntryId.of(new Timeline(number, founder).firstTerm(), index);
  }

  @Test
  void anIdIsLostIfAnotherTimelineIsInForceAtItsIndex() {
    assertFalse(HISTORY.isLost(id(0, 0, 1)));
    assertFalse(HISTORY.isLost(id(0, 0, 99)));
    assertTrue(HISTORY.isLost(id(0, 0, 100)), "where the next one begins");
    assertTrue(HISTORY.isLost(id(0, 0, 1_000)));
    assertTrue(HISTORY.isLost(id(1, 2, 120)), "another founder's");
    assertTrue(HISTORY.isLost(id(1, 4, 120)));
    assertFalse(HISTORY.isLost(id(1, 3, 139)));
    assertTrue(HISTORY.isLost(id(1, 3, 140)));
    assertFalse(HISTORY.isLost(id(2, 0, 140)));
    assertFalse(HISTORY.isLost(id(2, 0, 1_000)), "it may yet come");
    assertTrue(HISTORY.isLost(id(2, 0, 120)), "it never was there");
    assertFalse(HISTORY.isLost(id(2, 1, 150)), "nor is a timeline lost that may yet come");
    assertFalse(HISTORY.isLost(0), "no command's");
  }

  @Test
  void oneGoesOnFromWhatIsNotLostUnlessAnOperatorCameBetween() {
    Timelines alone = new Timelines(List.of(id(1, 3, 100)));
    assertTrue(alone.goesOnFrom(id(0, 0, 99)));
    assertFalse(alone.goesOnFrom(id(0, 0, 100)));
    assertTrue(alone.goesOnFrom(id(1, 3, 100)));
    assertTrue(alone.goesOnFrom(0));
    assertFalse(HISTORY.goesOnFrom(id(0, 0, 99)));
    assertFalse(HISTORY.goesOnFrom(id(1, 3, 139)));
    assertTrue(HISTORY.goesOnFrom(id(2, 0, 140)));
    assertTrue(HISTORY.goesOnFrom(0));
  }

  @Test
  void oneWaitsForTheCommandOrForWhatTookItsPlace() {
    assertEquals(99, HISTORY.indexOf(id(0, 0, 99)));
    assertEquals(100, HISTORY.indexOf(id(0, 0, 1_000)), "where its timeline ended");
    assertEquals(100, HISTORY.indexOf(id(1, 2, 120)));
    assertEquals(140, HISTORY.indexOf(id(1, 4, 120)), "the first later one");
    assertEquals(140, HISTORY.indexOf(id(1, 3, 150)));
    assertEquals(150, HISTORY.indexOf(id(2, 0, 150)));
    assertEquals(140, HISTORY.indexOf(id(2, 0, 120)));
    assertEquals(Long.MAX_VALUE, HISTORY.indexOf(id(2, 1, 1)), "not come to yet");
  }

  @Test
  void eachIndexHasOneIdInAHistory() {
    assertEquals(id(0, 0, 99), HISTORY.idAt(99));
    assertEquals(id(1, 3, 100), HISTORY.idAt(100));
    assertEquals(id(2, 0, 500), HISTORY.idAt(500));
    assertEquals(7, Timelines.FIRST.idAt(7));
    assertEquals(EntryId.timelineOf(id(2, 0, 1)), HISTORY.latest());
  }

  @Test
  void timelinesFollowEachOther() {
    assertEquals(HISTORY, new Timelines(List.of(id(1, 3, 100))).with(id(2, 0, 140)));
    assertThrows(Check.Broken.class, () -> HISTORY.with(id(2, 0, 150)));
    assertThrows(Check.Broken.class, () -> HISTORY.with(id(3, 0, 140)));
  }

  @Test
  void theMachineNotesWhereEachTimelineBegins() {
    MemoryChatState state = new MemoryChatState();
    ChatMachine machine = new ChatMachine(state, ChatLimits.defaults());
    machine.apply(1, new Command.Noop());
    machine.apply(id(1, 3, 2), new Command.Members(5, true));
    machine.apply(id(1, 3, 3), new Command.Noop());
    machine = new ChatMachine(state, ChatLimits.defaults());
    machine.apply(id(1, 3, 4), new Command.Noop());
    machine.apply(id(2, 0, 5), new Command.Members(5, true));
    assertEquals(List.of(id(1, 3, 2), id(2, 0, 5)), state.timelines().firstIds());
  }
}

package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.replication.ServerId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SnapshotTurnsTest {
  private static final ServerId TWO = new ServerId(2);
  private static final ServerId THREE = new ServerId(3);
  private static final long PAUSE = SnapshotTurns.PAUSE_NANOS_MIN;

  private final SnapshotTurns turns = new SnapshotTurns();

  @Test
  void whoeverWantsOneForTheFirstTimeGetsItAtOnce() {
    assertEquals(Optional.of(TWO), turns.next(List.of(TWO, THREE), 0));
    assertEquals(Optional.empty(), turns.next(List.of(), 0));
  }

  @Test
  void whoeverDoesNotCatchUpWaitsEverLonger() {
    long now = -5;
    long pause = PAUSE;
    for (int times = 1; times <= 12; times++) {
      turns.begun(TWO, now);
      assertEquals(times, turns.timesTried(TWO));
      assertEquals(Optional.empty(), turns.next(List.of(TWO), now + pause - 1));
      now += pause;
      assertEquals(Optional.of(TWO), turns.next(List.of(TWO), now));
      pause = Math.min(2 * pause, SnapshotTurns.PAUSE_NANOS_MAX);
    }
    assertEquals(SnapshotTurns.PAUSE_NANOS_MAX, pause);
  }

  @Test
  void whileOneWaitsAnotherIsServed() {
    turns.begun(TWO, 0);
    assertEquals(Optional.of(THREE), turns.next(List.of(TWO, THREE), 1));
  }

  @Test
  void whoeverCaughtUpBeginsAfresh() {
    turns.begun(TWO, 0);
    turns.begun(TWO, PAUSE);
    turns.caughtUp(TWO);
    assertEquals(Optional.of(TWO), turns.next(List.of(TWO), PAUSE));
    turns.begun(TWO, PAUSE);
    assertEquals(Optional.of(TWO), turns.next(List.of(TWO), 2 * PAUSE));
  }
}

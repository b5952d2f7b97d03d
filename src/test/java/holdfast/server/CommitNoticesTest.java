package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Envelope;
import holdfast.replication.LogPosition;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CommitNoticesTest {
  private static final long NOW = -5;
  private static final long TERM = 3;
  private static final ServerId TWO = new ServerId(2);
  private static final ServerId THREE = new ServerId(3);

  private final CommitNotices notices = new CommitNotices();

  private static PeerMessage.Commit commit(long index) {
    return new PeerMessage.Commit(TERM, index);
  }

  private boolean holds(ServerId to, PeerMessage message, long now) {
    return notices.holds(new Envelope(to, message), now);
  }

  private static final PeerMessage REPLICATE =
      new PeerMessage.Replicate(TERM, new LogPosition(8, TERM), List.of(), 8);

  @Test
  void aCommitWaitsItsTimeAndSaysTheLatestThen() {
    assertTrue(holds(TWO, commit(7), NOW));
    assertTrue(holds(TWO, commit(8), NOW + CommitNotices.HOLD_NANOS - 1));
    assertEquals(1, notices.restNanos(NOW + CommitNotices.HOLD_NANOS - 1, 100));
    assertEquals(List.of(), notices.takeDue(NOW + CommitNotices.HOLD_NANOS - 1));
    assertEquals(
        List.of(Map.entry(TWO, commit(8))), notices.takeDue(NOW + CommitNotices.HOLD_NANOS));
    assertEquals(List.of(), notices.takeDue(NOW + 2 * CommitNotices.HOLD_NANOS));
    assertEquals(100, notices.restNanos(NOW, 100));
  }

  @Test
  void whatElseTellsItIsSentInItsPlace() {
    holds(TWO, commit(7), NOW);
    holds(THREE, commit(7), NOW);
    assertFalse(holds(TWO, REPLICATE, NOW));
    assertEquals(
        List.of(Map.entry(THREE, commit(7))), notices.takeDue(NOW + CommitNotices.HOLD_NANOS));
    holds(TWO, commit(9), NOW);
    assertFalse(holds(TWO, new PeerMessage.Heartbeat(TERM, 9, 1), NOW));
    assertFalse(holds(THREE, new PeerMessage.TakeOver(TERM), NOW));
    assertEquals(List.of(), notices.takeDue(NOW + CommitNotices.HOLD_NANOS));
  }

  @Test
  void aBackupWhoseClientsWaitIsToldAtOnce() {
    holds(TWO, commit(7), NOW);
    holds(THREE, commit(7), NOW);
    notices.asked(TWO, NOW);
    assertEquals(0, notices.restNanos(NOW, 100));
    assertEquals(List.of(Map.entry(TWO, commit(7))), notices.takeDue(NOW));
    assertFalse(holds(TWO, commit(8), NOW + CommitNotices.ASKED_NANOS - 1));
    assertTrue(holds(TWO, commit(9), NOW + CommitNotices.ASKED_NANOS));
  }

  @Test
  void anotherTermBeginsWithNothing() {
    notices.asked(TWO, NOW);
    holds(THREE, commit(7), NOW);
    notices.clear();
    assertEquals(List.of(), notices.takeDue(NOW + CommitNotices.HOLD_NANOS));
    assertTrue(holds(TWO, commit(1), NOW));
  }
}

package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.transport.PeerInbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class IntakeTest {
  /// Never waited for: a test that would need it fails by its own time-out.
  private static final long EVER = Duration.ofHours(1).toNanos();

  private final Intake intake = new Intake(new PeerInbox());
  private final List<String> ran = new ArrayList<>();

  private static long later() {
    return System.nanoTime() + EVER;
  }

  @Test
  void eachKindRunsInItsOrderAndPeersBeforeClients() {
    intake.offer(() -> ran.add("client 1"));
    intake.offerFromPeer(() -> ran.add("peer 1"));
    intake.offer(() -> ran.add("client 2"));
    intake.offerFromPeer(() -> ran.add("peer 2"));
    intake.runUntil(later());
    assertEquals(List.of("peer 1", "peer 2", "client 1", "client 2"), ran);
  }

  @Test
  void afterTheDeadlineNothingIsBegunAndNothingIsLost() {
    intake.offerFromPeer(() -> ran.add("peer"));
    intake.offer(() -> ran.add("client"));
    intake.runUntil(System.nanoTime());
    assertEquals(List.of(), ran);
    intake.await(EVER);
    intake.runUntil(later());
    assertEquals(List.of("peer", "client"), ran);
  }

  @Test
  void aPeersTaskOvertakesAFloodOfClients() {
    IntStream.range(0, 2 * Intake.BATCH_MAX).forEach(i -> intake.offer(() -> ran.add("client")));
    intake.runUntil(later());
    assertEquals(Intake.BATCH_MAX, ran.size(), "a bounded part of the flood");
    intake.offerFromPeer(() -> ran.add("peer"));
    intake.runUntil(later());
    assertEquals("peer", ran.get(Intake.BATCH_MAX));
    assertEquals(2 * Intake.BATCH_MAX + 1, ran.size());
  }

  @Test
  void whatComesWhileNobodyLooksEndsTheWait() throws Exception {
    FutureTask<Void> consumer =
        new FutureTask<>(() -> {
          while (ran.size() < 1_000) {
            intake.await(EVER);
            intake.runUntil(later());
          }
          return null;
        });
    Thread.ofPlatform().start(consumer);
    for (int i = 0; i < 500; i++) {
      intake.offer(() -> ran.add("client"));
      intake.offerFromPeer(() -> ran.add("peer"));
    }
    consumer.get();
    assertEquals(1_000, ran.size());
  }

  @Test
  void aFullQueueHoldsUpWhoeverBringsMoreUntilItIsClosed() throws Exception {
    IntStream.range(0, Intake.QUEUE_MAX).forEach(i -> intake.offer(() -> {}));
    FutureTask<Boolean> another = new FutureTask<>(() -> intake.offer(() -> {}));
    Thread.ofVirtual().start(another);
    assertTrue(intake.offerFromPeer(() -> {}), "peers have a queue of their own");
    intake.close();
    assertFalse(another.get());
    assertFalse(intake.isOpen());
    assertFalse(intake.offer(() -> {}));
  }

  @Test
  void whoeverBringsTooManyBytesWaitsForThoseBeforeToRun() throws Exception {
    assertTrue(intake.offer(() -> ran.add("first"), Intake.BYTES_MAX - 10));
    FutureTask<Boolean> another = new FutureTask<>(() -> intake.offer(() -> ran.add("second"), 11));
    Thread.ofVirtual().start(another);
    assertTrue(intake.offer(() -> ran.add("small"), 10), "what fits goes ahead");
    intake.runUntil(later());
    assertTrue(another.get());
    intake.runUntil(later());
    assertTrue(intake.offer(() -> ran.add("larger than all"), Integer.MAX_VALUE));
    intake.runUntil(later());
    assertEquals(List.of("first", "small", "second", "larger than all"), ran);
  }

  @Test
  void closingWakesWhoeverWaits() {
    Thread.ofVirtual().start(intake::close);
    while (intake.isOpen()) {
      intake.await(EVER);
    }
    assertFalse(intake.isOpen());
  }
}

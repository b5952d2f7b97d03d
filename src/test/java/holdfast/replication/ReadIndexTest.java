package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.RequestVote;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Linearizable reads by read index (thesis §6.4).
final class ReadIndexTest {
  private static final ReplicaSettings SETTINGS = TestServer.SETTINGS;

  @Test
  void aReadWaitsForARoundBegunAfterItArrived() {
    TestServer server = TestServer.settled(3);
    server.tick(SETTINGS.heartbeatTicks());
    long before = server.lastRound(2);
    server.step(new Event.ReadRequested(7));
    assertEquals(before + 1, server.lastRound(2));
    server.acknowledgeRound(2, before);
    server.acknowledgeRound(3, before);
    assertEquals(List.of(), server.takeAnswers());
    server.acknowledgeRound(2, before + 1);
    assertEquals(List.of(new Answer.ReadReady(7, 2)), server.takeAnswers());
    server.acknowledgeRound(3, before + 1);
    assertEquals(List.of(), server.takeAnswers(), "answered once");
  }

  @Test
  void aLaterRoundConfirmsAReadToo() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.ReadRequested(7));
    server.takeSent();
    server.tick(SETTINGS.heartbeatTicks());
    server.acknowledgeLastRound(3);
    assertEquals(List.of(new Answer.ReadReady(7, 2)), server.takeAnswers());
  }

  @Test
  void allReadsOfAStepShareOneRound() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.ReadRequested(7), new Event.ReadRequested(8));
    assertEquals(1, server.sentTo(2, Heartbeat.class).size());
    server.acknowledgeLastRound(2);
    assertEquals(
        List.of(new Answer.ReadReady(7, 2), new Answer.ReadReady(8, 2)), server.takeAnswers());
  }

  @Test
  void aReadWaitsUntilThePrimaryHasCommittedInItsOwnTerm() {
    TestServer server = TestServer.primary(3);
    server.step(new Event.ReadRequested(7));
    assertEquals(List.of(), server.sentTo(2, Heartbeat.class));
    server.tick(SETTINGS.heartbeatTicks());
    server.acknowledgeLastRound(2);
    assertEquals(List.of(), server.takeAnswers());
    server.takeSent();
    server.acknowledge(2);
    server.acknowledgeLastRound(2);
    assertEquals(List.of(new Answer.ReadReady(7, 2)), server.takeAnswers());
  }

  @Test
  void readsThatWaitAreRefusedWhenThePrimaryStepsDown() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.ReadRequested(7));
    server.step(new Event.ReadRequested(8));
    server.receive(2, new RequestVote(3, false, true, at(2, 2)));
    assertEquals(
        List.of(new Answer.ReadRefused(7), new Answer.ReadRefused(8)), server.takeAnswers());
  }

  @Test
  void moreWaitingReadsThanTheBoundAreRefused() {
    TestServer server = TestServer.settled(3);
    List<Event> reads = new ArrayList<>();
    for (int i = 0; i <= ReadIndexes.WAITING_MAX; i++) {
      reads.add(new Event.ReadRequested(i));
    }
    server.step(reads.toArray(new Event[0]));
    assertEquals(List.of(new Answer.ReadRefused(ReadIndexes.WAITING_MAX)), server.takeAnswers());
    server.acknowledgeLastRound(2);
    assertEquals(ReadIndexes.WAITING_MAX, server.takeAnswers().size());
    server.step(new Event.ReadRequested(7));
    server.acknowledgeLastRound(2);
    assertEquals(List.of(new Answer.ReadReady(7, 2)), server.takeAnswers());
  }

  @Test
  void oneVoterAloneConfirmsAReadAtOnceButNotBeforeItsOwnTermIsCommitted() {
    TestServer server = TestServer.founded(1, 1);
    server.holdSyncs();
    server.tick(1);
    server.step(new Event.ReadRequested(7));
    server.syncAll();
    assertEquals(List.of(new Answer.ReadReady(7, 2)), server.takeAnswers());
    server.step(new Event.ReadRequested(8));
    assertEquals(List.of(new Answer.ReadReady(8, 2)), server.takeAnswers());
  }
}

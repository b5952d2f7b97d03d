package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.TakeOver;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The planned hand-over, at the primary (thesis §3.10). Its successor: `PreVoteTest`.
final class TakeOverTest {
  private static final ReplicaSettings SETTINGS = TestServer.SETTINGS;

  @Test
  void theSuccessorIsAskedOnceItHasEverything() {
    TestServer server = TestServer.settled(3);
    server.propose(1, "a");
    server.takeSent();
    server.step(new Event.TakeOverRequested(Optional.of(id(3))));
    assertTrue(server.replica().handingOver());
    assertEquals(List.of(), server.sentTo(3, TakeOver.class));
    server.acknowledge(3);
    assertEquals(List.of(new TakeOver(2)), server.sentTo(3, TakeOver.class));
    assertEquals(List.of(), server.sentTo(2, TakeOver.class));
  }

  @Test
  void aPrimaryThatHandsOverTakesNoProposalsButGoesOnReplicatingAndReading() {
    TestServer server = TestServer.settled(3);
    server.propose(1, "a");
    server.step(new Event.TakeOverRequested(Optional.of(id(3))));
    server.takeAnswers();
    server.takeSent();
    server.propose(2, "b");
    server.step(new Event.ReadRequested(7));
    server.acknowledgeLastRound(2);
    assertEquals(
        List.of(new Answer.Refused(2, Answer.Reason.HANDING_OVER), new Answer.ReadReady(7, 2)),
        server.takeAnswers());
    server.acknowledge(2);
    assertEquals(3, server.replica().commitIndex());
  }

  @Test
  void theMostCaughtUpVoterThatIsUpTakesOver() {
    TestServer server = TestServer.primary(5);
    server.tick(SETTINGS.heartbeatTicks());
    server.acknowledgeLastRound(2);
    server.acknowledgeLastRound(3);
    server.acknowledgeLastRound(4);
    server.acknowledge(3);
    server.acknowledge(5);
    server.propose(1, "a");
    server.acknowledge(5);
    server.takeSent();
    server.step(new Event.TakeOverRequested(Optional.empty()));
    server.acknowledge(2);
    server.acknowledge(3);
    server.acknowledge(4);
    assertEquals(1, server.sentTo(3, TakeOver.class).size(), "5 has more, but is not up");
    assertEquals(List.of(), server.sentTo(5, TakeOver.class));
  }

  @Test
  void withNobodyToTakeOverThePrimaryGoesOn() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.TakeOverRequested(Optional.empty()));
    assertFalse(server.replica().handingOver(), "nobody is up");
    server.step(new Event.TakeOverRequested(Optional.of(id(9))));
    assertFalse(server.replica().handingOver(), "no member");
    server.step(new Event.TakeOverRequested(Optional.of(id(1))));
    assertFalse(server.replica().handingOver(), "itself");
  }

  @Test
  void withoutANewTermWithinAnElectionTimeoutThePrimaryResumes() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.TakeOverRequested(Optional.of(id(3))));
    for (int i = 0; i < SETTINGS.electionTicksMax(); i++) {
      assertTrue(server.replica().handingOver(), "after " + i + " ticks");
      server.tick(1);
      if (!server.sentTo(2, Heartbeat.class).isEmpty()) {
        server.acknowledgeLastRound(2);
      }
    }
    assertFalse(server.replica().handingOver());
    server.propose(2, "b");
    assertEquals(List.of(new Answer.Appended(2, at(3, 2))), server.takeAnswers());
  }

  @Test
  void theSuccessorIsAskedAgainWithEveryHeartbeatInterval() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.TakeOverRequested(Optional.of(id(3))));
    server.tick(2 * SETTINGS.heartbeatTicks());
    assertEquals(3, server.sentTo(3, TakeOver.class).size());
  }

  @Test
  void theDeathOfTheSuccessorEndsTheHandOver() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.TakeOverRequested(Optional.of(id(3))));
    server.step(new Event.PeerDied(id(2)));
    assertTrue(server.replica().handingOver());
    server.step(new Event.PeerDied(id(3)));
    assertFalse(server.replica().handingOver());
  }
}

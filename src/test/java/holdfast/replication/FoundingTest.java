package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The founding of a cluster (DESIGN section 5).
final class FoundingTest {
  @Test
  void aPrimaryWithAnEmptyLogAsksForTheFoundingEntryAndTakesNothingBefore() {
    TestServer server = TestServer.fresh(3);
    server.winElection();
    assertTrue(server.foundingWanted());
    assertEquals(LogPosition.NONE, server.replica().last(), "no opening entry either");
    server.propose(1, "a");
    assertEquals(List.of(new Answer.Refused(1, Answer.Reason.BUSY)), server.takeAnswers());
    server.tick(1);
    assertTrue(server.foundingWanted(), "in every step");
    server.step(new Event.Founded(bytes("members 1 2 3")));
    assertFalse(server.foundingWanted());
    assertEquals(at(1, 1), server.replica().last());
    assertTrue(server.replica().membership().founded());
  }

  @Test
  void aFoundingEntryThatIsNotWantedIsIgnored() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.Founded(bytes("members 1 2 3")));
    assertEquals(at(2, 2), server.replica().last());
    TestServer backup = TestServer.fresh(3);
    backup.step(new Event.Founded(bytes("members 1 2 3")));
    assertEquals(LogPosition.NONE, backup.replica().last());
  }

  @Test
  void aFoundingThatNoQuorumCouldEverCommitIsNotTaken() {
    TestServer server = TestServer.fresh(3);
    server.winElection();
    server.step(new Event.Founded(bytes("members 1 -2 -3")));
    assertTrue(server.foundingWanted());
    server.step(new Event.Founded(bytes("no members")));
    assertTrue(server.foundingWanted());
  }

  @Test
  void theFoundingEntryIsAnEntryOfTheOwnTerm() {
    TestServer server = TestServer.fresh(3);
    server.winElection();
    server.step(new Event.ReadRequested(7));
    server.step(new Event.Founded(bytes("members 1 2 3")));
    server.acknowledge(2);
    assertTrue(server.replica().committedInOwnTerm());
    server.acknowledgeLastRound(2);
    assertEquals(List.of(new Answer.ReadReady(7, 1)), server.takeAnswers());
  }
}

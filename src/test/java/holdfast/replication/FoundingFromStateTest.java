package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.bytes;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A cluster founded from a copied state: the log begins behind it, no membership is stated.
final class FoundingFromStateTest {
  private static final LogPosition STATE = at(10, 5);
  private static final long FIRST_TERM = 1_000;

  private final List<Envelope> sent = new ArrayList<>();
  private boolean foundingWanted;

  private Replica replica(int number, LogPosition begins) {
    long term = begins.equals(LogPosition.NONE) ? 0 : FIRST_TERM;
    return new Replica(
        id(number),
        TestServer.SETTINGS,
        new StoredLog(
            new HardState(term, Optional.empty()),
            begins,
            begins,
            List.of(),
            List.of(),
            TestLog.configured(3),
            begins.index()),
        (from, entries, bytes) -> List.of(),
        TestLog::membershipOf,
        TestLog.NOOP,
        new SplittableRandom(1));
  }

  private void step(Replica replica, Event event) {
    Effects effects = replica.step(event);
    sent.clear();
    sent.addAll(effects.sendBeforeSync());
    sent.addAll(effects.sendAfterSync());
    foundingWanted = effects.foundingWanted();
  }

  private Replica elected() {
    Replica replica = replica(1, STATE);
    while (replica.role() != Role.CANDIDATE) {
      step(replica, new Event.Tick(1));
    }
    vote(replica, true, FIRST_TERM + 1);
    vote(replica, false, FIRST_TERM + 1);
    assertEquals(Role.PRIMARY, replica.role());
    return replica;
  }

  private void vote(Replica replica, boolean preVote, long term) {
    step(
        replica,
        new Event.Received(id(2), new PeerMessage.VoteResponse(term, preVote, Optional.empty())));
  }

  @Test
  void theFirstPrimaryStatesTheMembersBeforeAnythingElse() {
    Replica replica = elected();
    assertTrue(foundingWanted);
    assertEquals(STATE, replica.last(), "no opening entry");
    step(replica, new Event.Founded(bytes("members 1 2 -3")));
    assertFalse(foundingWanted);
    assertEquals(new LogPosition(FIRST_TERM + 1, STATE.index() + 1), replica.last());
    assertEquals(
        TestLog.membership(STATE.index() + 1, FIRST_TERM + 1, "1 2 -3"), replica.membership());
  }

  @Test
  void anEmptyServerVotesForOneWithTheStateAndNeedsASnapshot() {
    Replica empty = replica(2, LogPosition.NONE);
    for (int i = 0; i < TestServer.SETTINGS.electionTicksMin(); i++) {
      step(empty, new Event.Tick(1));
    }
    step(
        empty,
        new Event.Received(
            id(1), new PeerMessage.RequestVote(FIRST_TERM + 1, false, false, STATE)));
    assertEquals(
        List.of(
            new Envelope(
                id(1), new PeerMessage.VoteResponse(FIRST_TERM + 1, false, Optional.empty()))),
        sent);
    Replica primary = elected();
    step(primary, new Event.Founded(bytes("members 1 2 -3")));
    step(
        primary,
        new Event.Received(
            id(2), new PeerMessage.ReplicateConflict(FIRST_TERM + 1, STATE.index(), at(1, 0))));
    assertEquals(List.of(id(2)), primary.lacking());
  }

  @Test
  void aServerWithTheStateVotesForNoneThatIsEmpty() {
    Replica replica = replica(1, STATE);
    for (int i = 0; i < TestServer.SETTINGS.electionTicksMin(); i++) {
      step(replica, new Event.Tick(1));
    }
    step(
        replica,
        new Event.Received(
            id(2), new PeerMessage.RequestVote(FIRST_TERM + 9, true, false, LogPosition.NONE)));
    assertEquals(
        List.of(
            new Envelope(
                id(2),
                new PeerMessage.VoteResponse(FIRST_TERM, true, Optional.of(Denial.NOT_FOUNDED)))),
        sent);
  }
}

package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.RequestVote;
import holdfast.replication.PeerMessage.TakeOver;
import holdfast.replication.PeerMessage.VoteResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Pre-vote (thesis §9.6), voters that hear a primary (thesis §4.2.3), and what counts as evidence
/// that a primary is gone (DESIGN section 4).
final class PreVoteTest {
  private static final int MIN = TestServer.SETTINGS.electionTicksMin();
  private static final int MAX = TestServer.SETTINGS.electionTicksMax();
  private static final int HEARTBEAT = TestServer.SETTINGS.heartbeatTicks();
  private static final int DIED = TestServer.SETTINGS.diedTicksMax();

  private static RequestVote preVote(long term, LogPosition last) {
    return new RequestVote(term, true, false, last);
  }

  private static RequestVote vote(long term, LogPosition last) {
    return new RequestVote(term, false, false, last);
  }

  private static VoteResponse preDenied(long term, Denial denial) {
    return new VoteResponse(term, true, Optional.of(denial));
  }

  /// Server 1 of a founded cluster, in term 1, that has just heard its primary 2.
  private static TestServer follower(int voters) {
    TestServer server = TestServer.founded(voters, 1);
    server.tick(3);
    server.receive(2, new Heartbeat(1, 1, 1));
    server.takeSent();
    return server;
  }

  private static Optional<Denial> answer(TestServer server, int candidate, RequestVote request) {
    server.takeSent();
    server.receive(candidate, request);
    return server.sentTo(candidate, VoteResponse.class).getLast().denial();
  }

  // ---- who asks

  @Test
  void aPreCandidateAsksForTheNextTermButDoesNotEnterIt() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    assertEquals(1, server.replica().term());
    assertEquals(new HardState(1, Optional.empty()), server.savedHardState());
    assertEquals(List.of(preVote(2, at(1, 1))), server.sentTo(2));
    assertEquals(List.of(preVote(2, at(1, 1))), server.sentTo(3));
    assertEquals(Optional.empty(), server.replica().primary());
  }

  @Test
  void aServerThatIsCutOffNeverRaisesItsTerm() {
    TestServer server = TestServer.founded(3, 1);
    server.tick(50 * MAX);
    assertEquals(1, server.replica().term());
  }

  @Test
  void aMajorityOfRefusalsMakesItABackupThatWaitsOn() {
    TestServer server = follower(3);
    server.timeOut();
    server.receive(2, preDenied(1, Denial.PRIMARY_ALIVE));
    assertEquals(Role.CANDIDATE, server.replica().role());
    server.receive(3, preDenied(1, Denial.PRIMARY_ALIVE));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role(), "a whole time-out");
    server.tick(MAX - MIN + 1);
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void aPreCandidateThatHearsItsPrimaryIsABackupAgain() {
    TestServer server = follower(3);
    server.timeOut();
    server.receive(2, new Heartbeat(1, 1, 2));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  @Test
  void aPreCandidateLearnsAHigherTermFromARefusal() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preDenied(4, Denial.STALE_TERM));
    assertEquals(new HardState(4, Optional.empty()), server.savedHardState());
    server.takeSent();
    server.tick(2 * DIED);
    assertEquals(preVote(5, at(1, 1)), server.sentTo(2).getFirst(), "and asks again soon");
  }

  @Test
  void aGrantOfAnotherTermThanAskedForDoesNotCount() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, new VoteResponse(7, true, Optional.empty()));
    assertEquals(1, server.replica().term());
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void aPreVoteIsNoVote() {
    TestServer server = TestServer.founded(5, 1);
    server.timeOut();
    server.receive(2, new VoteResponse(2, true, Optional.empty()));
    server.receive(3, new VoteResponse(2, true, Optional.empty()));
    assertEquals(2, server.replica().term());
    server.receive(4, new VoteResponse(2, true, Optional.empty()));
    server.receive(5, new VoteResponse(2, true, Optional.empty()));
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  // ---- who is asked

  @Test
  void grantingAPreVoteChangesNothing() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.takeSent();
    HardState before = server.savedHardState();
    server.receive(2, preVote(9, at(1, 1)));
    assertEquals(before, server.savedHardState());
    assertEquals(1, server.replica().term());
    assertEquals(
        List.of(new VoteResponse(9, true, Optional.empty())),
        server.sentTo(2),
        "a grant carries the term asked for");
    assertEquals(Optional.empty(), answer(server, 3, preVote(9, at(1, 1))), "any number");
  }

  @Test
  void aVoterThatHearsItsPrimaryRefusesAndKeepsItsTerm() {
    TestServer server = follower(3);
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, vote(2, at(1, 1))));
    assertEquals(1, server.sentTo(3).getFirst().term());
    assertEquals(new HardState(1, Optional.empty()), server.savedHardState());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  @Test
  void aPrimaryCountsAsHeardForTheMinimumElectionTimeout() {
    TestServer server = follower(3);
    server.tick(MIN - 1);
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(1);
    assertEquals(Optional.empty(), answer(server, 3, preVote(2, at(1, 1))));
    assertEquals(Optional.empty(), answer(server, 3, vote(2, at(1, 1))));
  }

  @Test
  void aVoterThatHasJustStartedTakesAPrimaryToBeAlive() {
    TestServer server = TestServer.founded(3, 1);
    server.tick(MIN - 1);
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, vote(2, at(1, 1))));
    server.tick(1);
    assertEquals(Optional.empty(), answer(server, 3, preVote(2, at(1, 1))));
  }

  @Test
  void aPrimaryRefusesToBeUnseated() {
    TestServer server = TestServer.founded(3, 1);
    server.winElection();
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(9, at(9, 9))));
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, vote(9, at(9, 9))));
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(2, server.replica().term());
  }

  @Test
  void aTakeOverIsVotedForThoughThePrimaryLives() {
    TestServer server = follower(3);
    assertEquals(Optional.empty(), answer(server, 3, new RequestVote(2, false, true, at(1, 1))));
    assertEquals(new HardState(2, Optional.of(id(3))), server.savedHardState());
  }

  @Test
  void aTakeOverStillNeedsALogThatWillDo() {
    TestServer server = TestServer.founded(3, 1, 1);
    assertEquals(
        Optional.of(Denial.LOG_BEHIND),
        answer(server, 3, new RequestVote(2, false, true, at(1, 1))));
  }

  /// Whoever asks for votes is no primary any more, however lately it was heard as one: a primary
  /// that had to step down for a higher term is back within a few messages (DESIGN rule 10.10).
  @Test
  void hearingACandidateAsPrimaryIsNoReasonToRefuseIt() {
    TestServer server = follower(3);
    assertEquals(Optional.empty(), answer(server, 2, preVote(4, at(1, 1))));
    assertEquals(Optional.empty(), answer(server, 2, vote(4, at(1, 1))));
  }

  @Test
  void aPrimaryThatStepsDownForAHigherTermStandsAgainAtOnce() {
    TestServer server = TestServer.founded(3, 1);
    server.winElection();
    server.receive(3, new HeartbeatAck(5, HeartbeatAck.NO_ROUND, 1, 1));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(new HardState(5, Optional.empty()), server.savedHardState());
    server.takeSent();
    server.tick(DIED);
    assertEquals(List.of(preVote(6, at(2, 2))), server.sentTo(2));
  }

  @Test
  void aPrimaryThatHeardNoQuorumAsksToBeElectedAgainSoon() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.Tick(500));
    assertEquals(Role.BACKUP, server.replica().role());
    server.tick(DIED);
    assertEquals(List.of(preVote(3, at(2, 2))), server.sentTo(2));
    assertEquals(2, server.replica().term());
    server.takeSent();
    server.tick(MIN - DIED);
    assertEquals(List.of(), server.sentTo(2), "once, if nobody answers");
  }

  @Test
  void aPrimaryThatWasReplacedWhileItWasPausedFollowsItsSuccessor() {
    TestServer server = TestServer.settled(3);
    server.step(new Event.Tick(500), new Event.Received(id(3), new Heartbeat(3, 1, 1)));
    server.tick(DIED + 1);
    assertEquals(List.of(), server.sentTo(2, RequestVote.class));
    assertEquals(Optional.of(id(3)), server.replica().primary());
  }

  @Test
  void aBackupDoesNotLeaveAPrimaryItHearsForATermItIsTold() {
    TestServer server = follower(3);
    server.receive(3, preDenied(8, Denial.STALE_TERM));
    server.receive(3, new HeartbeatAck(8, HeartbeatAck.NO_ROUND, 1, 1));
    assertEquals(1, server.replica().term());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  /// It has what the other lacks, so it is the one that can win.
  @Test
  void whoeverRefusesForTheLogStandsSoonItself() {
    TestServer server = withSilentPrimary(3);
    assertEquals(Optional.of(Denial.LOG_BEHIND), answer(server, 3, preVote(2, at(1, 1))));
    assertEquals(Role.BACKUP, server.replica().role(), "not at once");
    server.tick(DIED);
    assertEquals(Role.CANDIDATE, server.replica().role());
    assertEquals(1, server.replica().term());
  }

  /// Servers 3, 4 and 5 may elect one of themselves, whom a term more would only disturb.
  @Test
  void whereOthersCanElectItWaitsOn() {
    TestServer server = withSilentPrimary(5);
    assertEquals(Optional.of(Denial.LOG_BEHIND), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(DIED - 1);
    assertEquals(Role.BACKUP, server.replica().role());
    server.step(new Event.PeerDied(id(5)));
    assertEquals(Optional.of(Denial.LOG_BEHIND), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(DIED);
    assertEquals(Role.CANDIDATE, server.replica().role(), "with one of them dead it has to");
  }

  @Test
  void refusingForTheLogIsNoReasonToLeaveAPrimaryThatIsHeard() {
    TestServer server = withSilentPrimary(3);
    server.receive(2, new Heartbeat(1, 2, 2));
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  /// Server 1, with an entry more than others have, whose primary 2 has been silent for the
  /// shortest election timeout; its own is not over for a few ticks more.
  private static TestServer withSilentPrimary(int voters) {
    for (int seed = 0; ; seed++) {
      TestServer patient = follower(voters, seed);
      patient.tick(MIN + 2 * DIED);
      if (patient.replica().role() == Role.BACKUP) {
        TestServer server = follower(voters, seed);
        server.tick(MIN);
        return server;
      }
    }
  }

  private static TestServer follower(int voters, int seed) {
    TestServer server =
        new TestServer(
            id(1),
            TestLog.configured(voters),
            new HardState(1, Optional.empty()),
            TestLog.log(voters, 1, 1),
            1,
            TestServer.SETTINGS,
            seed);
    server.receive(2, new Heartbeat(1, 1, 1));
    return server;
  }

  // ---- evidence

  @Test
  void theDeathOfThePrimarysProcessStartsAnElectionWithinAFewTicks() {
    for (int seed = 0; seed < 20; seed++) {
      TestServer server =
          new TestServer(
              id(1),
              TestLog.configured(3),
              new HardState(1, Optional.empty()),
              TestLog.log(3, 1),
              1,
              TestServer.SETTINGS,
              seed);
      server.receive(2, new Heartbeat(1, 1, 1));
      server.step(new Event.PeerDied(id(2)));
      assertEquals(Optional.empty(), server.replica().primary());
      assertEquals(Role.BACKUP, server.replica().role(), "not at once");
      server.tick(DIED);
      assertEquals(Role.CANDIDATE, server.replica().role());
    }
  }

  @Test
  void theDeathOfAnotherProcessStartsNone() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(3)));
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
  }

  @Test
  void aVoterThatKnowsOfTheDeathDoesNotRefuse() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    assertEquals(Optional.empty(), answer(server, 3, preVote(2, at(1, 1))));
    assertEquals(Optional.empty(), answer(server, 3, vote(2, at(1, 1))));
  }

  @Test
  void aNewLinkToThePrimaryVoidsTheEvidence() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    server.step(new Event.PeerAlive(id(2)));
    assertEquals(Optional.of(id(2)), server.replica().primary());
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(2 * HEARTBEAT - 1);
    server.receive(2, new Heartbeat(1, 1, 2));
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  /// The process may be a new one, which is not primary any more.
  @Test
  void afterANewLinkThePrimaryHasTwoHeartbeatIntervalsToShowThatItIsOne() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    server.step(new Event.PeerAlive(id(2)));
    server.tick(2 * HEARTBEAT - 1);
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(1);
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.empty(), answer(server, 3, preVote(2, at(1, 1))));
    server.tick(DIED);
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  /// As a server that was restarted at once would: it answers, and asks, and is primary no more.
  @Test
  void otherMessagesOfADeadPrimaryDoNotVoidTheEvidence() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    server.receive(2, vote(1, at(1, 1)));
    server.receive(2, new HeartbeatAck(1, 1, 1, 1));
    server.receive(2, new Heartbeat(0, 0, 1));
    assertEquals(Optional.empty(), server.replica().primary());
    assertEquals(Optional.empty(), answer(server, 3, preVote(2, at(1, 1))));
  }

  @Test
  void aHeartbeatVoidsTheEvidence() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    server.receive(2, new Heartbeat(1, 1, 2));
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(Denial.PRIMARY_ALIVE), answer(server, 3, preVote(2, at(1, 1))));
  }

  @Test
  void aPreCandidateByEvidenceIsABackupAgainWhenTheEvidenceIsVoid() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    server.tick(DIED);
    server.step(new Event.PeerAlive(id(2)));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  /// The others may notice the death a moment later.
  @Test
  void aPreCandidateByEvidenceAsksAgainAndAgainEachTimeMoreRarely() {
    TestServer server = follower(5);
    server.step(new Event.PeerDied(id(2)));
    int asked = 0;
    int thirdTick = 0;
    int ticks = 30 * MAX;
    for (int tick = 1; tick <= ticks; tick++) {
      server.takeSent();
      server.tick(1);
      if (!server.sentTo(3, RequestVote.class).isEmpty()) {
        asked++;
        thirdTick = asked == 3 ? tick : thirdTick;
      }
    }
    assertTrue(thirdTick <= DIED + 2 * DIED + 4 * DIED, "the third time at tick " + thirdTick);
    assertTrue(asked >= 30, "at least every election time-out, and asked " + asked + " times");
    assertTrue(asked < ticks / 4, "and not every few ticks for ever: " + asked + " times");
  }

  @Test
  void afterAPrimaryWasHeardTheFirstAttemptIsQuickAgain() {
    TestServer server = follower(5);
    server.step(new Event.PeerDied(id(2)));
    server.tick(30 * MAX);
    server.receive(2, new Heartbeat(1, 1, 2));
    server.step(new Event.PeerDied(id(2)));
    server.tick(DIED);
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void aNewLinkAloneDoesNotMakeASilentPrimaryHeard() {
    TestServer server = follower(3);
    server.tick(MIN - 1);
    server.step(new Event.PeerDied(id(2)));
    server.step(new Event.PeerAlive(id(2)));
    server.tick(1);
    assertEquals(Optional.empty(), answer(server, 3, preVote(2, at(1, 1))));
  }

  @Test
  void aPreCandidateWithoutEvidenceAsksOnceInAnElectionTimeout() {
    TestServer server = follower(5);
    server.timeOut();
    server.takeSent();
    server.tick(MIN - 1);
    assertEquals(List.of(), server.sentTo(3));
  }

  @Test
  void nothingMoreIsExpectedOfAVoterThatDied() {
    TestServer server = follower(5);
    server.step(new Event.PeerDied(id(2)));
    server.step(new Event.PeerDied(id(3)));
    server.tick(DIED);
    assertEquals(Role.CANDIDATE, server.replica().role());
    server.receive(4, preDenied(1, Denial.PRIMARY_ALIVE));
    assertEquals(Role.BACKUP, server.replica().role(), "one more cannot make three of five");
  }

  /// The primary is alive, has lost its majority and stepped down; it may not be known to be dead.
  @Test
  void withAMajorityDeadABackupNamesThePrimaryFromBeforeNoLonger() {
    TestServer server = follower(5);
    for (int dead : new int[] {3, 4, 5}) {
      server.step(new Event.PeerDied(id(dead)));
    }
    assertEquals(Optional.of(id(2)), server.replica().primary(), "it may not know yet");
    server.tick(MAX);
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.empty(), server.replica().primary());
    server.receive(2, new Heartbeat(1, 1, 2));
    assertEquals(Optional.of(id(2)), server.replica().primary(), "unless it is heard again");
  }

  @Test
  void aVoterThatKnowsOfAPrimaryIsReasonEnoughToFollowTheOneFromBefore() {
    TestServer server = follower(5);
    server.step(new Event.PeerDied(id(4)));
    server.step(new Event.PeerDied(id(5)));
    server.tick(MAX);
    server.receive(3, preDenied(1, Denial.PRIMARY_ALIVE));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  @Test
  void votersThatRefuseForTheLogKnowOfNoPrimary() {
    TestServer server = follower(3);
    server.timeOut();
    server.receive(2, preDenied(1, Denial.LOG_BEHIND));
    server.receive(3, preDenied(1, Denial.LOG_BEHIND));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.empty(), server.replica().primary());
  }

  /// Whoever of the dead comes back is asked within a few ticks, and within an election time-out
  /// when they have been dead for long.
  @Test
  void withAMajorityDeadABackupAsksAgainAndAgainEachTimeMoreRarely() {
    TestServer server = follower(3);
    server.step(new Event.PeerDied(id(2)));
    server.step(new Event.PeerDied(id(3)));
    int asked = 0;
    int ticks = 30 * MAX;
    for (int tick = 1; tick <= ticks; tick++) {
      server.takeSent();
      server.tick(1);
      asked += server.sentTo(3, RequestVote.class).size();
    }
    assertTrue(asked >= 30, "at least every election time-out, and asked " + asked + " times");
    assertTrue(asked < ticks / 4, "and not every few ticks for ever: " + asked + " times");
  }

  // ---- the successor of a planned hand-over

  @Test
  void aBackupAskedToTakeOverStandsAtOnceWithoutAPreVote() {
    TestServer server = follower(3);
    server.receive(2, new TakeOver(1));
    assertEquals(new HardState(2, Optional.of(id(1))), server.savedHardState());
    assertEquals(
        List.of(new RequestVote(2, false, true, at(1, 1))), server.sentTo(2, RequestVote.class));
  }

  @Test
  void onlyThePrimaryOfThePresentTermCanAskToTakeOver() {
    TestServer server = follower(3);
    server.receive(3, new TakeOver(1));
    server.receive(2, new TakeOver(0));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(1, server.replica().term());
  }

  @Test
  void anElectionAfterATakeOverThatFailedIsAnOrdinaryOne() {
    TestServer server = follower(3);
    server.receive(2, new TakeOver(1));
    server.takeSent();
    server.tick(MAX);
    assertEquals(List.of(preVote(3, at(1, 1))), server.sentTo(3, RequestVote.class));
  }
}

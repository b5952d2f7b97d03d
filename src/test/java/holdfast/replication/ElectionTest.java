package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.Replicate;
import holdfast.replication.PeerMessage.RequestVote;
import holdfast.replication.PeerMessage.VoteResponse;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Leader election (Raft paper §5.2, §5.4.1; thesis §3.4, §3.6.1), rule by rule, at one server.
final class ElectionTest {
  private static final int MIN = TestServer.SETTINGS.electionTicksMin();
  private static final int MAX = TestServer.SETTINGS.electionTicksMax();

  private static VoteResponse granted(long term) {
    return new VoteResponse(term, false, Optional.empty());
  }

  private static VoteResponse preGranted(long term) {
    return new VoteResponse(term, true, Optional.empty());
  }

  private static VoteResponse denied(long term, Denial denial) {
    return new VoteResponse(term, false, Optional.of(denial));
  }

  private static RequestVote request(long term, LogPosition last) {
    return new RequestVote(term, false, false, last);
  }

  /// A backup in term 2 with a log of two entries, that has heard no primary for a while.
  private static TestServer lonelyVoter() {
    TestServer server = TestServer.founded(3, 1, 2);
    server.tick(MIN - 1);
    while (server.replica().role() == Role.BACKUP) {
      server.tick(1);
    }
    server.takeSent();
    return server;
  }

  private static Optional<Denial> answer(TestServer server, int candidate, RequestVote request) {
    server.takeSent();
    server.receive(candidate, request);
    return server.sentTo(candidate, VoteResponse.class).getLast().denial();
  }

  // ---- the start (§5.2: when servers start up, they begin as followers)

  @Test
  void aServerStartsAsABackupThatKnowsNoPrimaryWhateverItWasBefore() {
    TestServer server = TestServer.founded(3, 1);
    server.winElection();
    long term = server.replica().term();
    server.restart();
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.empty(), server.replica().primary());
    assertEquals(term, server.replica().term());
  }

  @Test
  void aBackupStandsForElectionWithinTheElectionTimeout() {
    TreeSet<Integer> seen = new TreeSet<>();
    for (int seed = 0; seed < 200; seed++) {
      TestServer server =
          new TestServer(
              id(1),
              TestLog.configured(3),
              new HardState(1, Optional.empty()),
              TestLog.log(3, 1),
              1,
              TestServer.SETTINGS,
              seed);
      int ticks = 0;
      while (server.replica().role() == Role.BACKUP) {
        server.tick(1);
        ticks++;
      }
      seen.add(ticks);
    }
    assertEquals(MIN, seen.first(), "never before the minimum, and at times right then");
    assertEquals(MAX, seen.last(), "never after the maximum, and at times only then");
    assertEquals(MAX - MIN + 1, seen.size(), "every time-out between occurs");
  }

  @Test
  void theElectionTimeoutIsDrawnAnewEachTime() {
    TestServer server = TestServer.founded(3, 1);
    TreeSet<Integer> seen = new TreeSet<>();
    int ticks = 0;
    for (int i = 0; i < 500; i++) {
      server.takeSent();
      server.tick(1);
      ticks++;
      if (!server.sentTo(2, RequestVote.class).isEmpty()) {
        seen.add(ticks);
        ticks = 0;
      }
    }
    assertTrue(seen.size() > 3, "always the same: " + seen);
  }

  @Test
  void hearingFromThePrimaryPutsTheElectionOff() {
    TestServer server = TestServer.founded(3, 1);
    for (int i = 0; i < 5 * MAX; i++) {
      server.tick(1);
      if (i % (MIN - 1) == 0) {
        server.receive(2, new Heartbeat(1, 1, i + 1));
      }
    }
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  // ---- candidates (§5.2)

  @Test
  void aCandidateIncrementsItsTermAndVotesForItself() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    assertEquals(new HardState(2, Optional.of(id(1))), server.savedHardState());
    assertEquals(List.of(request(2, at(1, 1))), server.sentTo(3, RequestVote.class).subList(1, 2));
  }

  @Test
  void termAndVoteAreOnDiskBeforeTheVotesAreAskedFor() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.takeSent();
    server.holdSyncs();
    server.receive(2, preGranted(2));
    assertEquals(List.of(), server.takeSent());
    server.syncAll();
    assertEquals(new HardState(2, Optional.of(id(1))), server.savedHardState());
    assertEquals(2, server.takeSent().size());
  }

  @Test
  void aMajorityOfVotesMakesAPrimary() {
    TestServer server = TestServer.founded(5, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(3, preGranted(2));
    server.receive(4, granted(2));
    assertEquals(Role.CANDIDATE, server.replica().role());
    server.receive(5, granted(2));
    assertEquals(Role.PRIMARY, server.replica().role());
  }

  @Test
  void anEvenNumberOfVotersNeedsOneMoreThanHalf() {
    TestServer server = TestServer.founded(4, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    assertEquals(1, server.replica().term());
    server.receive(3, preGranted(2));
    server.receive(2, granted(2));
    assertEquals(Role.CANDIDATE, server.replica().role());
    server.receive(3, granted(2));
    assertEquals(Role.PRIMARY, server.replica().role());
  }

  @Test
  void aVoteOfTheSameVoterCountsOnce() {
    TestServer server = TestServer.founded(5, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(2, preGranted(2));
    assertEquals(1, server.replica().term());
    server.receive(3, preGranted(2));
    server.receive(2, granted(2));
    server.receive(2, granted(2));
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void aVoteOfAnEarlierTermDoesNotCount() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.tick(MAX);
    server.receive(2, preGranted(3));
    assertEquals(3, server.replica().term());
    server.receive(2, granted(2));
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void onlyVotesOfVotersInTheCountersOwnMembershipCount() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(4, preGranted(2));
    server.receive(5, preGranted(2));
    assertEquals(1, server.replica().term());
    server.receive(2, preGranted(2));
    server.receive(4, granted(2));
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void aCandidateThatHearsAPrimaryOfItsTermFollowsIt() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(3, new Heartbeat(2, 0, 1));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(3)), server.replica().primary());
    assertEquals(2, server.replica().term());
  }

  @Test
  void aCandidateThatHearsNothingStartsOverWithAPreVote() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.takeSent();
    server.tick(MAX);
    assertEquals(Role.CANDIDATE, server.replica().role());
    assertEquals(2, server.replica().term());
    assertEquals(
        new RequestVote(3, true, false, at(1, 1)), server.sentTo(2, RequestVote.class).getFirst());
  }

  @Test
  void aCandidateWhoseVotesWereSplitStandsAgainSoon() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(2, denied(2, Denial.ALREADY_VOTED));
    assertEquals(Role.CANDIDATE, server.replica().role());
    server.receive(3, denied(2, Denial.ALREADY_VOTED));
    assertEquals(Role.BACKUP, server.replica().role());
    server.tick(2 * TestServer.SETTINGS.diedTicksMax());
    assertEquals(Role.CANDIDATE, server.replica().role(), "twice the shortest wait at most");
  }

  @Test
  void votesThatOnlyTheSilentPrimaryCouldDecideCountAsSplit() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(3, new Heartbeat(1, 0, 1));
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(2, denied(2, Denial.ALREADY_VOTED));
    assertEquals(Role.CANDIDATE, server.replica().role(), "its vote may still come");
    server.takeSent();
    server.tick(2 * TestServer.SETTINGS.diedTicksMax());
    assertEquals(
        new RequestVote(3, true, false, at(1, 1)), server.sentTo(2, RequestVote.class).getFirst());
  }

  @Test
  void theSilentPrimarysVoteStillDecidesIfItComes() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(3, new Heartbeat(1, 0, 1));
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(2, denied(2, Denial.ALREADY_VOTED));
    server.receive(3, granted(2));
    assertEquals(Role.PRIMARY, server.replica().role());
  }

  @Test
  void aCandidateWaitsForVotersThatNeverWerePrimary() {
    TestServer server = TestServer.founded(5, 1);
    server.receive(5, new Heartbeat(1, 0, 1));
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(3, preGranted(2));
    server.takeSent();
    server.receive(2, denied(2, Denial.ALREADY_VOTED));
    server.tick(MIN - 1);
    assertEquals(List.of(), server.takeSent());
    assertEquals(2, server.replica().term());
  }

  @Test
  void aCandidateWhoseLogWillNotDoWaitsAWholeTimeout() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(2, denied(2, Denial.LOG_BEHIND));
    server.receive(3, denied(2, Denial.LOG_BEHIND));
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void aLateRefusalDoesNotOutweighAGrant() {
    TestServer server = TestServer.founded(5, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(3, preGranted(2));
    server.receive(2, denied(1, Denial.PRIMARY_ALIVE));
    server.receive(2, granted(2));
    server.receive(2, denied(1, Denial.PRIMARY_ALIVE));
    server.receive(3, granted(2));
    assertEquals(Role.PRIMARY, server.replica().role());
  }

  @Test
  void aRefusalOfARequestFromAnEarlierTermIsNoRefusal() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(2, denied(2, Denial.STALE_TERM));
    server.receive(3, denied(2, Denial.STALE_TERM));
    assertEquals(Role.CANDIDATE, server.replica().role());
  }

  @Test
  void aRefusalTeachesTheHigherTerm() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.receive(3, denied(7, Denial.STALE_TERM));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(new HardState(7, Optional.empty()), server.savedHardState());
  }

  @Test
  void aServerThatDoesNotCountInItsOwnViewDoesNotStand() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(
        2, new Replicate(1, at(1, 1), List.of(TestLog.entry(2, 1, "members -1 2 3")), 1));
    server.takeSent();
    server.tick(10 * MAX);
    assertEquals(List.of(), server.takeSent());
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.empty(), server.replica().primary(), "and has lost its primary");
  }

  @Test
  void aLearnerDoesNotStand() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(
        2, new Replicate(1, at(1, 1), List.of(TestLog.entry(2, 1, "members 1l 2 3")), 2));
    server.takeSent();
    server.tick(10 * MAX);
    assertEquals(List.of(), server.takeSent());
  }

  // ---- voters (§5.2, §5.4.1)

  @Test
  void aVoterGivesOneVoteATerm() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.empty(), answer(server, 2, request(5, at(2, 2))));
    assertEquals(Optional.of(Denial.ALREADY_VOTED), answer(server, 3, request(5, at(2, 2))));
    assertEquals(Optional.empty(), answer(server, 2, request(5, at(2, 2))), "asked again");
    assertEquals(Optional.empty(), answer(server, 3, request(6, at(2, 2))), "another term");
  }

  @Test
  void aVoteOutlivesARestart() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.empty(), answer(server, 2, request(5, at(2, 2))));
    server.restart();
    server.tick(MAX);
    assertEquals(Optional.of(Denial.ALREADY_VOTED), answer(server, 3, request(5, at(2, 2))));
  }

  @Test
  void aVoteIsOnDiskBeforeItIsSpokenOf() {
    TestServer server = lonelyVoter();
    server.holdSyncs();
    server.receive(2, request(5, at(2, 2)));
    assertEquals(List.of(), server.takeSent());
    server.syncAll();
    assertEquals(new HardState(5, Optional.of(id(2))), server.savedHardState());
    assertEquals(List.of(granted(5)), server.sentTo(2));
  }

  @Test
  void aVoterRefusesAnOlderTermAndTellsItsOwn() {
    TestServer server = lonelyVoter();
    server.receive(2, request(1, at(9, 9)));
    assertEquals(List.of(denied(2, Denial.STALE_TERM)), server.sentTo(2));
  }

  @Test
  void aVoterRefusesALogWhoseLastTermIsOlderHoweverLong() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.of(Denial.LOG_BEHIND), answer(server, 2, request(5, at(9, 1))));
  }

  @Test
  void aVoterRefusesAShorterLogOfTheSameLastTerm() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.of(Denial.LOG_BEHIND), answer(server, 2, request(5, at(1, 2))));
  }

  @Test
  void aVoterGrantsToALogWhoseLastTermIsNewerHoweverShort() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.empty(), answer(server, 2, request(5, at(1, 3))));
  }

  @Test
  void aVoterTakesOverTheTermOfACandidateThatItRefusesForItsLog() {
    TestServer server = lonelyVoter();
    server.receive(2, request(5, at(1, 1)));
    assertEquals(new HardState(5, Optional.empty()), server.savedHardState());
  }

  @Test
  void aVoterDoesNotRefuseACandidateMerelyBecauseItsOwnMembershipLacksIt() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.empty(), answer(server, 9, request(5, at(2, 2))));
  }

  @Test
  void aServerOfAFoundedClusterVotesForNobodyWithoutALog() {
    TestServer server = lonelyVoter();
    assertEquals(Optional.of(Denial.NOT_FOUNDED), answer(server, 2, request(5, LogPosition.NONE)));
    assertEquals(
        Optional.of(Denial.NOT_FOUNDED),
        answer(server, 2, new RequestVote(6, true, false, LogPosition.NONE)));
  }

  @Test
  void serversWithoutALogVoteForEachOther() {
    TestServer server = TestServer.fresh(3);
    server.tick(MAX);
    assertEquals(Optional.empty(), answer(server, 2, request(5, LogPosition.NONE)));
  }

  @Test
  void givingAVotePutsTheOwnElectionOff() {
    TestServer server = lonelyVoter();
    server.receive(2, request(5, at(2, 2)));
    server.tick(MIN - 1);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void aPrimaryOfAnEarlierTermIsToldTheLaterOne() {
    TestServer server = lonelyVoter();
    server.receive(2, request(5, at(2, 2)));
    server.takeSent();
    server.receive(3, new Heartbeat(4, 0, 9));
    server.receive(3, new Replicate(4, at(2, 2), List.of(), 0));
    assertEquals(Optional.empty(), server.replica().primary());
    assertEquals(List.of(5L, 5L), server.sentTo(3).stream().map(PeerMessage::term).toList());
  }

  /// The asker may be primary of the later term when the answer arrives, and have begun a round of
  /// that number by then.
  @Test
  void anAnswerToAHeartbeatOfAnEarlierTermNamesNoRound() {
    TestServer server = lonelyVoter();
    server.receive(2, request(5, at(2, 2)));
    server.takeSent();
    server.receive(3, new Heartbeat(4, 0, 9));
    assertEquals(HeartbeatAck.NO_ROUND, server.sentTo(3, HeartbeatAck.class).getFirst().round());
  }

  // ---- the start of a term (thesis §6.4; Raft paper §8)

  @Test
  void aNewPrimaryOpensItsTermWithAnEntryThatDoesNothing() {
    TestServer server = TestServer.founded(3, 1, 1);
    server.winElection();
    assertEquals(at(3, 2), server.replica().last());
    assertEquals("noop", TestLog.text(server.disk().getLast()));
  }

  @Test
  void aNewPrimaryAnnouncesItselfToEveryOtherMemberAtOnce() {
    TestServer server = TestServer.founded(3, 1);
    server.timeOut();
    server.receive(2, preGranted(2));
    server.takeSent();
    server.receive(2, granted(2));
    for (int peer = 2; peer <= 3; peer++) {
      assertEquals(1, server.sentTo(peer, Heartbeat.class).size());
      assertEquals(1, server.sentTo(peer, Replicate.class).size());
    }
  }

  // ---- one voter alone

  @Test
  void aViewOfOneVoterElectsItselfAtItsFirstTick() {
    TestServer server = TestServer.founded(1, 1);
    server.tick(1);
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(2, server.replica().term());
    assertEquals(new HardState(2, Optional.of(id(1))), server.savedHardState());
  }

  /// Else the same index and term could carry two contents (DESIGN rule 10.5).
  @Test
  void aRestartedOnlyVoterLeadsOnlyInANewTerm() {
    TestServer server = TestServer.founded(1, 1);
    server.tick(1);
    server.restart();
    assertNotEquals(Role.PRIMARY, server.replica().role());
    server.tick(1);
    assertEquals(3, server.replica().term());
  }

  @Test
  void nothingOfANewTermLeavesBeforeTheTermIsOnDisk() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(
        2, new Replicate(1, at(1, 1), List.of(TestLog.entry(2, 1, "members 1 2l 3l")), 1));
    server.takeSent();
    server.holdSyncs();
    server.tick(1);
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(List.of(), server.takeSent(), "not even REPLICATE to the learners");
    server.syncAll();
    assertFalse(server.sentTo(2, Replicate.class).isEmpty());
  }
}

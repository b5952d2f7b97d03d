package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.bytes;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Commit;
import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.Replicate;
import holdfast.replication.PeerMessage.ReplicateAck;
import holdfast.replication.PeerMessage.ReplicateConflict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A primary's rules: commit (thesis §3.6.2), proposals and their bounds, heartbeats, check-quorum
/// (§6.2).
final class PrimaryTest {
  private static final ReplicaSettings SETTINGS = TestServer.SETTINGS;

  // ---- commit

  @Test
  void anEntryIsCommittedOnceAMajorityHoldsIt() {
    TestServer server = TestServer.primary(5);
    server.acknowledge(2);
    assertEquals(1, server.replica().commitIndex());
    server.acknowledge(3);
    assertEquals(2, server.replica().commitIndex());
    assertTrue(server.replica().committedInOwnTerm());
  }

  /// Figure 8 of the Raft paper, (c) to (e).
  @Test
  void aPrimaryNeverCommitsAnEntryOfAnEarlierTermByCounting() {
    TestServer server = TestServer.founded(5, 1, 2);
    server.winElection();
    server.receive(2, new ReplicateAck(3, 2));
    server.receive(3, new ReplicateAck(3, 2));
    assertEquals(1, server.replica().commitIndex(), "three of five hold 2@2, and it may yet go");
    assertFalse(server.replica().committedInOwnTerm());
    server.receive(2, new ReplicateAck(3, 3));
    server.receive(3, new ReplicateAck(3, 3));
    assertEquals(3, server.replica().commitIndex());
  }

  @Test
  void aPrimaryCountsItselfOnlyForWhatIsOnItsDisk() {
    TestServer server = TestServer.settled(3);
    server.holdSyncs();
    server.propose(1, "a");
    server.acknowledge(2);
    assertEquals(2, server.replica().commitIndex());
    assertEquals(2, server.replica().matchIndex(id(1)));
    server.syncAll();
    assertEquals(3, server.replica().commitIndex());
    assertEquals(3, server.replica().matchIndex(id(1)));
  }

  @Test
  void theOthersCanCommitWithoutThePrimarysDisk() {
    TestServer server = TestServer.settled(3);
    server.holdSyncs();
    server.propose(1, "a");
    server.acknowledge(2);
    server.acknowledge(3);
    assertEquals(3, server.replica().commitIndex());
  }

  @Test
  void replicateLeavesBeforeThePrimarysOwnSync() {
    TestServer server = TestServer.settled(3);
    server.holdSyncs();
    server.propose(1, "a");
    assertEquals(1, server.sentTo(2, Replicate.class).size());
    assertEquals(List.of(), server.takeAnswers(), "the answer does not");
  }

  @Test
  void acknowledgementsOfMembersWithoutAKeyDoNotCount() {
    TestServer server = TestServer.fresh(3);
    server.winElection();
    server.step(new Event.Founded(bytes("members 1 2 -3")));
    server.acknowledge(3);
    assertEquals(0, server.replica().commitIndex());
    server.acknowledge(2);
    assertEquals(1, server.replica().commitIndex());
  }

  @Test
  void aKeyCountsFromTheMomentItIsInTheLog() {
    TestServer server = TestServer.fresh(3);
    server.winElection();
    server.step(new Event.Founded(bytes("members 1 2 -3")));
    server.propose(1, "members 1 2 3");
    server.acknowledge(3);
    assertEquals(2, server.replica().commitIndex());
  }

  @Test
  void backupsLearnAtOnceThatTheCommitIndexMovedOn() {
    TestServer server = TestServer.settled(3);
    server.propose(1, "a");
    server.takeSent();
    server.acknowledge(2);
    assertEquals(List.of(new Commit(2, 3)), server.sentTo(2), "2 holds it");
    assertEquals(List.of(), server.sentTo(3), "3 does not yet, as far as known");
    server.acknowledge(2);
    assertEquals(1, server.sentTo(2).size(), "no news");
    server.acknowledge(3);
    assertEquals(List.of(new Commit(2, 3)), server.sentTo(3));
  }

  @Test
  void theCommitIndexRidesOnEntriesThatGoAnyway() {
    TestServer server = TestServer.settled(3);
    server.propose(1, "a");
    server.takeSent();
    server.step(
        new Event.Received(id(2), new ReplicateAck(2, 3)),
        new Event.Proposed(List.of(new Event.Proposal(2, bytes("b")))));
    assertEquals(1, server.sentTo(2).size());
    assertEquals(3, server.sentTo(2, Replicate.class).getFirst().commitIndex());
  }

  // ---- proposals

  @Test
  void proposalsOfOneStepTravelInOneReplicateToEachBackup() {
    TestServer server = TestServer.settled(3);
    server.step(
        new Event.Proposed(List.of(new Event.Proposal(1, bytes("a")))),
        new Event.Proposed(
            List.of(new Event.Proposal(2, bytes("b")), new Event.Proposal(3, bytes("c")))));
    assertEquals(1, server.sentTo(2).size());
    assertEquals(
        List.of(3L, 4L, 5L),
        TestLog.indexes(server.sentTo(2, Replicate.class).getFirst().entries()));
    assertEquals(
        List.of(
            new Answer.Appended(1, at(3, 2)),
            new Answer.Appended(2, at(4, 2)),
            new Answer.Appended(3, at(5, 2))),
        server.takeAnswers());
  }

  @Test
  void beyondTheBoundOfUncommittedBytesProposalsAreRefused() {
    TestServer server = TestServer.settled(3);
    byte[] half = new byte[(int) SETTINGS.uncommittedBytesMax() / 2];
    server.step(
        new Event.Proposed(
            List.of(
                new Event.Proposal(1, half),
                new Event.Proposal(2, half),
                new Event.Proposal(3, bytes("a")),
                new Event.Proposal(4, new byte[0]))));
    assertEquals(
        List.of(
            new Answer.Appended(1, at(3, 2)),
            new Answer.Appended(2, at(4, 2)),
            new Answer.Refused(3, Answer.Reason.BUSY),
            new Answer.Refused(4, Answer.Reason.BUSY)),
        server.takeAnswers(),
        "and none overtakes one that is refused");
    server.acknowledge(2);
    server.propose(5, "b");
    assertEquals(List.of(new Answer.Appended(5, at(5, 2))), server.takeAnswers());
  }

  @Test
  void aSingleLargeProposalIsTakenWhenNothingElseIsUncommitted() {
    TestServer server = TestServer.settled(3);
    byte[] large = new byte[(int) SETTINGS.uncommittedBytesMax() + 1];
    server.step(new Event.Proposed(List.of(new Event.Proposal(1, large))));
    assertEquals(List.of(new Answer.Appended(1, at(3, 2))), server.takeAnswers());
    server.propose(2, "a");
    assertEquals(List.of(new Answer.Refused(2, Answer.Reason.BUSY)), server.takeAnswers());
  }

  // ---- heartbeats and check-quorum

  @Test
  void everyOtherMemberGetsAHeartbeatEveryInterval() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(
        2, new Replicate(1, at(1, 1), List.of(TestLog.entry(2, 1, "members 1 2 -3 4l")), 1));
    server.winElection();
    server.tick(2 * SETTINGS.heartbeatTicks());
    for (int peer = 2; peer <= 4; peer++) {
      assertEquals(2, server.sentTo(peer, Heartbeat.class).size(), "to " + peer);
    }
  }

  @Test
  void aHeartbeatTellsNoMoreThanTheBackupIsKnownToHold() {
    TestServer server = TestServer.primary(3);
    server.acknowledge(2);
    server.tick(SETTINGS.heartbeatTicks());
    assertEquals(2, server.sentTo(2, Heartbeat.class).getFirst().commitIndex());
    assertEquals(0, server.sentTo(3, Heartbeat.class).getFirst().commitIndex());
  }

  @Test
  void aPrimaryThatHearsNoQuorumStepsDownAndKeepsItsTerm() {
    TestServer server = TestServer.primary(3);
    server.tick(SETTINGS.electionTicksMin() - 1);
    assertEquals(Role.PRIMARY, server.replica().role());
    server.tick(1);
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(2, server.replica().term());
    assertEquals(Optional.empty(), server.replica().primary());
  }

  /// What counts is when the acknowledged round was sent, not when its acknowledgement came.
  @Test
  void aLateAcknowledgementOfAnOldRoundDoesNotKeepAPrimary() {
    TestServer server = TestServer.primary(3);
    server.tick(SETTINGS.heartbeatTicks());
    long round = server.lastRound(2);
    server.tick(SETTINGS.electionTicksMin() - SETTINGS.heartbeatTicks() - 1);
    server.acknowledgeRound(2, round);
    server.tick(SETTINGS.heartbeatTicks());
    assertEquals(Role.PRIMARY, server.replica().role());
    server.acknowledgeRound(2, round);
    server.tick(1);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void aPrimaryThatHearsAQuorumStays() {
    TestServer server = TestServer.primary(5);
    for (int i = 0; i < 100; i++) {
      server.tick(1);
      if (!server.sentTo(2, Heartbeat.class).isEmpty()) {
        server.acknowledgeLastRound(2);
        server.acknowledgeLastRound(3);
      }
    }
    assertEquals(Role.PRIMARY, server.replica().role());
  }

  @Test
  void membersThatDoNotCountDoNotKeepAPrimary() {
    TestServer server = TestServer.founded(5, 1);
    server.receive(
        2, new Replicate(1, at(1, 1), List.of(TestLog.entry(2, 1, "members 1 2 3 -4 5l")), 1));
    server.winElection();
    for (int i = 0;
        i < SETTINGS.electionTicksMin() + 1 && server.replica().role() == Role.PRIMARY;
        i++) {
      server.tick(1);
      if (!server.sentTo(4, Heartbeat.class).isEmpty()) {
        server.acknowledgeLastRound(4);
        server.acknowledgeLastRound(5);
      }
    }
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void aPrimaryThatWasPausedStepsDownBeforeItDoesAnythingElse() {
    TestServer server = TestServer.settled(3);
    server.tick(SETTINGS.heartbeatTicks());
    long round = server.lastRound(2);
    server.takeSent();
    server.step(
        new Event.ReadRequested(7),
        new Event.Received(id(2), new HeartbeatAck(2, round, 2, 2)),
        new Event.Proposed(List.of(new Event.Proposal(8, bytes("a")))),
        new Event.Tick(500));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(
        List.of(new Answer.ReadRefused(7), new Answer.Refused(8, Answer.Reason.NOT_PRIMARY)),
        server.takeAnswers());
    assertEquals(List.of(), server.takeSent());
  }

  @Test
  void aMemberIsUpWhileItAnswersHeartbeats() {
    TestServer server = TestServer.primary(5);
    assertTrue(server.replica().isUp(id(1)));
    assertFalse(server.replica().isUp(id(2)), "nothing was heard of it yet");
    server.tick(SETTINGS.heartbeatTicks());
    for (int peer = 2; peer <= 4; peer++) {
      server.acknowledgeLastRound(peer);
    }
    assertTrue(server.replica().isUp(id(4)));
    for (int i = 0; i < SETTINGS.electionTicksMax() + 1; i++) {
      assertTrue(server.replica().isUp(id(4)), "after " + i + " ticks");
      server.tick(1);
      server.acknowledgeLastRound(2);
      server.acknowledgeLastRound(3);
    }
    assertFalse(server.replica().isUp(id(4)));
    assertTrue(server.replica().isUp(id(2)));
    assertFalse(server.replica().isUp(id(9)));
  }

  @Test
  void anAnswerWithAHigherTermDeposesAPrimary() {
    List<PeerMessage> answers =
        List.of(
            new ReplicateAck(9, 1),
            new ReplicateConflict(9, 0, LogPosition.NONE),
            new HeartbeatAck(9, HeartbeatAck.NO_ROUND, 1, 1));
    for (PeerMessage answer : answers) {
      TestServer server = TestServer.settled(3);
      server.receive(3, answer);
      assertEquals(Role.BACKUP, server.replica().role());
      assertEquals(new HardState(9, Optional.empty()), server.savedHardState());
    }
  }

  @Test
  void answersOfStrangersChangeNothing() {
    TestServer server = TestServer.primary(3);
    server.receive(9, new HeartbeatAck(9, HeartbeatAck.NO_ROUND, 1, 1));
    server.receive(9, new ReplicateAck(2, 2));
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(1, server.replica().commitIndex());
    assertEquals(0, server.replica().matchIndex(id(9)));
  }

  @Test
  void anAnswerOfAnEarlierTermDoesNotCount() {
    TestServer server = TestServer.primary(3);
    server.receive(2, new ReplicateAck(1, 2));
    assertEquals(1, server.replica().commitIndex());
    assertEquals(0, server.replica().matchIndex(id(2)));
  }
}

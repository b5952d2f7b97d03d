package holdfast.replication;

import static holdfast.replication.TestLog.id;
import static holdfast.replication.TestLog.membership;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.Replicate;
import holdfast.replication.PeerMessage.RequestVote;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A primary that changes the list of members, and the others that follow it (thesis §4.1–4.3).
final class MembersTest {
  private static final ReplicaSettings SETTINGS = TestServer.SETTINGS;

  /// A primary that has heard its next heartbeat round acknowledged by `peers`.
  private static TestServer settled(int voters, int... peers) {
    TestServer server = TestServer.settled(voters);
    beat(server, peers);
    return server;
  }

  private static void beat(TestServer server, int... peers) {
    server.takeSent();
    server.tick(SETTINGS.heartbeatTicks());
    for (int peer : peers) {
      server.acknowledgeLastRound(peer);
    }
  }

  private static void propose(TestServer server, String members) {
    server.step(new Event.ChangeProposed(TestLog.bytes("members " + members)));
  }

  private static String latest(TestServer server) {
    StringBuilder text = new StringBuilder();
    for (Member member : server.replica().membership().members()) {
      text.append(member.key().isPresent() ? " " : " -").append(member.id());
      text.append(member.voter() ? "" : "l");
    }
    server.replica().membership().retired().forEach(id -> text.append(" x").append(id));
    return text.toString().strip();
  }

  @Test
  void aNewListIsInForceFromTheMomentItStandsInTheLog() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 3 4l");
    assertEquals("1 2 3 4l", latest(server));
    assertEquals(membership(1, 1, "1 2 3"), server.replica().committedMembership());
    assertEquals(1, server.sentTo(4, Replicate.class).size(), "the newcomer is told at once");
  }

  @Test
  void nothingIsChangedBeforeAnEntryOfTheOwnTermIsCommitted() {
    TestServer server = TestServer.primary(3);
    propose(server, "1 2 3 4l");
    assertEquals("1 2 3", latest(server));
    assertEquals(
        Optional.of(ChangeDenial.NOT_READY), server.replica().denialOf(membership(9, "1 2 3 4l")));
    server.acknowledge(2);
    propose(server, "1 2 3 4l");
    assertEquals("1 2 3 4l", latest(server));
  }

  @Test
  void theNextChangeWaitsUntilTheOneBeforeIsCommitted() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 3 4l");
    propose(server, "1 2 3 4l 5l");
    assertEquals("1 2 3 4l", latest(server));
    assertEquals(
        Optional.of(new ChangeStep.Later("the change at log index 3 waits for a majority")),
        server.replica().toward(new MemberChange.Remove(id(2))));
    server.acknowledge(2);
    propose(server, "1 2 3 4l 5l");
    assertEquals("1 2 3 4l 5l", latest(server));
  }

  @Test
  void aPrimaryThatHandsOverChangesNothing() {
    TestServer server = settled(3, 2, 3);
    server.step(new Event.TakeOverRequested(Optional.of(id(3))));
    propose(server, "1 2 3 4l");
    assertEquals("1 2 3", latest(server));
    assertEquals(
        Optional.of(new ChangeStep.Later("the primary is handing over")),
        server.replica().toward(new MemberChange.Remove(id(2))));
  }

  @Test
  void whoIsNotPrimaryChangesNothing() {
    TestServer server = TestServer.founded(3, 1);
    propose(server, "1 2 3 4l");
    assertEquals("1 2 3", latest(server));
    assertEquals(Optional.empty(), server.replica().toward(new MemberChange.Remove(id(2))));
    assertEquals(
        Optional.of(ChangeDenial.NOT_READY), server.replica().denialOf(membership(9, "1 2 3 4l")));
    assertEquals(Optional.empty(), server.replica().ownChange());
  }

  @Test
  void whoIsKnownToHaveDiedDoesNotAnswerUntilItIsBack() {
    TestServer server = settled(3, 2, 3);
    server.step(new Event.PeerDied(id(3)));
    assertEquals(
        Optional.of(ChangeDenial.TOO_FEW_ANSWER),
        server.replica().denialOf(membership(9, "1 3 x2")));
    server.step(new Event.PeerAlive(id(3)));
    assertEquals(Optional.empty(), server.replica().denialOf(membership(9, "1 3 x2")));
  }

  @Test
  void aLearnerHoldsNothingForAnybody() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 3 4l");
    server.acknowledge(2);
    server.propose(1, "a");
    server.acknowledge(4);
    assertEquals(3, server.replica().commitIndex());
    server.acknowledge(3);
    assertEquals(4, server.replica().commitIndex());
  }

  @Test
  void aLearnerKeepsNoPrimaryInOfficeAndConfirmsNoRead() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 3 4l");
    server.acknowledge(2);
    server.takeAnswers();
    server.takeSent();
    server.step(new Event.ReadRequested(7));
    server.acknowledgeLastRound(4);
    assertEquals(List.of(), server.takeAnswers());
    for (int i = 0;
        i < 2 * SETTINGS.electionTicksMin() && server.replica().role() == Role.PRIMARY;
        i++) {
      server.takeSent();
      server.tick(1);
      if (!server.sentTo(4, Heartbeat.class).isEmpty()) {
        server.acknowledgeLastRound(4);
      }
    }
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void aLearnerGetsItsVoteOnceItHasHadEverythingForAWhile() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 3 4l");
    IntStream.of(2, 4).forEach(server::acknowledge);
    int beats = 0;
    while (server.replica().ownChange().isEmpty()) {
      assertTrue(beats <= 2 + SETTINGS.caughtUpTicks() / SETTINGS.heartbeatTicks(), "never");
      beat(server, 2, 3, 4);
      beats++;
    }
    assertTrue(beats > SETTINGS.caughtUpTicks() / SETTINGS.heartbeatTicks(), "after " + beats);
    assertEquals(
        "1 2 3 4",
        server.replica().ownChange().orElseThrow().voters().stream()
            .map(ServerId::toString)
            .reduce("", (all, id) -> (all + " " + id).strip()));
  }

  @Test
  void aLearnerThatFallsBehindBeginsToWaitAnew() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 3 4l");
    IntStream.of(2, 4).forEach(server::acknowledge);
    int beats = SETTINGS.caughtUpTicks() / SETTINGS.heartbeatTicks();
    for (int i = 0; i < 2 * beats; i++) {
      if (i == beats) {
        server.propose(1, "a");
        server.acknowledge(2);
        beat(server, 2, 3, 4);
        assertEquals(Optional.empty(), server.replica().ownChange(), "it may have come just now");
        beat(server, 2, 3, 4);
        server.acknowledge(4);
      }
      assertEquals(Optional.empty(), server.replica().ownChange(), "beat " + i);
      beat(server, 2, 3, 4);
    }
  }

  @Test
  void aChangeOfTheVotersTakesTheMajoritiesOfBothLists() {
    TestServer server = settled(4, 2, 3, 4);
    server.acknowledge(4);
    propose(server, "1 2 3 x4");
    assertTrue(server.replica().views().pending());
    server.acknowledge(2);
    assertEquals(2, server.replica().commitIndex(), "two of three, but two of four");
    server.acknowledge(4);
    assertEquals(3, server.replica().commitIndex(), "the one that leaves still counts");
    assertFalse(server.replica().views().pending());
    server.propose(1, "a");
    server.acknowledge(4);
    assertEquals(3, server.replica().commitIndex(), "from now on it does not");
    server.acknowledge(2);
    assertEquals(4, server.replica().commitIndex());
  }

  @Test
  void whoeverLeavesIsSentTheLogUntilThatIsCommitted() {
    TestServer server = settled(3, 2, 3);
    propose(server, "1 2 x3");
    assertEquals(1, server.sentTo(3, Replicate.class).size());
    server.acknowledge(2);
    server.takeSent();
    server.propose(1, "a");
    server.tick(SETTINGS.heartbeatTicks());
    assertEquals(List.of(), server.sentTo(3));
    assertEquals(1, server.sentTo(2, Heartbeat.class).size());
  }

  @Test
  void aListThatIsCutOffWithTheLogWasNeverThere() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(
        2, new Replicate(2, at(1, 1), List.of(TestLog.entry(2, 2, "members 1 2 x3")), 1));
    assertEquals("1 2 x3", latest(server));
    assertTrue(server.replica().views().pending());
    server.receive(3, new Replicate(3, at(1, 1), List.of(TestLog.entry(2, 3, "noop")), 1));
    assertEquals("1 2 3", latest(server));
    assertFalse(server.replica().views().pending());
  }

  @Test
  void whoIsNotOnTheListStandsForElectionUntilItKnowsThatToBeCommitted() {
    TestServer server = TestServer.founded(3, 1);
    Replicate removal =
        new Replicate(2, at(1, 1), List.of(TestLog.entry(2, 2, "members 2 3 x1")), 1);
    server.receive(2, removal);
    server.takeSent();
    server.timeOut();
    assertEquals(1, server.sentTo(2, RequestVote.class).size(), "nobody else may have the list");
    server.receive(2, new PeerMessage.Commit(2, 2));
    server.takeSent();
    server.tick(3 * SETTINGS.electionTicksMax());
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(List.of(), server.sentTo(2, RequestVote.class));
  }

  @Test
  void aPrimaryThatTheListLeavesOutCommitsItWithoutItsOwnVoteAndStepsDown() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(
        2, new Replicate(2, at(1, 1), List.of(TestLog.entry(2, 2, "members 2 3 x1")), 1));
    server.timeOut();
    for (boolean preVote : new boolean[] {true, false}) {
      server.receive(2, new PeerMessage.VoteResponse(3, preVote, Optional.empty()));
      assertEquals(Role.CANDIDATE, server.replica().role(), "one of the two, and not itself");
      server.receive(3, new PeerMessage.VoteResponse(3, preVote, Optional.empty()));
    }
    assertEquals(Role.PRIMARY, server.replica().role());
    server.acknowledge(2);
    assertEquals(1, server.replica().commitIndex(), "two of the old three, one of the new two");
    server.acknowledge(3);
    assertEquals(3, server.replica().commitIndex());
    server.tick(1);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void aListThatSomebodyHasAppliedWaitsForNobodyWhoLeft() {
    TestServer server = TestServer.founded(4, 1);
    server.receive(
        2, new Replicate(2, at(1, 1), List.of(TestLog.entry(2, 2, "members 1 2 3 x4")), 1));
    server.winElection();
    assertTrue(server.replica().views().pending());
    server.acknowledge(2);
    assertEquals(1, server.replica().commitIndex(), "two of the old four");
    server.receive(2, new PeerMessage.HeartbeatAck(3, 1, 3, 2));
    assertFalse(server.replica().views().pending());
    server.tick(1);
    assertEquals(3, server.replica().commitIndex());
  }

  @Test
  void aLearnerDoesNotStandForElectionAndIsNotAskedForItsVote() {
    TestServer learner = TestServer.founded(3, 1);
    learner.receive(
        2, new Replicate(2, at(1, 1), List.of(TestLog.entry(2, 2, "members 1l 2 3")), 2));
    learner.tick(3 * SETTINGS.electionTicksMax());
    assertEquals(Role.BACKUP, learner.replica().role());
    TestServer voter = TestServer.founded(3, 1);
    voter.receive(2, new Replicate(2, at(1, 1), List.of(TestLog.entry(2, 2, "members 1 2 3l")), 2));
    voter.timeOut();
    assertEquals(1, voter.sentTo(2, RequestVote.class).size());
    assertEquals(List.of(), voter.sentTo(3, RequestVote.class));
    voter.receive(3, new PeerMessage.VoteResponse(3, true, Optional.empty()));
    assertEquals(2, voter.replica().term(), "and its vote does not count");
  }

  @Test
  void whoeverHasLeftOrComesWithAnotherDirectoryIsNotHeard() {
    TestServer server = settled(3, 2, 3);
    assertTrue(server.replica().hears(id(2), "key2"));
    assertFalse(server.replica().hears(id(2), "another"), "it lost its disk");
    assertTrue(server.replica().hears(id(7), "key7"), "this list may lag");
    propose(server, "1 2 x3");
    assertTrue(server.replica().hears(id(3), "key3"), "it may stay yet");
    assertFalse(server.replica().hears(id(3), "another"));
    server.acknowledge(2);
    assertFalse(server.replica().hears(id(3), "key3"));
  }

  private static LogPosition at(long index, long term) {
    return TestLog.at(index, term);
  }
}

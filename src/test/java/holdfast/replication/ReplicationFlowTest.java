package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.bytes;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.check.Check;
import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.Replicate;
import holdfast.replication.PeerMessage.ReplicateAck;
import holdfast.replication.PeerMessage.ReplicateConflict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a primary sends to a backup, and when: probing, pipelining within a window, recovery from
/// whatever the network loses, doubles or overtakes (thesis §3.5, §10.2.2).
final class ReplicationFlowTest {
  private static final ReplicaSettings SETTINGS = TestServer.SETTINGS;
  private static final int BATCH = SETTINGS.batchEntriesMax();
  private static final int WINDOW = SETTINGS.windowEntriesMax();

  /// Server 1, primary in term 2 of three; its log ends at index 2, and 2 holds all of it.
  private static TestServer primary() {
    TestServer server = TestServer.founded(3, 1);
    server.winElection();
    server.acknowledge(2);
    server.takeSent();
    return server;
  }

  private static void proposeMany(TestServer server, int count) {
    List<Event.Proposal> proposals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      proposals.add(new Event.Proposal(i, bytes("a")));
    }
    server.step(new Event.Proposed(proposals));
  }

  private static List<List<Long>> batches(TestServer server, int peer) {
    return server.sentTo(peer, Replicate.class).stream()
        .map(message -> TestLog.indexes(message.entries()))
        .toList();
  }

  private static void ack(TestServer server, int peer, long match) {
    server.receive(peer, new ReplicateAck(2, match));
  }

  private static void heartbeatRound(TestServer server, int peer, long lastIndex) {
    server.tick(SETTINGS.heartbeatTicks());
    long round = server.sentTo(peer, Heartbeat.class).getLast().round();
    server.receive(peer, new HeartbeatAck(2, round, lastIndex, 0));
  }

  // ---- probe

  @Test
  void aNewPrimaryAssumesThatTheOthersHaveItsLogAndProbesWithTheNext() {
    TestServer server = TestServer.founded(3, 1, 1, 1);
    server.timeOut();
    server.receive(2, new PeerMessage.VoteResponse(2, true, Optional.empty()));
    server.receive(2, new PeerMessage.VoteResponse(2, false, Optional.empty()));
    Replicate probe = server.sentTo(3, Replicate.class).getFirst();
    assertEquals(at(3, 1), probe.prev());
    assertEquals(List.of(4L), TestLog.indexes(probe.entries()));
  }

  @Test
  void whileTheMatchIsUnknownOneReplicateIsOnItsWayAtATime() {
    TestServer server = primary();
    server.propose(1, "a");
    server.propose(2, "b");
    assertEquals(List.of(), server.sentTo(3));
    ack(server, 3, 2);
    assertEquals(List.of(List.of(3L, 4L)), batches(server, 3));
  }

  @Test
  void aRefusedProbeIsFollowedByOneFurtherBack() {
    TestServer server = primary();
    server.receive(3, new ReplicateConflict(2, 1, at(1, 0)));
    Replicate probe = server.sentTo(3, Replicate.class).getFirst();
    assertEquals(LogPosition.NONE, probe.prev());
    assertEquals(List.of(1L), TestLog.indexes(probe.entries()), "what the disk has");
  }

  @Test
  void aRefusalWithATermThatThePrimaryHasGoesBackToTheEndOfThatTerm() {
    TestServer server = TestServer.founded(3, 1, 1, 1, 2, 2, 3);
    server.winElection();
    // The backup has 1 1 1 2 2 2 at this place, the primary 1 1 1 2 2 3.
    server.receive(3, new ReplicateConflict(4, 6, at(4, 2)));
    assertEquals(at(5, 2), server.sentTo(3, Replicate.class).getFirst().prev());
  }

  @Test
  void aRefusalWithATermThatThePrimaryLacksSkipsTheWholeTerm() {
    TestServer server = TestServer.founded(3, 1, 1, 4, 4, 4, 4);
    server.winElection();
    // The backup has 1 1 1 3 3 3 at this place.
    server.receive(3, new ReplicateConflict(5, 6, at(4, 3)));
    assertEquals(at(3, 4), server.sentTo(3, Replicate.class).getFirst().prev());
    // And refuses again: it has term 1 there.
    server.receive(3, new ReplicateConflict(5, 3, at(2, 1)));
    assertEquals(at(2, 1), server.sentTo(3, Replicate.class).getLast().prev());
  }

  @Test
  void aRefusalOfAnotherReplicateThanTheProbeIsLateAndIgnored() {
    TestServer server = TestServer.founded(3, 1, 1, 1, 1);
    server.winElection();
    server.receive(3, new ReplicateConflict(2, 4, at(3, 0)));
    server.receive(3, new ReplicateConflict(2, 4, at(2, 0)));
    assertEquals(1, server.sentTo(3, Replicate.class).size());
  }

  @Test
  void aLostProbeIsRepeatedOnceALaterHeartbeatIsAnswered() {
    TestServer server = TestServer.founded(3, 1, 1);
    server.winElection();
    server.tick(SETTINGS.heartbeatTicks() - 1);
    assertEquals(List.of(), server.sentTo(3, Replicate.class));
    server.receive(3, new HeartbeatAck(2, 1, 0, 0));
    assertEquals(List.of(), server.sentTo(3, Replicate.class), "round 1 left before the probe did");
    heartbeatRound(server, 3, 0);
    assertEquals(at(2, 1), server.sentTo(3, Replicate.class).getFirst().prev());
  }

  // ---- replicate

  @Test
  void knownMatchesArePipelinedWithoutWaiting() {
    TestServer server = primary();
    server.propose(1, "a");
    server.propose(2, "b");
    server.propose(3, "c");
    assertEquals(List.of(List.of(3L), List.of(4L), List.of(5L)), batches(server, 2));
  }

  @Test
  void noMoreEntriesThanTheWindowAreOnTheirWay() {
    TestServer server = primary();
    proposeMany(server, 2 * WINDOW);
    assertEquals(List.of(List.of(3L, 4L, 5L, 6L), List.of(7L, 8L, 9L, 10L)), batches(server, 2));
    server.takeSent();
    ack(server, 2, 4);
    assertEquals(List.of(List.of(11L, 12L)), batches(server, 2), "two acknowledged, two more sent");
  }

  @Test
  void noMoreBytesThanTheWindowAreOnTheirWay() {
    TestServer server = primary();
    byte[] half = new byte[(int) SETTINGS.windowBytesMax() / 2];
    server.step(
        new Event.Proposed(List.of(new Event.Proposal(1, half), new Event.Proposal(2, half))));
    server.propose(3, "a");
    assertEquals(List.of(List.of(3L), List.of(4L)), batches(server, 2));
    ack(server, 2, 3);
    assertEquals(List.of(5L), batches(server, 2).getLast());
  }

  @Test
  void aBatchIsBoundedInEntriesAndBytes() {
    TestServer server = primary();
    byte[] most = new byte[SETTINGS.batchBytesMax() - 1];
    server.step(
        new Event.Proposed(
            List.of(
                new Event.Proposal(1, most),
                new Event.Proposal(2, bytes("a")),
                new Event.Proposal(3, bytes("b")),
                new Event.Proposal(4, bytes("c")),
                new Event.Proposal(5, bytes("d")),
                new Event.Proposal(6, bytes("e")))));
    assertEquals(List.of(List.of(3L, 4L), List.of(5L, 6L, 7L, 8L)), batches(server, 2));
    assertEquals(BATCH, batches(server, 2).getLast().size());
  }

  @Test
  void anEntryLargerThanABatchTravelsAlone() {
    TestServer server = primary();
    byte[] large = new byte[SETTINGS.batchBytesMax() + 1];
    server.step(
        new Event.Proposed(
            List.of(
                new Event.Proposal(1, bytes("a")),
                new Event.Proposal(2, large),
                new Event.Proposal(3, bytes("b")))));
    assertEquals(List.of(List.of(3L), List.of(4L), List.of(5L)), batches(server, 2));
  }

  @Test
  void lateDoubledAndOvertakenAcknowledgementsChangeNothing() {
    TestServer server = primary();
    proposeMany(server, 4);
    ack(server, 2, 6);
    ack(server, 2, 4);
    ack(server, 2, 6);
    ack(server, 2, 0);
    server.receive(2, new ReplicateConflict(2, 5, at(4, 0)));
    server.receive(2, new ReplicateConflict(2, 6, at(4, 0)));
    assertEquals(6, server.replica().matchIndex(id(2)));
    server.takeSent();
    server.propose(8, "b");
    server.propose(9, "c");
    assertEquals(List.of(List.of(7L), List.of(8L)), batches(server, 2), "still pipelined");
  }

  @Test
  void anOvertakenReplicateIsSentAgainFromTheKnownMatch() {
    TestServer server = primary();
    server.propose(1, "a");
    server.propose(2, "b");
    server.takeSent();
    // The second arrived first.
    server.receive(2, new ReplicateConflict(2, 3, at(3, 0)));
    assertEquals(List.of(List.of(3L, 4L)), batches(server, 2));
    ack(server, 2, 3);
    ack(server, 2, 4);
    assertEquals(4, server.replica().matchIndex(id(2)));
  }

  // ---- recovery

  @Test
  void aLostReplicateIsNoticedByTheHeartbeatAfterIt() {
    TestServer server = primary();
    server.propose(1, "a");
    server.takeSent();
    heartbeatRound(server, 2, 2);
    Replicate again = server.sentTo(2, Replicate.class).getFirst();
    assertEquals(at(2, 2), again.prev());
    assertEquals(List.of(3L), TestLog.indexes(again.entries()));
  }

  @Test
  void aLostAcknowledgementIsAskedForWithoutSendingTheEntriesAgain() {
    TestServer server = primary();
    server.propose(1, "a");
    server.takeSent();
    heartbeatRound(server, 2, 3);
    assertEquals(
        List.of(new Replicate(2, at(3, 2), List.of(), 2)), server.sentTo(2, Replicate.class));
    ack(server, 2, 3);
    assertEquals(3, server.replica().commitIndex());
  }

  @Test
  void aHeartbeatSentBeforeAReplicateSaysNothingOfIt() {
    TestServer server = primary();
    server.tick(SETTINGS.heartbeatTicks());
    long round = server.sentTo(2, Heartbeat.class).getLast().round();
    server.propose(1, "a");
    server.takeSent();
    server.receive(2, new HeartbeatAck(2, round, 2, 0));
    assertEquals(List.of(), server.sentTo(2));
  }

  @Test
  void onlyTheAnswerToAHeartbeatThatLeftLaterShowsALoss() {
    TestServer server = primary();
    server.tick(SETTINGS.heartbeatTicks());
    long before = server.sentTo(2, Heartbeat.class).getLast().round();
    server.propose(1, "a");
    server.tick(SETTINGS.heartbeatTicks());
    server.takeSent();
    server.receive(2, new HeartbeatAck(2, before, 2, 0));
    assertEquals(List.of(), server.sentTo(2));
    server.receive(2, new HeartbeatAck(2, before + 1, 2, 0));
    assertEquals(List.of(List.of(3L)), batches(server, 2));
  }

  @Test
  void onANewLinkWhateverWasOnItsWayIsSentAgain() {
    TestServer server = primary();
    server.propose(1, "a");
    server.propose(2, "b");
    server.takeSent();
    server.step(new Event.PeerAlive(id(2)));
    assertEquals(List.of(List.of(3L, 4L)), batches(server, 2));
  }

  @Test
  void aNewLinkToAMemberNotYetHeardDoesNotStartFromTheBeginning() {
    TestServer server = TestServer.founded(3, 1, 1, 1);
    server.winElection();
    server.step(new Event.PeerAlive(id(3)));
    assertEquals(at(3, 1), server.sentTo(3, Replicate.class).getFirst().prev());
  }

  @Test
  void nothingIsSentToADeadProcessUntilItIsBack() {
    TestServer server = primary();
    server.step(new Event.PeerDied(id(2)));
    proposeMany(server, 3);
    assertEquals(List.of(), server.sentTo(2, Replicate.class));
    server.step(new Event.PeerAlive(id(2)));
    assertEquals(List.of(List.of(3L, 4L, 5L)), batches(server, 2));
  }

  @Test
  void aDeadProcessThatAnswersAHeartbeatAfterAllIsServedAgain() {
    TestServer server = primary();
    server.step(new Event.PeerDied(id(2)));
    proposeMany(server, 3);
    heartbeatRound(server, 2, 2);
    assertEquals(List.of(List.of(3L, 4L, 5L)), batches(server, 2));
  }

  @Test
  void aMemberThatHoldsMoreThanThereIsStopsThePrimary() {
    TestServer server = primary();
    assertThrows(Check.Broken.class, () -> ack(server, 2, 99));
  }

  // ---- lagging members, compaction

  @Test
  void entriesNoLongerInMemoryAreReadFromDiskABatchAtATime() {
    TestServer server = TestServer.founded(3, TestLog.repeated(1, 20));
    server.winElection();
    server.receive(3, new ReplicateConflict(2, 20, at(2, 0)));
    assertEquals(List.of(List.of(2L, 3L, 4L, 5L)), batches(server, 3));
    ack(server, 3, 5);
    assertEquals(List.of(6L, 7L, 8L, 9L), batches(server, 3).getLast());
    assertEquals(2, batches(server, 3).size(), "one batch from disk in a step");
  }

  @Test
  void aMemberThatNeedsCompactedEntriesIsLackingAndGetsNothing() {
    TestServer server = primary();
    proposeMany(server, 6);
    ack(server, 2, 8);
    server.replica().compacted(at(5, 2));
    assertEquals(at(5, 2), server.replica().compacted());
    assertEquals(List.of(), server.replica().lacking(), "not known yet");
    server.takeSent();
    server.receive(3, new ReplicateConflict(2, 1, at(1, 0)));
    assertEquals(List.of(id(3)), server.replica().lacking());
    server.propose(7, "b");
    assertEquals(List.of(), server.sentTo(3));
  }

  @Test
  void aMemberThatGotASnapshotElsewhereIsServedAgain() {
    TestServer server = primary();
    proposeMany(server, 6);
    ack(server, 2, 8);
    server.replica().compacted(at(5, 2));
    server.receive(3, new ReplicateConflict(2, 1, at(1, 0)));
    heartbeatRound(server, 3, 1);
    assertEquals(List.of(id(3)), server.replica().lacking());
    server.takeSent();
    heartbeatRound(server, 3, 5);
    assertEquals(List.of(), server.replica().lacking());
    Replicate probe = server.sentTo(3, Replicate.class).getFirst();
    assertEquals(at(5, 2), probe.prev());
    ack(server, 3, 8);
    assertEquals(8, server.replica().matchIndex(id(3)));
  }

  /// A primary at index 8 with 1 to 5 compacted, which server 3, at index 1, lacks.
  private static TestServer primaryWithLackingMember() {
    TestServer server = primary();
    proposeMany(server, 6);
    ack(server, 2, 8);
    server.replica().compacted(at(5, 2));
    server.receive(3, new ReplicateConflict(2, 1, at(1, 0)));
    assertEquals(List.of(id(3)), server.replica().lacking());
    server.takeSent();
    return server;
  }

  @Test
  void aMemberWithASnapshotIsSentWhatFollowsIt() {
    TestServer server = primaryWithLackingMember();
    server.step(new Event.SnapshotEnded(id(3), 7));
    assertEquals(List.of(), server.replica().lacking());
    Replicate next = server.sentTo(3, Replicate.class).getFirst();
    assertEquals(at(7, 2), next.prev());
    assertEquals(1, next.entries().size());
  }

  @Test
  void aMemberThatClaimsMoreThanThePrimaryHasIsAskedAtThePrimarysEnd() {
    TestServer server = primaryWithLackingMember();
    server.step(new Event.SnapshotEnded(id(3), 100));
    assertEquals(at(8, 2), server.sentTo(3, Replicate.class).getFirst().prev());
  }

  @Test
  void theEndOfASnapshotThatNobodyNeededChangesNothing() {
    TestServer server = primary();
    ack(server, 3, 2);
    server.takeSent();
    server.step(new Event.SnapshotEnded(id(3), 1));
    assertEquals(List.of(), server.sentTo(3));
    assertEquals(2, server.replica().matchIndex(id(3)));
  }

  @Test
  void aMemberThatLackedEntriesIsAskedForItsEndWhenItIsBack() {
    TestServer server = primaryWithLackingMember();
    server.step(new Event.PeerAlive(id(3)));
    assertEquals(at(8, 2), server.sentTo(3, Replicate.class).getFirst().prev());
    // Still where it was: it lacks them still.
    server.receive(3, new ReplicateConflict(2, 8, at(2, 0)));
    assertEquals(List.of(id(3)), server.replica().lacking());
    server.step(new Event.PeerAlive(id(3)));
    server.takeSent();
    // With a snapshot up to 6: it gets the two entries it lacks, and none that the snapshot has.
    server.receive(3, new ReplicateConflict(2, 8, at(7, 0)));
    assertEquals(List.of(), server.replica().lacking());
    Replicate next = server.sentTo(3, Replicate.class).getFirst();
    assertEquals(at(6, 2), next.prev());
    assertEquals(2, next.entries().size());
  }

  @Test
  void everyBackupIsServedByItself() {
    TestServer server = primary();
    ack(server, 3, 2);
    proposeMany(server, 2 * WINDOW);
    server.takeSent();
    ack(server, 2, 2 + WINDOW);
    assertTrue(batches(server, 2).size() >= 2);
    assertEquals(List.of(), server.sentTo(3), "its window is full");
  }
}

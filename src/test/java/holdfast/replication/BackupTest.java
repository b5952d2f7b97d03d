package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.entry;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.check.Check;
import holdfast.replication.PeerMessage.Commit;
import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.Replicate;
import holdfast.replication.PeerMessage.ReplicateAck;
import holdfast.replication.PeerMessage.ReplicateConflict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a backup does with REPLICATE and HEARTBEAT (Raft paper §5.3, Figure 2; thesis §3.5).
final class BackupTest {
  private static TestServer backup(long... terms) {
    TestServer server = TestServer.founded(3, terms);
    server.takeSent();
    return server;
  }

  private static PeerMessage answer(TestServer server, PeerMessage message) {
    server.takeSent();
    server.receive(2, message);
    return server.sentTo(2).getLast();
  }

  @Test
  void entriesThatFollowTheLogAreAppendedAndAcknowledged() {
    TestServer server = backup(1, 1);
    PeerMessage answer =
        answer(server, new Replicate(3, at(2, 1), List.of(entry(3, 3, "a"), entry(4, 3, "b")), 1));
    assertEquals(new ReplicateAck(3, 4), answer);
    assertEquals(at(4, 3), server.replica().last());
    assertEquals(List.of(1L, 2L, 3L, 4L), TestLog.indexes(server.disk()));
    assertEquals(Optional.of(id(2)), server.replica().primary());
    assertEquals(3, server.replica().term());
  }

  @Test
  void nothingIsAcknowledgedBeforeItIsOnDisk() {
    TestServer server = backup(1);
    server.holdSyncs();
    Replicate message = new Replicate(1, at(1, 1), List.of(entry(2, 1, "a")), 1);
    server.receive(2, message);
    assertEquals(List.of(), server.takeSent());
    server.syncAll();
    assertEquals(List.of(new ReplicateAck(1, 2)), server.sentTo(2));
  }

  @Test
  void aCommitMovesTheCommitIndexAndIsNotAnswered() {
    TestServer server = backup(1, 1, 1);
    server.receive(2, new Commit(1, 2));
    assertEquals(2, server.replica().commitIndex());
    assertEquals(List.of(), server.takeSent());
    server.receive(2, new Commit(1, 1));
    assertEquals(2, server.replica().commitIndex(), "it never moves back");
  }

  @Test
  void aCommitOfAnEarlierTermSaysNothing() {
    TestServer server = backup(1, 1, 1);
    server.receive(3, new Heartbeat(2, 1, 1));
    server.takeSent();
    server.receive(2, new Commit(1, 3));
    assertEquals(1, server.replica().commitIndex());
    assertEquals(List.of(), server.takeSent());
  }

  @Test
  void aCommitBeyondTheLogIsABrokenInvariant() {
    TestServer server = backup(1, 1, 1);
    assertThrows(Check.Broken.class, () -> server.receive(2, new Commit(1, 4)));
  }

  @Test
  void aHeartbeatAnswerNamesOnlyWhatIsOnDisk() {
    TestServer server = backup(1);
    server.holdSyncs();
    server.receive(2, new Replicate(1, at(1, 1), List.of(entry(2, 1, "a")), 1));
    server.receive(2, new Heartbeat(1, 1, 1));
    server.syncAll();
    assertEquals(new HeartbeatAck(1, 1, 1, 1), server.sentTo(2).getLast());
    assertEquals(new HeartbeatAck(1, 2, 2, 1), answer(server, new Heartbeat(1, 1, 2)));
  }

  /// Two steps may be taken before the first one's sync is through.
  @Test
  void aDuplicateAcknowledgesNoMoreThanASyncHasCovered() {
    Replica replica = TestServer.founded(3, 1).replica();
    Event replicate =
        new Event.Received(id(2), new Replicate(1, at(1, 1), List.of(entry(2, 1, "a")), 1));
    assertEquals(
        List.of(new Envelope(id(2), new ReplicateAck(1, 2))),
        replica.step(replicate).sendAfterSync(),
        "leaves after this step's own sync");
    assertEquals(
        List.of(new Envelope(id(2), new ReplicateAck(1, 1))),
        replica.step(replicate).sendAfterSync());
    assertEquals(
        List.of(new Envelope(id(2), new ReplicateAck(1, 2))),
        replica.step(List.of(new Event.Synced(at(2, 1)), replicate)).sendAfterSync());
  }

  @Test
  void anEntryWithoutItsPredecessorIsRefused() {
    TestServer server = backup(1, 1);
    assertEquals(
        new ReplicateConflict(1, 5, at(3, 0)),
        answer(server, new Replicate(1, at(5, 1), List.of(entry(6, 1, "a")), 1)),
        "one past the end, no term");
    assertEquals(at(2, 1), server.replica().last());
  }

  @Test
  void aRefusalNamesTheFirstIndexOfTheTermThatStandsAtThePlace() {
    TestServer server = backup(1, 1, 2, 2, 2, 3);
    assertEquals(
        new ReplicateConflict(5, 5, at(3, 2)),
        answer(server, new Replicate(5, at(5, 4), List.of(), 1)));
  }

  @Test
  void aRefusalNeverLooksBackBeyondWhatIsCommitted() {
    TestServer server = backup(1, 1, 1, 1, 1);
    server.receive(2, new Replicate(2, at(3, 1), List.of(), 3));
    assertEquals(
        new ReplicateConflict(2, 5, at(4, 1)),
        answer(server, new Replicate(2, at(5, 2), List.of(), 3)));
  }

  @Test
  void entriesThatConflictGoWithAllThatFollow() {
    TestServer server = backup(1, 1, 2, 2, 2);
    PeerMessage answer = answer(server, new Replicate(3, at(3, 2), List.of(entry(4, 3, "new")), 1));
    assertEquals(new ReplicateAck(3, 4), answer);
    assertEquals(at(4, 3), server.replica().last());
    assertEquals(4, server.disk().size());
    assertEquals("new", TestLog.text(server.disk().getLast()));
    assertEquals(Optional.of(2L), server.replica().termAt(3));
    assertEquals(Optional.empty(), server.replica().termAt(5));
  }

  @Test
  void aLateDuplicateNeverShortensTheLog() {
    TestServer server = backup(1);
    Replicate first = new Replicate(1, at(1, 1), List.of(entry(2, 1, "a")), 1);
    server.receive(2, first);
    server.receive(2, new Replicate(1, at(2, 1), List.of(entry(3, 1, "b"), entry(4, 1, "c")), 1));
    assertEquals(
        new ReplicateAck(1, 2), answer(server, first), "what the duplicate covers, not the end");
    assertEquals(at(4, 1), server.replica().last());
    assertEquals(4, server.disk().size());
  }

  @Test
  void whatPartlyOverlapsIsAppendedFromWhereItIsNew() {
    TestServer server = backup(1, 1, 1);
    assertEquals(
        new ReplicateAck(1, 4),
        answer(
            server,
            new Replicate(
                1, at(1, 1), List.of(entry(2, 1, "c2"), entry(3, 1, "c3"), entry(4, 1, "d")), 1)));
    assertEquals(at(4, 1), server.replica().last());
  }

  @Test
  void aMatchIsNotTheOwnEndWhichMayDiffer() {
    TestServer server = backup(1, 1, 2, 2, 2);
    assertEquals(new ReplicateAck(3, 2), answer(server, new Replicate(3, at(2, 1), List.of(), 1)));
    assertEquals(at(5, 2), server.replica().last(), "a probe removes nothing");
  }

  @Test
  void theCommitIndexIsBoundedByWhatIsKnownToMatch() {
    TestServer server = backup(1, 1, 2, 2, 2);
    server.receive(2, new Replicate(3, at(2, 1), List.of(), 9));
    assertEquals(2, server.replica().commitIndex(), "what stands beyond may differ");
    server.receive(2, new Replicate(3, at(2, 1), List.of(entry(3, 3, "a")), 9));
    assertEquals(3, server.replica().commitIndex());
    server.receive(2, new Replicate(3, at(2, 1), List.of(), 9));
    assertEquals(3, server.replica().commitIndex(), "and never falls");
  }

  @Test
  void aHeartbeatTellsTheCommitIndexToo() {
    TestServer server = backup(1, 1, 1);
    server.receive(2, new Heartbeat(1, 3, 1));
    assertEquals(3, server.replica().commitIndex());
    server.receive(2, new Heartbeat(1, 2, 1));
    assertEquals(3, server.replica().commitIndex(), "a late one changes nothing");
  }

  @Test
  void aCommittedEntryIsNeverRemoved() {
    TestServer server = backup(1, 1, 1);
    server.receive(2, new Heartbeat(1, 3, 1));
    assertThrows(
        Check.Broken.class,
        () -> server.receive(2, new Replicate(2, at(1, 1), List.of(entry(2, 2, "other")), 1)));
  }

  /// A primary counts on entries that this server acknowledged: its disk forgot them.
  @Test
  void aCommitIndexBeyondTheLogStopsTheServer() {
    TestServer server = backup(1, 1);
    assertThrows(Check.Broken.class, () -> server.receive(2, new Heartbeat(1, 3, 1)));
  }

  @Test
  void twoPrimariesInOneTermStopTheServer() {
    TestServer server = backup(1);
    server.receive(2, new Heartbeat(1, 1, 1));
    assertThrows(Check.Broken.class, () -> server.receive(3, new Heartbeat(1, 1, 1)));
  }

  @Test
  void aStalePrimarysEntriesAreRefusedWithTheHigherTerm() {
    TestServer server = backup(1, 2);
    assertEquals(
        new ReplicateConflict(2, 0, LogPosition.NONE),
        answer(server, new Replicate(1, at(2, 2), List.of(entry(3, 1, "a")), 1)));
    assertEquals(at(2, 2), server.replica().last());
    assertEquals(Optional.empty(), server.replica().primary());
  }

  @Test
  void aBackupFollowsAPrimaryThatItsOwnMembershipDoesNotKnow() {
    TestServer server = backup(1);
    server.receive(9, new Replicate(4, at(1, 1), List.of(entry(2, 4, "members 1 2 3 9")), 1));
    assertEquals(Optional.of(id(9)), server.replica().primary());
    assertEquals(List.of(new ReplicateAck(4, 2)), server.sentTo(9));
  }

  @Test
  void aBackupTakesNoCommandsAndConfirmsNoReads() {
    TestServer server = backup(1);
    server.propose(5, "a");
    server.step(new Event.ReadRequested(6));
    assertEquals(
        List.of(new Answer.Refused(5, Answer.Reason.NOT_PRIMARY), new Answer.ReadRefused(6)),
        server.takeAnswers());
  }

  @Test
  void aBackupCountsAPauseAsOneTick() {
    TestServer server = backup(1);
    server.receive(2, new Heartbeat(1, 1, 1));
    server.step(new Event.Tick(100_000));
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.of(id(2)), server.replica().primary());
  }

  // ---- membership (thesis §4.1)

  @Test
  void aMembershipIsInForceFromTheMomentItIsInTheLog() {
    TestServer server = backup(1);
    server.receive(2, new Replicate(1, at(1, 1), List.of(entry(2, 1, "members 1 2 3 4l")), 1));
    assertEquals(2, server.replica().membership().index());
    assertEquals(4, server.replica().membership().members().size());
    assertEquals(1, server.replica().committedMembership().index());
    server.receive(2, new Heartbeat(1, 2, 1));
    assertEquals(2, server.replica().committedMembership().index());
  }

  @Test
  void aMembershipGoesWithTheEntryThatIsRemoved() {
    TestServer server = backup(1);
    server.receive(
        2,
        new Replicate(
            1,
            at(1, 1),
            List.of(entry(2, 1, "members 1 2 3 4l"), entry(3, 1, "members 1 2 3 4")),
            1));
    assertEquals(3, server.replica().membership().index());
    server.receive(2, new Replicate(2, at(2, 1), List.of(entry(3, 2, "a")), 1));
    assertEquals(2, server.replica().membership().index());
    server.receive(2, new Replicate(3, at(1, 1), List.of(entry(2, 3, "b")), 1));
    assertEquals(1, server.replica().membership().index());
  }

  @Test
  void withTheFoundingEntryGoneTheConfiguredMembersAreInForceAgain() {
    TestServer server = TestServer.fresh(3);
    server.receive(
        2, new Replicate(1, LogPosition.NONE, List.of(entry(1, 1, "members 1 2 -3")), 0));
    assertEquals(true, server.replica().membership().founded());
    server.receive(
        3, new Replicate(2, LogPosition.NONE, List.of(entry(1, 2, "members -1 2 3")), 0));
    assertEquals(Optional.of("key3"), server.replica().membership().member(id(3)).get().key());
    assertEquals(false, server.replica().membership().counts(id(1)));
    assertEquals(false, server.replica().committedMembership().founded());
    assertEquals(0, server.replica().committedMembership().index());
  }
}

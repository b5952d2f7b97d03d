package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.Replicate;
import holdfast.replication.PeerMessage.RequestVote;
import holdfast.replication.PeerMessage.TakeMeIn;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Timelines never mix (SURVIVOR.md rules 5 and 6).
final class TimelineGateTest {
  private static final ReplicaSettings SETTINGS = TestServer.SETTINGS;
  private static final long HIGHER = new Timeline(1, 3).firstTerm();
  private static final long HIGHEST = new Timeline(2, 2).firstTerm();

  /// Server 1, primary of a timeline that it founded itself, alone.
  private static TestServer founder() {
    TestServer server =
        new TestServer(
            id(1),
            TestLog.configured(3),
            new HardState(HIGHER, Optional.empty()),
            List.of(
                TestLog.entry(1, 1, "members 1 2 3"), TestLog.entry(2, HIGHER, "members 1 2l 3l")),
            2,
            SETTINGS,
            1);
    server.tick(1);
    assertEquals(Role.PRIMARY, server.replica().role());
    return server;
  }

  @Test
  void anotherTimelinesElectionsAndEntriesChangeNothing() {
    TestServer server = TestServer.settled(3);
    long term = server.replica().term();
    Stream.of(
            new RequestVote(HIGHER, false, true, at(9, HIGHER)),
            new PeerMessage.VoteResponse(HIGHER, false, Optional.of(Denial.STALE_TERM)),
            new PeerMessage.ReplicateConflict(HIGHER, 0, LogPosition.NONE),
            new PeerMessage.ReplicateAck(HIGHER, 9),
            new HeartbeatAck(HIGHER, 0, 9, 9))
        .forEach(message -> server.receive(3, message));
    assertEquals(term, server.replica().term());
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(Optional.empty(), server.replica().superseded());
    assertEquals(List.of(), server.sentTo(3));
  }

  @Test
  void whatALowerTimelineSaysIsIgnored() {
    TestServer server = founder();
    server.takeSent();
    server.receive(2, new Replicate(7, at(1, 1), List.of(TestLog.entry(2, 7, "a")), 2));
    server.receive(2, new Heartbeat(7, 2, 1));
    server.receive(2, new RequestVote(8, false, true, at(9, 7)));
    assertEquals(List.of(), server.sentTo(2));
    server.tick(SETTINGS.heartbeatTicks());
    assertEquals(1, server.sentTo(2, Heartbeat.class).size(), "it hears that this primary lives");
  }

  @Test
  void aPrimaryStepsDownForOneOfAHigherTimelineAndAsksToBeTakenIn() {
    TestServer server = TestServer.settled(3);
    long term = server.replica().term();
    server.step(new Event.ReadRequested(7));
    server.takeSent();
    server.receive(3, new Heartbeat(HIGHER, 5, 1));
    assertEquals(List.of(new TakeMeIn(term)), server.sentTo(3));
    assertEquals(Optional.of(id(3)), server.replica().superseded());
    assertEquals(Role.BACKUP, server.replica().role());
    assertEquals(Optional.empty(), server.replica().primary());
    server.propose(1, "a");
    assertEquals(
        List.of(new Answer.ReadRefused(7), new Answer.Refused(1, Answer.Reason.NOT_PRIMARY)),
        server.takeAnswers());
    assertEquals(term, server.replica().term(), "the higher term is another timeline's");
    assertEquals(2, server.replica().last().index());
  }

  @Test
  void whoHearsAHigherTimelineNeitherStandsNorVotesInItsOwn() {
    TestServer server = TestServer.founded(3, 1);
    for (int i = 0; i < 3 * SETTINGS.electionTicksMax(); i++) {
      server.receive(3, new Heartbeat(HIGHER, 5, i + 1));
      server.tick(1);
    }
    server.receive(2, new RequestVote(5, false, false, at(1, 1)));
    assertEquals(List.of(), server.sentTo(2));
    assertEquals(1, server.replica().term());
    for (int i = 0; i < SETTINGS.electionTicksMax(); i++) {
      assertEquals(Optional.of(id(3)), server.replica().superseded(), "tick " + i);
      server.tick(1);
    }
    assertEquals(Optional.empty(), server.replica().superseded());
    server.timeOut();
    assertEquals(1, server.sentTo(2, RequestVote.class).size(), "it goes on in its own");
  }

  @Test
  void theHighestTimelineIsTheOneToMoveTo() {
    TestServer server = TestServer.founded(3, 1);
    server.receive(3, new Heartbeat(HIGHER, 5, 1));
    server.receive(2, new Heartbeat(HIGHEST, 5, 1));
    server.receive(3, new Heartbeat(HIGHER, 5, 2));
    assertEquals(Optional.of(id(2)), server.replica().superseded());
    assertEquals(1, server.sentTo(3).size());
    assertEquals(1, server.sentTo(2).size());
  }

  @Test
  void aServerWithAnEmptyLogIsOfNoTimelineYet() {
    TestServer server = TestServer.fresh(3);
    server.receive(
        3, new Replicate(HIGHER, at(0, 0), List.of(TestLog.entry(1, 1, "members 1 2 3")), 1));
    assertEquals(HIGHER, server.replica().term());
    assertEquals(Optional.of(id(3)), server.replica().primary());
    assertEquals(1, server.replica().last().index());
  }

  @Test
  void whoAsksToBeTakenInNeedsACopyUntilItSpeaksInThisTimeline() {
    TestServer server = founder();
    server.receive(2, new TakeMeIn(1));
    assertEquals(List.of(id(2)), server.replica().lacking());
    assertTrue(server.replica().strayed(id(2)));
    server.takeSent();
    server.propose(1, "a");
    assertEquals(List.of(), server.sentTo(2), "no entry can reach it");
    server.tick(SETTINGS.heartbeatTicks());
    long round = server.lastRound(2);
    server.receive(2, new TakeMeIn(1));
    server.receive(2, new HeartbeatAck(server.replica().term(), round, 3, 3));
    assertEquals(List.of(), server.replica().lacking());
    assertFalse(server.replica().strayed(id(2)));
    assertEquals(1, server.sentTo(2, Replicate.class).size());
  }

  @Test
  void whoIsOfTheSameOrAHigherTimelineIsNotTakenIn() {
    TestServer server = founder();
    server.receive(2, new TakeMeIn(server.replica().term()));
    server.receive(3, new TakeMeIn(HIGHEST));
    assertEquals(List.of(), server.replica().lacking());
  }

  @Test
  void nobodyIsTakenInBeforeTheFoundingIsApplied() {
    ReplicaSettings settings = SETTINGS.withSurvivorTicks(60);
    TestServer server =
        new TestServer(
            id(1),
            TestLog.configured(2),
            new HardState(1, Optional.empty()),
            List.of(TestLog.entry(1, 1, "members 1 2")),
            1,
            settings,
            1);
    server.tick(60);
    server.holdSyncs();
    server.step(new Event.TimelineFounded(TestLog.bytes("members 1 2l"), false));
    server.receive(2, new TakeMeIn(1));
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(List.of(), server.replica().lacking());
    assertFalse(server.replica().strayed(id(2)));
    server.syncAll();
    assertEquals(List.of(id(2)), server.replica().lacking());
    assertTrue(server.replica().strayed(id(2)));
  }
}

package holdfast.replication;

import static holdfast.replication.TestLog.at;
import static holdfast.replication.TestLog.bytes;
import static holdfast.replication.TestLog.entry;
import static holdfast.replication.TestLog.id;
import static holdfast.replication.TestLog.membership;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.PeerMessage.Heartbeat;
import holdfast.replication.PeerMessage.HeartbeatAck;
import holdfast.replication.PeerMessage.RequestVote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Who puts whom out, and who may go on alone (SURVIVOR.md rules 2, 3, 4 and 12).
final class SurvivorTest {
  private static final int TAKEOVER = 60;
  private static final ReplicaSettings OFF = TestServer.SETTINGS;
  private static final ReplicaSettings SETTINGS = OFF.withSurvivorTicks(TAKEOVER);
  private static final Event ALONE = founding("members 1 2l 3l");

  private static Event founding(String list) {
    return new Event.TimelineFounded(bytes(list), false);
  }

  private static Event forced(String list) {
    return new Event.TimelineFounded(bytes(list), true);
  }

  /// Server 1 with a log of these lists, so many of them applied.
  private static TestServer server(ReplicaSettings settings, int applied, String... lists) {
    List<LogEntry> log = new ArrayList<>();
    for (String list : lists) {
      log.add(entry(log.size() + 1, 1, list.startsWith("c") ? list : "members " + list));
    }
    return new TestServer(
        id(1),
        TestLog.configured(3),
        new HardState(1, Optional.empty()),
        log,
        applied,
        settings,
        1);
  }

  private static TestServer oneOfTwo() {
    return server(SETTINGS, 2, "1 2 3", "1 2 3l", "c3");
  }

  /// A primary of three, or of what `lists` say last, that has committed in its term.
  private static TestServer primary(ReplicaSettings settings, String... lists) {
    TestServer server = server(settings, lists.length, lists);
    server.winElection();
    server.acknowledge(2);
    server.acknowledge(3);
    return server;
  }

  /// So many heartbeats, acknowledged by `peers`, who have everything.
  private static void beats(TestServer server, int count, int... peers) {
    for (int i = 0; i < count; i++) {
      server.takeSent();
      server.tick(SETTINGS.heartbeatTicks());
      long last = server.replica().last().index();
      for (int peer : peers) {
        server.acknowledge(peer);
        server.receive(
            peer, new HeartbeatAck(server.replica().term(), server.lastRound(peer), last, last));
      }
    }
  }

  private static Optional<Membership> list(String ids) {
    return Optional.of(membership(1, 1, ids));
  }

  // ---- who is put out and taken in

  @Test
  void aVoterThatIsSilentForAnElectionTimeoutIsPutOut() {
    TestServer server = primary(SETTINGS, "1 2 3");
    beats(server, 10, 2, 3);
    assertEquals(Optional.empty(), server.replica().ownChange());
    int ticks = 0;
    while (server.replica().ownChange().isEmpty()) {
      beats(server, 1, 2);
      ticks += SETTINGS.heartbeatTicks();
      assertTrue(ticks <= SETTINGS.electionTicksMax() + 2 * SETTINGS.heartbeatTicks());
    }
    assertTrue(ticks >= SETTINGS.electionTicksMax(), "after " + ticks);
    assertEquals(list("1 2 3l"), server.replica().ownChange());
  }

  @Test
  void aVoterWhoseProcessDiedIsPutOutSooner() {
    TestServer server = primary(SETTINGS, "1 2 3");
    beats(server, 10, 2, 3);
    server.step(new Event.PeerDied(id(3)));
    int ticks = 0;
    while (server.replica().ownChange().isEmpty()) {
      beats(server, 1, 2);
      ticks += SETTINGS.heartbeatTicks();
    }
    assertTrue(
        ticks > SETTINGS.electionTicksMin() && ticks < SETTINGS.electionTicksMax(),
        "after " + ticks);
  }

  @Test
  void withMajoritiesAloneNobodyIsPutOut() {
    TestServer server = primary(OFF, "1 2 3");
    beats(server, 30, 2);
    assertEquals(Optional.empty(), server.replica().ownChange());
  }

  @Test
  void twoVotersAlwaysStay() {
    TestServer server = primary(SETTINGS, "1 2 3", "1 2 3l");
    server.step(new Event.PeerDied(id(2)));
    for (int i = 0; i < 30; i++) {
      server.tick(1);
      assertEquals(Optional.empty(), server.replica().ownChange());
    }
  }

  @Test
  void nobodyIsPutOutUnlessEverybodyLeftAnswers() {
    TestServer server = server(SETTINGS, 1, "1 2 3 4 5");
    server.winElection();
    server.acknowledge(2);
    server.acknowledge(3);
    beats(server, 30, 2, 3);
    assertEquals(Optional.empty(), server.replica().ownChange(), "4 and 5 are silent");
    beats(server, 1, 2, 3, 4);
    assertEquals(list("1 2 3 4 5l"), server.replica().ownChange());
  }

  @Test
  void nobodyIsTakenInUnlessEverybodyAnswers() {
    TestServer server = primary(SETTINGS, "1 2 3 4", "1 2 3 4l");
    beats(server, 10, 2, 3, 4);
    assertTrue(server.replica().ownChange().isPresent());
    for (int i = 0; i < 4; i++) {
      beats(server, 1, 2, 4);
    }
    assertEquals(Optional.empty(), server.replica().ownChange(), "3 does not");
    assertEquals(
        Optional.of(ChangeDenial.TOO_FEW_ANSWER),
        server.replica().denialOf(membership(9, "1 2 3 4")));
  }

  @Test
  void anOperatorsRemovalWaitsForEverybodyLeft() {
    TestServer server = server(SETTINGS, 1, "1 2 3 4");
    server.winElection();
    server.acknowledge(2);
    server.acknowledge(3);
    beats(server, 2, 2, 3);
    assertEquals(
        new ChangeStep.Refused(
            "4 voters, 3 of which answer: without server 2 there would be 3, 2 of which answer,"
                + " and 3 are needed"),
        server.replica().toward(new MemberChange.Remove(id(2))).orElseThrow());
  }

  @Test
  void theSecondOfTwoMayFailOnceBothKnowThatTheyAreTwo() {
    TestServer server = primary(SETTINGS, "1 2 3");
    beats(server, 3, 2, 3);
    assertEquals(1, server.replica().failuresTolerated());
    beats(server, 10, 2);
    assertEquals(0, server.replica().failuresTolerated());
    server.step(new Event.ChangeProposed(bytes("members 1 2 3l")));
    beats(server, 1);
    server.acknowledge(2);
    server.acknowledge(3);
    server.receive(2, new HeartbeatAck(server.replica().term(), server.lastRound(2), 3, 2));
    assertEquals(0, server.replica().failuresTolerated(), "2 does not know yet");
    beats(server, 1, 2);
    assertEquals(1, server.replica().failuresTolerated());
  }

  // ---- who may go on alone

  @Test
  void theOneOfTwoVotersGoesOnAloneOnceItHasNotHeardTheOther() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER - 1);
    assertEquals(Optional.empty(), server.replica().foundable());
    server.tick(1);
    Membership wanted = server.replica().foundable().orElseThrow();
    assertTrue(wanted.statesSame(membership(0, "1 2l 3l")));
    assertFalse(server.replica().solo());
    server.step(ALONE);
    assertEquals(Role.PRIMARY, server.replica().role());
    assertTrue(server.replica().solo());
    long term = new Timeline(1, 1).firstTerm();
    assertEquals(new HardState(term, Optional.of(id(1))), server.savedHardState());
    assertEquals(at(4, term), server.replica().last(), "behind all it had, and no opening entry");
    assertEquals(4, server.replica().commitIndex(), "with what was not known to be committed");
    assertEquals(membership(4, term, "1 2l 3l"), server.replica().appliedMembership());
    assertTrue(server.replica().committedInOwnTerm());
    server.propose(1, "a");
    assertEquals(5, server.replica().commitIndex());
    assertEquals(Optional.empty(), server.replica().foundable());
  }

  @Test
  void termAndEntryOfAFoundingGoToDiskTogetherAndNothingLeavesBefore() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER);
    server.takeSent();
    server.holdSyncs();
    server.step(ALONE);
    assertEquals(List.of(), server.takeSent());
    assertEquals(2, server.replica().commitIndex(), "its own disk does not count yet");
    server.restart();
    assertEquals(Timeline.of(0), Timeline.of(server.replica().term()));
    assertEquals(3, server.replica().last().index());
  }

  @Test
  void aRestartedFounderLeadsInANewTermOnly() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER);
    server.step(ALONE);
    server.restart();
    assertEquals(Role.BACKUP, server.replica().role());
    server.tick(1);
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(new Timeline(1, 1).firstTerm() + 1, server.replica().term());
    assertTrue(server.replica().solo());
  }

  @Test
  void anythingHeardOfTheOtherVoterPutsItOff() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER - 1);
    server.receive(3, new RequestVote(9, true, false, at(1, 1)));
    assertEquals(Optional.empty(), server.replica().foundable());
    server.receive(2, new RequestVote(new Timeline(4, 2).firstTerm(), true, false, at(1, 1)));
    server.tick(TAKEOVER - 1);
    assertEquals(Optional.empty(), server.replica().foundable(), "of whatever timeline");
    server.step(ALONE);
    assertNotEquals(Role.PRIMARY, server.replica().role());
    server.tick(1);
    server.receive(3, new RequestVote(9, true, false, at(1, 1)));
    server.step(ALONE);
    assertEquals(Role.PRIMARY, server.replica().role(), "a learner is no company");
    assertEquals(new Timeline(5, 1), Timeline.of(server.replica().term()), "above all heard of");
  }

  @Test
  void aPauseIsNoSilence() {
    TestServer server = oneOfTwo();
    server.step(new Event.Tick(10 * TAKEOVER));
    assertEquals(Optional.empty(), server.replica().foundable());
  }

  @Test
  void withMajoritiesAloneNobodyGoesOnAlone() {
    TestServer server = server(OFF, 2, "1 2 3", "1 2 3l");
    server.tick(10 * TAKEOVER);
    assertEquals(Optional.empty(), server.replica().foundable());
    assertEquals(Optional.empty(), server.replica().foundableByForce());
  }

  @Test
  void moreThanTwoVotersOrAnUncommittedListOrALaterOneBarIt() {
    for (TestServer server :
        List.of(
            server(SETTINGS, 1, "1 2 3"),
            server(SETTINGS, 1, "1 2 3", "1 2 3l"),
            server(SETTINGS, 2, "1 2 3", "1 2 3l", "1 2 3"),
            server(SETTINGS, 2, "1 2 3", "1l 2 3"))) {
      server.tick(TAKEOVER);
      assertEquals(Optional.empty(), server.replica().foundable(), server.disk().toString());
      server.step(ALONE);
      assertNotEquals(Role.PRIMARY, server.replica().role());
    }
  }

  @Test
  void aLogThatEndsBeforeItsTimelinesFoundingBarsIt() {
    TestServer server =
        new TestServer(
            id(1),
            TestLog.configured(3),
            new HardState(new Timeline(1, 2).firstTerm(), Optional.empty()),
            List.of(entry(1, 1, "members 1 2 3"), entry(2, 1, "members 1 2 3l")),
            2,
            SETTINGS,
            1);
    server.tick(TAKEOVER);
    assertEquals(Optional.empty(), server.replica().foundable());
  }

  @Test
  void whoHearsAHigherTimelineFoundsNone() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER);
    server.receive(3, new Heartbeat(new Timeline(1, 3).firstTerm(), 1, 1));
    assertEquals(Optional.empty(), server.replica().foundable());
    assertEquals(Optional.empty(), server.replica().foundableByForce());
    server.step(ALONE);
    assertEquals(Role.BACKUP, server.replica().role());
  }

  @Test
  void onlyTheListThatIsDueFoundsATimeline() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER);
    server.step(founding("members 1 2 3l"));
    server.step(founding("members 1 2l"));
    server.step(founding("c"));
    assertNotEquals(Role.PRIMARY, server.replica().role());
  }

  @Test
  void whatTheFounderWaitedForItCommitsAlone() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER);
    server.step(ALONE);
    assertFalse(server.replica().views().pending());
    server.takeSent();
    server.tick(SETTINGS.heartbeatTicks());
    assertEquals(1, server.sentTo(2, Heartbeat.class).size(), "the others hear of it");
    assertEquals(1, server.sentTo(3, Heartbeat.class).size());
  }

  @Test
  void anOperatorsWordLetsAnyMemberGoOnAlone() {
    TestServer server = server(SETTINGS, 1, "1 2 3", "1l 2 3", "c3");
    assertTrue(
        server.replica().foundableByForce().orElseThrow().statesSame(membership(0, "1 2l 3l")));
    server.step(ALONE);
    assertEquals(Role.BACKUP, server.replica().role());
    server.step(forced("members 1 2l 3l"));
    assertEquals(Role.PRIMARY, server.replica().role());
    assertEquals(4, server.replica().commitIndex());
  }

  @Test
  void notEvenAnOperatorsWordHelpsWhereAPrimaryLivesOrNoClusterIs() {
    TestServer server = server(SETTINGS, 1, "1 2 3");
    server.receive(2, new Heartbeat(1, 1, 1));
    assertEquals(Optional.empty(), server.replica().foundableByForce());
    assertEquals(Optional.empty(), server(SETTINGS, 1, "-1 2 3").replica().foundableByForce());
    assertEquals(Optional.empty(), server(SETTINGS, 1, "2 3 x1").replica().foundableByForce());
    TestServer empty = server(SETTINGS, 0);
    assertEquals(Optional.empty(), empty.replica().foundableByForce());
    TestServer primary = primary(SETTINGS, "1 2 3");
    assertEquals(Optional.empty(), primary.replica().foundableByForce());
  }

  @Test
  void aFounderTakesTheOthersInOneByOne() {
    TestServer server = oneOfTwo();
    server.tick(TAKEOVER);
    server.step(ALONE);
    long term = server.replica().term();
    beats(server, 6, 2);
    assertTrue(server.replica().ownChange().orElseThrow().statesSame(membership(0, "1 2 3l")));
    server.step(new Event.ChangeProposed(bytes("members 1 2 3l")));
    assertTrue(server.replica().views().pending());
    server.acknowledge(2);
    assertFalse(server.replica().views().pending());
    assertFalse(server.replica().solo());
    assertEquals(term, server.replica().term());
  }
}

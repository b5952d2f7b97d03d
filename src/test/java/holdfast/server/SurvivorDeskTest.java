package holdfast.server;

import static holdfast.server.TestCore.ONE;
import static holdfast.server.TestCore.THREE;
import static holdfast.server.TestCore.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.replication.Event;
import holdfast.replication.LogEntry;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.ReplicaSettings;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// When a server goes on alone, by itself or at an operator's word, and what it says of that
/// (SURVIVOR.md rules 3, 4, 8 and 12).
final class SurvivorDeskTest {
  private static final int TICKS = 1_000;
  private static final Duration TAKEOVER = Duration.ofSeconds(10);
  private static final ReplicaSettings SETTINGS =
      ReplicaSettings.defaults().withSurvivorTicks(TICKS);
  private static final String ALONE = "1 2l 3l";
  private static final String FULL =
      "not done: the log has reached log.keep and nothing of it may go while ";
  private static final String SOLO =
      "server 1 goes on alone: what is acknowledged now is on its disk only, and lost with it; ";

  private long chatTime;

  private SurvivorDesk desk(TestCore core) {
    return new SurvivorDesk(ONE, core.replica, Optional.of(TAKEOVER), () -> chatTime);
  }

  private static SurvivorDesk off(TestCore core) {
    return new SurvivorDesk(ONE, core.replica, Optional.empty(), () -> 0);
  }

  /// One of two voters that knows it; the third has no vote.
  private static TestCore oneOfTwo() {
    return new TestCore(SETTINGS, 2, "1 2 3", "1 2 3l");
  }

  /// Nobody is heard for as long as `survivor.takeover` says.
  private static TestCore silent(TestCore core) {
    core.tick(TICKS);
    return core;
  }

  private TestCore solo() {
    TestCore core = silent(oneOfTwo());
    core.step(desk(core).onTime(0).orElseThrow());
    return core;
  }

  private static ChangeResult survive(SurvivorDesk desk) {
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    desk.survive(result);
    return toldOf(result);
  }

  private static ChangeResult toldOf(CompletableFuture<ChangeResult> result) {
    return result.getNow(new ChangeResult.Unknown("nothing yet"));
  }

  private static ChangeResult refused(String sentence) {
    return new ChangeResult.Refused(sentence);
  }

  /// What the entry would state that founds the timeline.
  private static Command.Members checkFounding(Optional<Event> event, boolean forced)
      throws Exception {
    Event.TimelineFounded founded = (Event.TimelineFounded) event.orElseThrow();
    assertEquals(forced, founded.forced());
    assertTrue(
        new CommandCodec()
            .membershipOf(new LogEntry(3, 1, founded.command()))
            .orElseThrow()
            .statesSame(TestCore.membership(ALONE)));
    return (Command.Members) CommandCodec.decode(founded.command());
  }

  // ---- by itself

  @Test
  void whoHasNotHeardTheOtherVoterForLongEnoughGoesOnAlone() throws Exception {
    TestCore core = oneOfTwo();
    SurvivorDesk desk = desk(core);
    core.tick(TICKS - 1);
    assertEquals(Optional.empty(), desk.onTime(0));
    core.tick(1);
    Optional<Event> founding = desk.onTime(0);
    Command.Members command = checkFounding(founding, false);
    assertTrue(command.outside(), "what the others may come back with is kept");
    core.step(founding.orElseThrow());
    assertTrue(core.replica.solo());
    assertEquals(Optional.empty(), desk.onTime(0), "once");
  }

  @Test
  void itsFirstEntryIsNotOlderThanWhatIsApplied() throws Exception {
    TestCore core = silent(oneOfTwo());
    long before = System.currentTimeMillis();
    assertTrue(checkFounding(desk(core).onTime(0), false).time() >= before);
    chatTime = before + 1_000_000_000;
    assertEquals(chatTime, checkFounding(desk(core).onTime(0), false).time());
  }

  @Test
  void whoeverMayLackSomethingAcknowledgedDoesNotGoOnByItselfHoweverLongItWaits() {
    for (TestCore core :
        List.of(
            new TestCore(SETTINGS, 1, "1 2 3"),
            new TestCore(SETTINGS, 1, "1 2 3", "1 2 3l"),
            new TestCore(SETTINGS, 2, "1 2 3", "1l 2 3"))) {
      assertEquals(
          Optional.empty(),
          desk(silent(core)).onTime(0),
          () -> core.replica.membership().toString());
    }
  }

  @Test
  void withTheSettingOffNobodyGoesOnAlone() {
    TestCore core = silent(oneOfTwo());
    assertTrue(core.replica.foundable().isPresent(), "it is not the core that holds it back");
    SurvivorDesk desk = off(core);
    assertEquals(Optional.empty(), desk.onTime(0));
    assertEquals(
        refused(
            "survivor.takeover is off at server 1: with it off, `recover` begins a new cluster from"
                + " what is left"),
        survive(desk));
    assertEquals(Optional.empty(), desk.onTime(0));
    assertEquals(Optional.empty(), desk.hope());
    assertEquals(List.of(), off(solo()).warnings(true));
  }

  // ---- an operator's word

  @Test
  void anOperatorsWordHasAServerGoOnThatWouldNotByItself() throws Exception {
    TestCore core = new TestCore(SETTINGS, 1, "1 2 3");
    SurvivorDesk desk = desk(core);
    assertEquals(Optional.empty(), desk.onTime(0));
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    desk.survive(result);
    Optional<Event> founding = desk.onTime(System.nanoTime());
    checkFounding(founding, true);
    assertFalse(result.isDone(), "it is not done before it is so");
    core.step(founding.orElseThrow());
    assertEquals(Optional.empty(), desk.onTime(System.nanoTime()));
    assertEquals(new ChangeResult.Done(), toldOf(result));
  }

  @Test
  void whoGoesOnAloneAlreadyDoesAsTheOperatorWants() {
    assertEquals(new ChangeResult.Done(), survive(desk(solo())));
  }

  @Test
  void whoKnowsAPrimaryIsNotMadeToGoOnAlone() {
    TestCore core = new TestCore(SETTINGS, 1, "1 2 3");
    core.hear(TWO, new PeerMessage.Heartbeat(1, 1, 1));
    assertEquals(refused("server 2 is primary: nobody has to go on alone"), survive(desk(core)));
    TestCore primary = TestCore.primary(SETTINGS);
    assertEquals(refused("server 1 is primary: nobody has to go on alone"), survive(desk(primary)));
  }

  @Test
  void whoIsBeingTakenInToALaterTimelineIsNotMadeToGoOnAlone() {
    TestCore core = silent(oneOfTwo());
    core.hear(THREE, new PeerMessage.Heartbeat(new Timeline(1, 3).firstTerm(), 1, 1));
    assertEquals(
        refused("server 3 is primary in a later timeline, and takes this server in"),
        survive(desk(core)));
    assertEquals(Optional.empty(), desk(core).onTime(0));
  }

  @Test
  void aServerThatWasNeverPartOfAClusterIsNotMadeToGoOnAlone() {
    assertEquals(
        refused("server 1 has not taken part in its cluster yet"),
        survive(desk(new TestCore(SETTINGS, 0))));
  }

  @Test
  void oneOperatorAtATimeIsHeard() {
    SurvivorDesk desk = desk(new TestCore(SETTINGS, 1, "1 2 3"));
    CompletableFuture<ChangeResult> first = new CompletableFuture<>();
    desk.survive(first);
    assertEquals(refused("somebody else wants the same, and waits for it"), survive(desk));
    assertFalse(first.isDone());
  }

  @Test
  void aWishThatNothingComesOfEndsWithASentenceAndIsForgotten() {
    SurvivorDesk desk = desk(new TestCore(SETTINGS, 1, "1 2 3"));
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    long before = System.nanoTime();
    desk.survive(result);
    long after = System.nanoTime();
    desk.onTime(before + SurvivorDesk.FORCED_NANOS_MAX - 1);
    assertFalse(result.isDone());
    assertEquals(Optional.empty(), desk.onTime(after + SurvivorDesk.FORCED_NANOS_MAX));
    assertEquals(refused("server 1 cannot go on alone; see its log"), toldOf(result));
    CompletableFuture<ChangeResult> again = new CompletableFuture<>();
    desk.survive(again);
    assertFalse(again.isDone(), "another wish is heard");
  }

  @Test
  void aWishEndsWhenAPrimaryIsHeardOfWhicheverTimelineItIs() {
    for (long term : List.of(1L, new Timeline(1, 2).firstTerm())) {
      TestCore core = new TestCore(SETTINGS, 1, "1 2 3");
      SurvivorDesk desk = desk(core);
      CompletableFuture<ChangeResult> result = new CompletableFuture<>();
      desk.survive(result);
      core.hear(TWO, new PeerMessage.Heartbeat(term, 1, 1));
      assertEquals(Optional.empty(), desk.onTime(System.nanoTime()));
      assertEquals(
          refused(
              term == 1
                  ? "server 2 is primary: nobody has to go on alone"
                  : "server 2 is primary in a later timeline, and takes this server in"),
          toldOf(result));
    }
  }

  @Test
  void anOperatorIsNotToldThatItGoesOnAloneBeforeItsDiskHasThat() {
    TestCore core = new TestCore(SETTINGS, 1, "1 2 3");
    SurvivorDesk desk = desk(core);
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    desk.survive(result);
    core.fillDisk();
    core.step(desk.onTime(System.nanoTime()).orElseThrow());
    assertEquals(Role.PRIMARY, core.replica.role());
    desk.onTime(System.nanoTime());
    assertFalse(result.isDone(), "a crash now would make it forget");
    assertEquals(refused("somebody else wants the same, and waits for it"), survive(desk));
    desk.onTime(System.nanoTime() + SurvivorDesk.FORCED_NANOS_MAX);
    assertEquals(
        new ChangeResult.Unknown(
            "server 1 goes on alone as soon as its disk takes that; see its log"),
        toldOf(result));
    CompletableFuture<ChangeResult> again = new CompletableFuture<>();
    desk.survive(again);
    core.makeRoom();
    desk.onTime(System.nanoTime());
    assertEquals(new ChangeResult.Done(), toldOf(again));
  }

  // ---- in words: a primary

  @Test
  void whoGoesOnAloneSaysWhatIsAtStakeAndWhomToBringBack() {
    TestCore core = solo();
    SurvivorDesk desk = desk(core);
    assertEquals(
        List.of(
            SOLO + "bring back servers 2 and 3 with their disks, or remove them and add new ones"),
        desk.warnings(false));
    core.beat(TWO);
    assertEquals(
        List.of(SOLO + "bring back server 3 with its disk, or remove it and add a new one"),
        desk.warnings(false));
    core.beat(TWO, THREE);
    assertEquals(List.of(SOLO + "servers 2 and 3 have to catch up first"), desk.warnings(false));
  }

  @Test
  void whoGoesOnAloneWithoutAnybodyLeftIsToBeGivenCompany() {
    TestCore core = new TestCore(SETTINGS, 1, "1 2 3");
    SurvivorDesk desk = desk(core);
    desk.survive(new CompletableFuture<>());
    core.step(desk.onTime(System.nanoTime()).orElseThrow());
    for (ServerId gone : List.of(TWO, THREE)) {
      Membership left = core.replica.membership().without(gone);
      core.step(new Event.ChangeProposed(CommandCodec.members(2, left, gone.equals(TWO))));
    }
    assertEquals(List.of(SOLO + "add another server"), desk.warnings(false));
  }

  @Test
  void twoVotersSayWhoIsAwayAndWhatHappensIfOneOfThemFails() {
    TestCore core = oneOfTwo();
    core.winElection();
    core.beat(TWO);
    assertEquals(
        List.of(
            "server 3 has no vote while it is away; if one of servers 1 and 2 fails, too, the other"
                + " goes on alone after 10s"),
        desk(core).warnings(false));
    core.beat(TWO, THREE);
    assertEquals(List.of(), desk(core).warnings(false));
    TestCore four = new TestCore(SETTINGS, 1, "1 2 3l 4l");
    four.winElection();
    four.beat(TWO);
    assertEquals(
        List.of(
            "servers 3 and 4 have no vote while they are away; if one of servers 1 and 2 fails,"
                + " too, the other goes on alone after 10s"),
        desk(four).warnings(false));
  }

  @Test
  void withThreeVotersAndOnABackupNothingIsSaid() {
    TestCore core = new TestCore(SETTINGS, 1, "1 2 3 4l");
    core.winElection();
    assertEquals(List.of(), desk(core).warnings(false));
    assertEquals(List.of(), desk(silent(oneOfTwo())).warnings(true));
  }

  @Test
  void whileTheLogIsFullThatIsSaidFirstAndWhoIsWaitedFor() {
    TestCore core = solo();
    SurvivorDesk desk = desk(core);
    assertEquals(2, desk.warnings(true).size());
    assertEquals(ErrorCode.DISK_FULL, desk.logFull().code());
    assertEquals(
        FULL + "servers 2 and 3 have no vote: they must come back, or be removed",
        desk.warnings(true).getFirst());
    core.beat(TWO);
    assertEquals(
        FULL + "server 3 has no vote: it must come back, or be removed",
        desk.warnings(true).getFirst());
    core.beat(TWO, THREE);
    assertEquals(
        FULL + "a member has no vote: it must catch up first", desk.warnings(true).getFirst());
  }

  // ---- in words: where there is no primary

  @Test
  void theOneOfTwoThatKnowsEverythingSaysForWhatItWaits() {
    assertEquals(
        Optional.of("server 1 goes on alone once it has heard nothing of server 2 for 10s"),
        desk(oneOfTwo()).hope());
  }

  /// In one that may lack something, waiting would never end: a list of two that is not known to be
  /// committed is the known trap of DESIGN.
  @Test
  void whoMayLackSomethingNamesTheOperatorsCommand() {
    for (TestCore core :
        List.of(
            new TestCore(SETTINGS, 1, "1 2 3"),
            new TestCore(SETTINGS, 1, "1 2 3", "1 2 3l"),
            new TestCore(SETTINGS, 2, "1 2 3", "1l 2 3"))) {
      assertEquals(
          Optional.of(
              "if they cannot be started, `admin survive 1` has server 1 go on with what it has"),
          desk(core).hope());
    }
  }

  @Test
  void thereIsNothingToHopeForWherePrimariesLiveOrNoClusterIs() {
    TestCore served = oneOfTwo();
    served.hear(TWO, new PeerMessage.Heartbeat(1, 1, 1));
    assertEquals(Optional.empty(), desk(served).hope());
    TestCore superseded = oneOfTwo();
    superseded.hear(THREE, new PeerMessage.Heartbeat(new Timeline(1, 3).firstTerm(), 1, 1));
    assertEquals(Optional.empty(), desk(superseded).hope());
    assertEquals(
        Optional.empty(),
        desk(new TestCore(SETTINGS, 0)).hope(),
        "an operator's word would be refused");
  }
}

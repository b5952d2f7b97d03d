package holdfast.server;

import static holdfast.server.TestCore.ONE;
import static holdfast.server.TestCore.THREE;
import static holdfast.server.TestCore.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatLimits;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.MemoryChatState;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.replication.Answer;
import holdfast.replication.Event;
import holdfast.replication.Member;
import holdfast.replication.ReplicaSettings;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.wire.Ack;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a primary answers to those whose writes and reads it took.
final class ProposalsTest {
  /// So few bytes may be uncommitted that a second command is refused while the first one waits.
  private static final int UNCOMMITTED_BYTES = 200;

  private static final long TERM = 2;

  /// A connection of a client of another server.
  private static final long LANE = 7;

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /// What was sent to another server.
  private record Sent(ServerId to, PeerFrame frame) {}

  private final TestCore core = TestCore.primary(settings());
  private final List<Sent> sent = new ArrayList<>();
  private final ClusterClock clock = new ClusterClock();
  private final ChatMachine machine = new ChatMachine(new MemoryChatState(), ChatLimits.defaults());
  private final WriteDesk writes =
      new WriteDesk(
          () -> machine,
          new WriteDesk.Channel() {
            @Override
            public Optional<RequestRefused> refusal() {
              return Optional.empty();
            }

            @Override
            public boolean open() {
              return core.replica.role() == Role.PRIMARY;
            }

            @Override
            public boolean local() {
              return true;
            }

            @Override
            public boolean send(WriteLane lane, PendingWrite write) {
              proposals.propose(write.body, new Origin.Local(lane, write));
              return true;
            }
          },
          5 * SECOND,
          1);

  /// What this server itself asked to read.
  private final List<Long> ownReads = new ArrayList<>();

  private final ReadIndexDesk reads = new ReadIndexDesk(ownReads::add, 1_000);
  private boolean diskFull;
  private Optional<ErrorCode> closed = Optional.empty();
  private final Proposals proposals =
      new Proposals(
          ONE,
          core.replica,
          new RecordingPeers(),
          clock,
          writes,
          reads,
          () -> diskFull,
          () -> closed);

  @BeforeEach
  void listenToTheCore() {
    core.answerTo(proposals::onAnswer);
  }

  private static ReplicaSettings settings() {
    ReplicaSettings usual = ReplicaSettings.defaults();
    return new ReplicaSettings(
        usual.electionTicksMin(),
        usual.electionTicksMax(),
        usual.heartbeatTicks(),
        usual.diedTicksMax(),
        usual.caughtUpTicks(),
        usual.windowEntriesMax(),
        usual.windowBytesMax(),
        usual.batchEntriesMax(),
        usual.batchBytesMax(),
        UNCOMMITTED_BYTES,
        usual.cacheBytesMax(),
        0);
  }

  private final class RecordingPeers implements Peers {
    @Override
    public boolean send(ServerId to, byte[] frame) {
      try {
        byte[] line = Arrays.copyOf(frame, frame.length - 1);
        PeerCodec.PeerReceived received = PeerCodec.decode(line);
        assertEquals(ONE, received.from());
        return sent.add(new Sent(to, received.frame()));
      } catch (FrameException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void flush() {
      throw new AssertionError("whoever hands in the frames flushes");
    }

    @Override
    public void dial(List<Member> members) {
      throw new AssertionError("no business of proposals");
    }

    @Override
    public void drop(ServerId peer) {
      throw new AssertionError("no business of proposals");
    }
  }

  // ---- in the words of a test

  private static RequestKey key(String requestId) {
    return new RequestKey(2, Optional.empty(), requestId, new Digest(7, 7));
  }

  private static byte[] body(String requestId) {
    return CommandCodec.body(
        new Command.Send(
            0, key(requestId), ConversationId.direct(2, 2), "hello", Optional.empty()));
  }

  private static PeerFrame.Forward forward(long lane, long number, Ack ack) {
    return new PeerFrame.Forward(TERM, lane, number, body("q" + number), ack);
  }

  private void forward(ServerId from, long lane, long number) {
    proposals.onForward(from, forward(lane, number, Ack.MAJORITY));
  }

  /// The core takes what was proposed.
  private void pass() {
    proposals.take().ifPresent(core::step);
  }

  /// What was sent since the last call.
  private List<Sent> takeSent() {
    List<Sent> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  private static Sent refused(ServerId to, long number, String code, long expected) {
    return new Sent(to, new PeerFrame.ForwardRefused(TERM, LANE, number, code, expected));
  }

  private static List<String> requestsOf(Optional<Event> taken) throws Exception {
    List<String> requests = new ArrayList<>();
    for (Event.Proposal proposal : ((Event.Proposed) taken.orElseThrow()).proposals()) {
      requests.add(((Command.Write) CommandCodec.decode(proposal.command())).request().requestId());
    }
    return requests;
  }

  /// A client's write of this server; what it is told.
  private List<String> submit(String requestId, Ack ack) {
    List<String> told = new ArrayList<>();
    WriteReply reply =
        new WriteReply() {
          @Override
          public void applied(Outcome outcome, boolean repeat, OptionalInt acked) {
            told.add("applied " + acked.orElse(0));
          }

          @Override
          public void accepted() {
            told.add("accepted");
          }

          @Override
          public void failed(RequestRefused refusal) {
            told.add(refusal.code().name());
          }
        };
    writes.submit(
        new WriteLane(), new PendingWrite(key(requestId), body(requestId), ack, true, reply, 0));
    return told;
  }

  // ---- into the core

  @Test
  void whatIsProposedReachesTheCoreAsOneEventInItsOrder() throws Exception {
    assertTrue(proposals.isEmpty());
    assertEquals(Optional.empty(), proposals.take());
    forward(TWO, LANE, 1);
    submit("own", Ack.MAJORITY);
    forward(TWO, LANE, 2);
    assertFalse(proposals.isEmpty());
    assertEquals(List.of("q1", "own", "q2"), requestsOf(proposals.take()));
    assertTrue(proposals.isEmpty());
    assertEquals(Optional.empty(), proposals.take(), "once");
  }

  @Test
  void aCommandCarriesTheClustersTime() {
    long later = System.currentTimeMillis() + 1_000_000_000;
    clock.atLeast(later);
    forward(TWO, LANE, 1);
    Event.Proposed taken = (Event.Proposed) proposals.take().orElseThrow();
    assertEquals(
        OptionalLong.of(later), CommandCodec.timeOf(taken.proposals().getFirst().command()));
  }

  // ---- writes that other servers forward

  @Test
  void aForwardThatOvertookAnotherIsRefusedWithTheNumberThatIsMissing() throws Exception {
    forward(TWO, LANE, 1);
    forward(TWO, LANE, 3);
    assertEquals(List.of(refused(TWO, 3, PeerFrame.ForwardRefused.GAP, 2)), takeSent());
    forward(TWO, LANE, 2);
    forward(TWO, LANE, 3);
    assertEquals(List.of(), takeSent());
    assertEquals(List.of("q1", "q2", "q3"), requestsOf(proposals.take()));
  }

  @Test
  void aForwardThatIsInTheLogIsNotLoggedAgainAndNotAnswered() {
    forward(TWO, LANE, 1);
    pass();
    forward(TWO, LANE, 1);
    assertEquals(Optional.empty(), proposals.take());
    assertEquals(List.of(), takeSent());
  }

  @Test
  void eachLaneOfEachServerIsNumberedByItself() throws Exception {
    forward(TWO, LANE, 1);
    forward(TWO, LANE + 1, 1);
    forward(THREE, LANE, 1);
    assertEquals(List.of("q1", "q1", "q1"), requestsOf(proposals.take()));
    assertEquals(List.of(), takeSent());
  }

  @Test
  void whoIsNotPrimaryOrNotInThatTermTakesNothing() {
    proposals.onForward(TWO, new PeerFrame.Forward(TERM - 1, LANE, 1, body("old"), Ack.MAJORITY));
    assertEquals(
        List.of(new Sent(TWO, new PeerFrame.ForwardRefused(TERM - 1, LANE, 1, "NO_PRIMARY", 1))),
        takeSent());
    core.loseOffice();
    forward(TWO, LANE, 1);
    assertEquals(List.of(refused(TWO, 1, "NO_PRIMARY", 1)), takeSent());
    assertTrue(proposals.isEmpty());
  }

  @Test
  void whileThePrimaryTakesNoWritesAForwardIsToldWhy() {
    closed = Optional.of(ErrorCode.DISK_FULL);
    forward(TWO, LANE, 1);
    assertEquals(List.of(refused(TWO, 1, "DISK_FULL", 1)), takeSent());
    assertTrue(proposals.isEmpty());
    closed = Optional.empty();
    forward(TWO, LANE, 1);
    assertFalse(proposals.isEmpty(), "the same number is expected still");
  }

  @Test
  void whatIsInTheLogIsNotSaidToBeRefusedWhenItIsForwardedAgainToAFullDisk() {
    forward(TWO, LANE, 1);
    pass();
    closed = Optional.of(ErrorCode.DISK_FULL);
    forward(TWO, LANE, 1);
    assertEquals(List.of(), takeSent());
  }

  @Test
  void whatTheCoreRefusesIsExpectedAgainBeforeAnythingBehindIt() {
    forward(TWO, LANE, 1);
    forward(TWO, LANE, 2);
    forward(TWO, LANE, 3);
    pass();
    assertEquals(List.of(refused(TWO, 2, "BUSY", 0), refused(TWO, 3, "BUSY", 0)), takeSent());
    forward(TWO, LANE, 3);
    assertEquals(List.of(refused(TWO, 3, PeerFrame.ForwardRefused.GAP, 2)), takeSent());
    core.hold(TWO, THREE);
    forward(TWO, LANE, 2);
    pass();
    assertEquals(List.of(), takeSent());
  }

  @Test
  void whileAnotherIsToTakeOverAWriteIsToldToLookForThatOne() {
    core.step(new Event.TakeOverRequested(Optional.of(TWO)));
    forward(TWO, LANE, 1);
    List<String> told = submit("own", Ack.MAJORITY);
    pass();
    assertEquals(List.of(refused(TWO, 1, "NO_PRIMARY", 0)), takeSent());
    assertEquals(List.of(), told, "it waits for the next primary");
    assertFalse(writes.isEmpty());
  }

  @Test
  void anOwnClientIsToldThatTheClusterTakesNoMore() {
    List<String> first = submit("a", Ack.MAJORITY);
    List<String> second = submit("b", Ack.MAJORITY);
    pass();
    assertEquals(List.of(), first);
    assertEquals(List.of("BUSY"), second);
  }

  @Test
  void forWhatTheServerProposedItselfNobodyIsAnswered() {
    proposals.propose(body("seen"), new Origin.Own());
    proposals.propose(body("refused"), new Origin.Own());
    pass();
    core.hold(TWO, THREE);
    proposals.settleAckAlls(core.applied());
    assertEquals(3, core.applied());
    assertEquals(List.of(), takeSent());
  }

  // ---- who has it on disk

  @Test
  void aWriteThatAMajorityMustHaveIsAnsweredByItsApplyOnly() {
    forward(TWO, LANE, 1);
    pass();
    core.hold(TWO, THREE);
    List<String> told = submit("own", Ack.MAJORITY);
    pass();
    core.hold(TWO, THREE);
    proposals.settleAckAlls(core.applied());
    assertEquals(List.of(), takeSent());
    assertEquals(List.of(), told);
    writes.onApplied(key("own"), new Outcome.Done(4), false);
    assertEquals(List.of("applied 0"), told);
  }

  @Test
  void aWriteThatThePrimaryMustHaveIsAnsweredWhenItIsOnItsDisk() {
    List<String> told = submit("own", Ack.PRIMARY);
    pass();
    assertEquals(List.of("accepted"), told);
    core.hold(TWO, THREE);
    proposals.onForward(TWO, forward(LANE, 1, Ack.PRIMARY));
    assertEquals(List.of(), takeSent());
    pass();
    assertEquals(
        List.of(new Sent(TWO, new PeerFrame.Forwarded(TERM, LANE, 1, 4, TERM, 1))), takeSent());
  }

  @Test
  void whatAFullDiskDidNotTakeIsNotAcknowledged() {
    diskFull = true;
    List<String> told = submit("own", Ack.PRIMARY);
    pass();
    core.hold(TWO, THREE);
    proposals.onForward(TWO, forward(LANE, 1, Ack.PRIMARY));
    pass();
    assertEquals(List.of(), told);
    assertEquals(List.of(), takeSent());
  }

  @Test
  void aWriteThatAllMustHaveIsAnsweredOnceEveryVoterHasIt() {
    proposals.onForward(TWO, forward(LANE, 1, Ack.ALL));
    pass();
    proposals.settleAckAlls(core.applied());
    core.hold(TWO);
    proposals.settleAckAlls(core.applied());
    assertEquals(List.of(), takeSent(), "server 3 has it not");
    core.hold(THREE);
    proposals.settleAckAlls(core.applied() - 1);
    assertEquals(List.of(), takeSent(), "it is not applied");
    proposals.settleAckAlls(core.applied());
    proposals.settleAckAlls(core.applied());
    assertEquals(
        List.of(new Sent(TWO, new PeerFrame.Forwarded(TERM, LANE, 1, 3, TERM, 3))), takeSent());
  }

  @Test
  void whoIsNotUpIsNotWaitedFor() {
    List<String> told = submit("own", Ack.ALL);
    pass();
    core.hold(TWO);
    writes.onApplied(key("own"), new Outcome.Done(3), false);
    proposals.settleAckAlls(core.applied());
    assertEquals(List.of(), told);
    while (core.replica.isUp(THREE)) {
      core.beat(TWO);
    }
    proposals.settleAckAlls(core.applied());
    assertEquals(List.of("applied 2"), told);
  }

  // ---- reads

  @Test
  void aReadIsAnsweredWithTheIndexThatMustBeAppliedBeforeIt() {
    core.step(proposals.askCore(Optional.of(TWO), 9));
    assertEquals(List.of(), takeSent());
    core.acknowledgeBeat(THREE);
    assertEquals(List.of(new Sent(TWO, new PeerFrame.ReadIndexReply(TERM, 9, 2))), takeSent());
  }

  @Test
  void anOwnReadIsConfirmedToThisServersDesk() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    reads.confirm(done, System.nanoTime() + SECOND);
    core.step(proposals.askCore(Optional.empty(), ownReads.getFirst()));
    assertFalse(done.isDone());
    core.acknowledgeBeat(THREE);
    assertTrue(done.isDone());
    assertEquals(List.of(), takeSent());
  }

  @Test
  void whenTheOfficeIsLostReadsAreRefusedAndAskedOfTheNextPrimary() {
    reads.confirm(new CompletableFuture<>(), System.nanoTime() + SECOND);
    core.step(proposals.askCore(Optional.empty(), ownReads.getFirst()));
    core.step(proposals.askCore(Optional.of(TWO), 9));
    core.loseOffice();
    assertEquals(List.of(new Sent(TWO, new PeerFrame.ReadIndexReply(TERM, 9, -1))), takeSent());
    reads.onTime(System.nanoTime());
    assertEquals(2, ownReads.size(), "it is asked again, under another number");
  }

  // ---- the office

  @Test
  void withTheOfficeGoesWhatOthersWaitFor() {
    proposals.onForward(TWO, forward(LANE, 1, Ack.ALL));
    pass();
    long other = readId(proposals.askCore(Optional.of(TWO), 9));
    CompletableFuture<Void> done = new CompletableFuture<>();
    reads.confirm(done, System.nanoTime() + SECOND);
    long own = readId(proposals.askCore(Optional.empty(), ownReads.getFirst()));
    core.hold(TWO, THREE);

    proposals.onOfficeChanged(TERM, false);
    proposals.settleAckAlls(core.applied());
    proposals.onAnswer(new Answer.ReadReady(other, 2));
    assertEquals(List.of(), takeSent());
    proposals.onAnswer(new Answer.ReadReady(own, 2));
    assertTrue(done.isDone(), "what the core still holds of this server's own it answers itself");
  }

  private static long readId(Event asked) {
    return ((Event.ReadRequested) asked).readId();
  }

  @Test
  void whilePrimaryInTheSameTermNothingIsForgotten() {
    proposals.onForward(TWO, forward(LANE, 1, Ack.ALL));
    pass();
    long other = readId(proposals.askCore(Optional.of(TWO), 9));
    core.hold(TWO, THREE);
    proposals.onOfficeChanged(TERM, true);
    proposals.settleAckAlls(core.applied());
    proposals.onAnswer(new Answer.ReadReady(other, 2));
    assertEquals(2, takeSent().size());
    forward(TWO, LANE, 1);
    assertTrue(proposals.isEmpty(), "its numbering goes on");
  }

  @Test
  void inANewTermEverybodyIsNumberedAnewAndAnsweredInThatTerm() {
    forward(TWO, LANE, 1);
    pass();
    core.hold(TWO, THREE);
    proposals.onOfficeChanged(TERM + 1, false);
    forward(TWO, LANE, 2);
    assertEquals(List.of(refused(TWO, 2, "NO_PRIMARY", 1)), takeSent(), "of the old term");
    proposals.onForward(TWO, new PeerFrame.Forward(TERM + 1, LANE, 1, body("again"), Ack.PRIMARY));
    pass();
    assertEquals(
        List.of(new Sent(TWO, new PeerFrame.Forwarded(TERM + 1, LANE, 1, 4, TERM, 1))), takeSent());
  }

  @Test
  void whatWasNotTakenWhenTheOfficeWasLostIsRefused() {
    forward(TWO, LANE, 1);
    List<String> told = submit("own", Ack.MAJORITY);
    core.loseOffice();
    pass();
    assertEquals(List.of(refused(TWO, 1, "NO_PRIMARY", 0)), takeSent());
    assertEquals(List.of(), told, "it waits for the next primary");
    writes.onTime(WriteDesk.HOLD_NANOS);
    assertEquals(List.of("NO_PRIMARY"), told, "and stands in no log");
  }
}

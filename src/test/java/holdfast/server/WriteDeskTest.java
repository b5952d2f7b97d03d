package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatLimits;
import holdfast.chat.ChatMachine;
import holdfast.chat.Digest;
import holdfast.chat.MemoryChatState;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.wire.Ack;
import holdfast.wire.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class WriteDeskTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final ChatMachine machine = new ChatMachine(new MemoryChatState(), ChatLimits.defaults());
  private final List<String> handedOver = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> sentences = new ArrayList<>();
  private final WriteLane lane = new WriteLane();
  private final List<String> accepted = new ArrayList<>();
  private final List<String> applied = new ArrayList<>();
  private boolean open = true;
  private boolean repeatable = true;
  private Ack ack = Ack.MAJORITY;

  private final WriteDesk desk =
      new WriteDesk(
          () -> machine,
          new WriteDesk.Channel() {
            @Override
            public Optional<RequestRefused> refusal() {
              return Optional.empty();
            }

            @Override
            public boolean open() {
              return open;
            }

            @Override
            public boolean local() {
              return false;
            }

            @Override
            public boolean send(WriteLane from, PendingWrite write) {
              return handedOver.add(write.key.requestId());
            }
          },
          5 * SECOND,
          1);

  private static RequestKey keyOf(String requestId) {
    byte[] body = requestId.getBytes(StandardCharsets.UTF_8);
    return new RequestKey(7, Optional.empty(), requestId, Digest.of(body));
  }

  /// A client's write that arrives at a second.
  private void submit(String requestId, long second) {
    byte[] body = requestId.getBytes(StandardCharsets.UTF_8);
    RequestKey key = keyOf(requestId);
    WriteReply reply =
        new WriteReply() {
          @Override
          public void applied(Outcome outcome, boolean repeat, OptionalInt acked) {
            applied.add(requestId);
          }

          @Override
          public void accepted() {
            accepted.add(requestId);
          }

          @Override
          public void failed(RequestRefused refusal) {
            failures.add(requestId + " " + refusal.code());
            sentences.add(refusal.getMessage());
          }
        };
    desk.submit(lane, new PendingWrite(key, body, ack, repeatable, reply, second * SECOND));
  }

  @Test
  void writesAreHandedToEachNewPrimaryInOrder() {
    submit("a", 0);
    submit("b", 0);
    open = false;
    submit("c", 1);
    assertEquals(List.of("a", "b"), handedOver);
    open = true;
    handedOver.clear();
    desk.resendAll();
    assertEquals(List.of("a", "b", "c"), handedOver);
  }

  @Test
  void whatThePrimaryHasIsAnsweredAtOnceWithAckPrimaryAndNotHandedOverAgain() {
    ack = Ack.PRIMARY;
    submit("a", 0);
    submit("b", 0);
    desk.onAcked(lane.laneId, 1, 1);
    desk.onAcked(lane.laneId, 1, 1);
    assertEquals(List.of("a"), accepted);
    handedOver.clear();
    desk.resendAll();
    assertEquals(List.of("b"), handedOver);
  }

  @Test
  void whatIsAppliedBeforeThePrimarysWordCameIsAcceptedToo() {
    ack = Ack.PRIMARY;
    submit("a", 0);
    RequestKey key = keyOf("a");
    desk.onApplied(key, new Outcome.Done(1), false);
    desk.onAcked(lane.laneId, 1, 1);
    assertEquals(List.of("a"), accepted);
    assertEquals(true, desk.isEmpty());
  }

  // ---- what stands in no log

  /// A second to come, so that a test lets time pass as it likes.
  private static long secondToCome() {
    return System.nanoTime() / SECOND + 100;
  }

  private void forwardAgain() {
    desk.onTime(System.nanoTime() + WriteDesk.FORWARD_AGAIN_NANOS);
  }

  /// The first time the primary may have taken it, and lost its office, or its disk's last room,
  /// since.
  @Test
  void aRefusalOfTheSecondTimeDoesNotMeanThatAWriteIsInNoLog() {
    for (ErrorCode code : List.of(ErrorCode.NO_PRIMARY, ErrorCode.DISK_FULL)) {
      failures.clear();
      handedOver.clear();
      long arrived = secondToCome();
      open = true;
      submit(code.name(), arrived);
      forwardAgain();
      assertEquals(List.of(code.name(), code.name()), handedOver);
      desk.onRefused(lane.laneId, lane.nextNumber - 1, code);
      open = false;
      desk.onTime(arrived * SECOND + WriteDesk.HOLD_NANOS);
      assertEquals(List.of(), failures);
      desk.onTime((arrived + 5) * SECOND);
      assertEquals(List.of(code + " TIMEOUT"), failures);
      lane.blockedBy = Optional.empty();
    }
  }

  @Test
  void whatIsRefusedEveryTimeIsInNoLog() {
    long arrived = secondToCome();
    submit("a", arrived);
    forwardAgain();
    desk.onRefused(lane.laneId, 1, ErrorCode.NO_PRIMARY);
    desk.onRefused(lane.laneId, 1, ErrorCode.NO_PRIMARY);
    desk.onTime(arrived * SECOND + WriteDesk.HOLD_NANOS);
    assertEquals(List.of("a NO_PRIMARY"), failures);
  }

  /// The attempt before, whose outcome is unknown, may have been at another server.
  @Test
  void thatAWriteIsNotDoneIsSaidOfThisTimeOnlyIfItMayBeARepeat() {
    open = false;
    submit("a", 0);
    desk.onTime(WriteDesk.HOLD_NANOS);
    repeatable = false;
    submit("b", 0);
    desk.onTime(WriteDesk.HOLD_NANOS);
    assertEquals(List.of("a NO_PRIMARY", "b NO_PRIMARY"), failures);
    assertTrue(sentences.getFirst().startsWith("not done this time: "), sentences::toString);
    assertTrue(sentences.getFirst().contains("may still be committed"), sentences::toString);
    assertEquals("not done: no primary could be reached; repeat the request", sentences.getLast());
  }

  @Test
  void whatAnEarlierPrimaryMayHaveNoRefusalOfALaterOneTakesBack() {
    long arrived = secondToCome();
    submit("a", arrived);
    desk.resendAll();
    desk.onRefused(lane.laneId, 1, ErrorCode.DISK_FULL);
    desk.onRefused(lane.laneId, 1, ErrorCode.DISK_FULL);
    assertEquals(List.of(), failures);
  }

  @Test
  void behindAGapEverythingIsForwardedAgainAndOnlyWhatWasRefusedIsInNoLog() {
    submit("a", 0);
    submit("b", 0);
    submit("c", 0);
    open = false;
    desk.onGap(lane.laneId, 3, 2);
    desk.onTime(5 * SECOND);
    assertEquals(List.of("a TIMEOUT", "b TIMEOUT", "c BUSY"), failures.stream().sorted().toList());
  }

  @Test
  void aGapIsFilledInOrder() {
    submit("a", 0);
    submit("b", 0);
    submit("c", 0);
    desk.onApplied(keyOf("a"), new Outcome.Done(1), false);
    assertEquals(List.of("a"), applied);
    handedOver.clear();
    desk.onGap(lane.laneId, 3, 2);
    assertEquals(List.of("b", "c"), handedOver);
  }

  @Test
  void nothingIsForwardedBeforeTheGapIsFilled() {
    submit("a", 0);
    submit("b", 0);
    submit("c", 0);
    open = false;
    desk.onGap(lane.laneId, 2, 1);
    open = true;
    handedOver.clear();
    submit("d", 0);
    assertEquals(List.of(), handedOver);
    desk.onTime(0);
    assertEquals(List.of("a", "b", "c", "d"), handedOver);
  }

  /// Two primaries in a row die: the older write is given up on, the younger one not yet. A third
  /// primary, which has neither, must not get the younger one first.
  @Test
  void whatStandsBehindATimeOutIsNotHandedToTheNextPrimary() {
    submit("a", 0);
    submit("b", 2);
    open = false;
    submit("c", 3);
    desk.onTime(5 * SECOND);
    assertEquals(ErrorCode.TIMEOUT, ErrorCode.valueOf(failures.getLast().substring(2)));
    assertEquals(List.of("a TIMEOUT", "b TIMEOUT", "c BUSY"), failures.stream().sorted().toList());
    open = true;
    handedOver.clear();
    desk.resendAll();
    submit("b", 6);
    assertEquals(List.of(), handedOver);
    submit("a", 6);
    submit("b", 6);
    submit("c", 6);
    assertEquals(List.of("a", "b", "c"), handedOver);
  }
}

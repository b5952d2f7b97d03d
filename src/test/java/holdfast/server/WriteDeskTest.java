package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
  private final WriteLane lane = new WriteLane();
  private final List<String> accepted = new ArrayList<>();
  private boolean open = true;
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
            throw new AssertionError("nothing is applied here");
          }

          @Override
          public void accepted() {
            accepted.add(requestId);
          }

          @Override
          public void failed(RequestRefused refusal) {
            failures.add(requestId + " " + refusal.code());
          }
        };
    desk.submit(lane, new PendingWrite(key, body, ack, true, reply, second * SECOND));
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

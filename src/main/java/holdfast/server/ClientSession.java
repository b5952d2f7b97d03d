package holdfast.server;

import holdfast.transport.LineChannel;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection: takes its lines, answers each once, carries its pushes. Lines come on
/// an I/O thread, which nothing here may block; the fields marked so belong to the replica thread.
final class ClientSession implements LineChannel.Handler {
  /// Look-ups of one connection at once; more wait.
  private static final int LOOK_UPS_MAX = 8;

  /// A look-up waits until less than this waits for the client.
  private static final long LOOK_UP_QUEUED_BYTES_MAX = 256 << 10;

  /// Events that may wait behind the OK of a write with ack=all.
  private static final int HELD_PUSHES_MAX = 4_096;

  /// How long what waits may take to leave before the connection is closed, and then what still
  /// comes in is read and thrown away, so that a last ERROR arrives.
  static final Duration DRAIN = Duration.ofSeconds(1);

  /// The same for a client that cannot keep up: what the kernel holds for it already leaves first,
  /// at its pace.
  private static final Duration SLOW_DRAIN = Duration.ofSeconds(10);

  /// After the client has closed its sending side: how long its open requests may take.
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(ClientSession.class);

  private final long number;
  private final LineChannel channel;
  private final Requests requests;
  private final Outgoing outgoing;
  private final Consumer<ClientSession> onClosed;
  private final OpenRequests open = new OpenRequests();
  private final SerialSteps steps;
  private final Semaphore lookUps = new Semaphore(LOOK_UPS_MAX, true);

  /// I/O thread: nothing more is read.
  private boolean hasEnded;

  /// Replica thread: the order of this connection's writes.
  final WriteLane lane = new WriteLane();

  /// The steps' own.
  final OperatorSeat seat = new OperatorSeat();

  /// Written by the replica thread: who is signed in.
  volatile Optional<Login> login = Optional.empty();

  /// Counted by the replica thread: sign-outs, so that a catch-up under way notices.
  final AtomicInteger epoch = new AtomicInteger();

  /// Replica thread: see `Outgoing`.
  boolean awaitsFlush;

  /// Replica thread: pushes go out as they happen; before that `position` says how far the missed
  /// ones are out.
  boolean live;

  /// Replica thread.
  Cursor.Position position = new Cursor.Position(0, 0);

  /// Written by the replica thread: where this login's pushes began.
  volatile Cursor.Position pushesBegan = position;

  /// Replica thread: when others were last told that this connection's user is typing.
  Optional<Typings.Told> typingTold = Optional.empty();

  /// The request_ids of its writes that void tokens and have not been applied here yet.
  final Set<String> voiding = ConcurrentHashMap.newKeySet();

  final RateLimits.Allowance allowance;

  /// Replica thread: ack=all writes that are applied and not yet answered, and the events that wait
  /// behind them.
  private final Set<ClientRequest.Write> unanswered = new HashSet<>();

  private final List<byte[]> heldPushes = new ArrayList<>();

  /// Completed when the last write sent is answered; moved on by the connection's steps only.
  private volatile CompletableFuture<Void> lastWrite = CompletableFuture.completedFuture(null);

  /// @param onClosed told when it is gone
  ClientSession(
      long number,
      LineChannel channel,
      Requests requests,
      Outgoing outgoing,
      Consumer<ClientSession> onClosed) {
    this.number = number;
    this.channel = channel;
    this.requests = requests;
    this.outgoing = outgoing;
    this.onClosed = onClosed;
    this.allowance = requests.limits().allowance();
    this.steps = new SerialSteps("client-" + number + "-steps");
  }

  long number() {
    return number;
  }

  boolean isClosed() {
    return channel.isClosed();
  }

  /// Whether all that was asked is answered.
  boolean isAnswered() {
    return open.awaitAtMost(0, Duration.ZERO);
  }

  /// The account signed in, or 0.
  long accountOrZero() {
    return login.map(Login::account).orElse(0L);
  }

  // ---- reading

  @Override
  public boolean onLine(byte[] line) {
    if (hasEnded) {
      return false;
    }
    open.begin(1);
    ClientRequest request;
    try {
      request = ClientCodec.parse(line);
    } catch (FrameException e) {
      steps.add(() -> refuseFrame(e), true);
      return open.allowMore();
    }
    switch (request) {
      case ClientRequest.Ping ping -> replyOk(ping.header(), new OkPayload.Empty());
      case ClientRequest.Hello hello -> requests.answer(this, hello.header(), requests::hello);
      case ClientRequest.Status status -> requests.answer(this, status.header(), requests::status);
      case ClientRequest.Help help -> requests.answer(this, help.header(), requests::help);
      case ClientRequest.Exists exists -> steps.add(() -> requests.exists(this, exists), false);
      case ClientRequest.Quit quit -> {
        // All but QUIT itself, which is answered last.
        endAfterAnswers(
            1,
            () -> {
              replyOk(quit.header(), new OkPayload.Empty());
              channel.closeAfterFlush(DRAIN);
            });
        return false;
      }
      case ClientRequest.Login sign -> steps.add(() -> requests.login(this, sign), false);
      case ClientRequest.Operator operator ->
          steps.add(() -> requests.operate(this, operator), false);
      case ClientRequest.Typing typing -> steps.add(() -> requests.typing(this, typing), false);
      case ClientRequest.Read read -> steps.add(() -> requests.read(this, read), true);
      case ClientRequest.Write write ->
          steps.add(() -> requests.write(this, write), requests.isQuick(write));
    }
    return open.allowMore();
  }

  @Override
  public void onTooLarge() {
    endAfterAnswers(
        0,
        () ->
            closeWith(
                ErrorCode.FRAME_TOO_LARGE,
                "a frame may have at most %d bytes".formatted(requests.frameBytesMax())));
  }

  @Override
  public void onEnd() {
    endAfterAnswers(0, () -> channel.closeAfterFlush(DRAIN));
  }

  @Override
  public void onClosed(String why) {
    log.debug("client {} is gone: {}", number, why);
    requests.onClosed(this);
    onClosed.accept(this);
  }

  /// Nothing more will be read. What was is still answered: `last` comes once only `left` requests
  /// are.
  private void endAfterAnswers(int left, Runnable last) {
    hasEnded = true;
    if (open.awaitAtMost(left, Duration.ZERO)) {
      last.run();
      return;
    }
    Thread.ofVirtual()
        .name("client-" + number + "-end")
        .start(() -> {
          if (!open.awaitAtMost(left, LAST_ANSWERS)) {
            log.debug("client {} is closed with requests open", number);
          }
          last.run();
        });
  }

  private void refuseFrame(FrameException e) {
    boolean strange = e.type().map(ClientCodec::needsLogin).orElse(false) && login.isEmpty();
    reply(
        strange
            ? ClientCodec.error(
                e.id(), ErrorCode.NOT_LOGGED_IN, Admission.LOGIN_FIRST, OptionalLong.empty())
            : ClientCodec.error(e.id(), e.code(), e.getMessage(), OptionalLong.empty()));
  }

  /// A write begins; the future is to be completed when it is answered.
  CompletableFuture<Void> writeBegins() {
    CompletableFuture<Void> answered = new CompletableFuture<>();
    lastWrite = answered;
    return answered;
  }

  CompletableFuture<Void> lastWrite() {
    return lastWrite;
  }

  // ---- writing

  void replyOk(RequestHeader header, OkPayload payload) {
    reply(ClientCodec.ok(header.id(), payload));
  }

  void replyError(RequestHeader header, RequestRefused refusal) {
    reply(
        ClientCodec.error(
            header.id(), refusal.code(), refusal.getMessage(), refusal.retryAfterMs()));
  }

  private void reply(byte[] frame) {
    push(frame);
    // Behind the frame: whoever waits for the last answer closes the queue for any later one.
    ended(1);
  }

  private void ended(int count) {
    if (open.end(count)) {
      channel.resume();
    }
  }

  /// A look-up begins: from now to `endLookUp` it counts for more than another request.
  void beginLookUp() {
    open.begin(OpenRequests.READ_EXTRA);
  }

  void endLookUp() {
    ended(OpenRequests.READ_EXTRA);
  }

  /// Waits until this connection has few enough look-ups under way and takes what they bring;
  /// false: it is closed, or was just closed because it takes nothing. If true, `leaveLookUps` must
  /// follow.
  boolean enterLookUps() throws InterruptedException {
    lookUps.acquire();
    if (channel.isClosed() || !channel.awaitBelow(LOOK_UP_QUEUED_BYTES_MAX, CatchUp.STALLED_MAX)) {
      lookUps.release();
      closeSlow("this connection takes no more; reconnect and ask again");
      return false;
    }
    return true;
  }

  void leaveLookUps() {
    lookUps.release();
  }

  /// Replica thread: pushes wait until `write`, which is applied, is answered.
  void holdPushes(ClientRequest.Write write) {
    unanswered.add(write);
  }

  /// Replica thread: `write` is answered.
  void releasePushes(ClientRequest.Write write) {
    if (unanswered.remove(write) && unanswered.isEmpty()) {
      List<byte[]> frames = List.copyOf(heldPushes);
      heldPushes.clear();
      frames.forEach(this::push);
    }
  }

  /// Replica thread: queues an event's frame, behind the OK of the write that caused it.
  void pushEvent(byte[] frame) {
    if (unanswered.isEmpty()) {
      push(frame);
    } else if (heldPushes.size() < HELD_PUSHES_MAX) {
      heldPushes.add(frame);
    } else {
      closeSlow("too much happened while a write waited for every server");
    }
  }

  /// Queues a frame; a client that cannot keep up is told so and disconnected. Never blocks.
  void push(byte[] frame) {
    if (!offer(frame)) {
      closeSlow(
          "this connection did not take what was sent to it; reconnect and resume with the cursor");
    }
  }

  /// Queues a frame if there is room.
  boolean offer(byte[] frame) {
    boolean isQueued = channel.send(frame);
    if (isQueued) {
      outgoing.queued(this);
    }
    return isQueued;
  }

  void flush() {
    channel.flush();
  }

  void flushLater() {
    channel.flushLater();
  }

  boolean awaitBelow(long bytes, Duration within) throws InterruptedException {
    return channel.awaitBelow(bytes, within);
  }

  /// Tells a client that cannot keep up, instead of all that waits for it, and closes.
  private void closeSlow(String message) {
    channel.closeInsteadOfFlush(
        ClientCodec.error(Optional.empty(), ErrorCode.SLOW_CONSUMER, message, OptionalLong.empty()),
        SLOW_DRAIN);
  }

  /// Says a last word and closes.
  void closeWith(ErrorCode code, String message) {
    channel.closeAfterFlush(
        ClientCodec.error(Optional.empty(), code, message, OptionalLong.empty()), DRAIN);
  }
}

package holdfast.server;

import holdfast.chat.Account;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.storage.MissedEvents;
import holdfast.storage.Reads;
import holdfast.storage.RejectedReadException;
import holdfast.wire.Ack;
import holdfast.wire.ClientRequest;
import holdfast.wire.CommandCodec;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import holdfast.wire.IndexToken;
import holdfast.wire.OkPayload;
import holdfast.wire.PayloadDigest;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers the requests of all connections: reads from this server's copy, writes through the
/// replica thread. Safe for any thread; what is not quick may block the calling virtual thread.
final class Requests {
  static final String LOGIN_FIRST = "LOGIN first";

  private static final int PROTOCOL = 1;
  private static final int MADE_ID_BYTES = 16;

  /// How long a linearizable read waits for a primary.
  private static final Duration CONFIRM = Duration.ofSeconds(3);

  /// How long a read waits for the writes sent before it on its connection.
  private static final long WRITES_BEFORE_MAX_MS = 250;

  /// SYNC sends on while less than this waits for the client.
  private static final long SYNC_QUEUED_BYTES_MAX = 256 << 10;

  private static final Logger log = LoggerFactory.getLogger(Requests.class);

  private static final String HELP =
      """
      One JSON object per line. Try: {"type":"REGISTER","payload":{"username":"alice","password":"at least 8 characters"}} \
      then {"type":"LOGIN","payload":{"username":"alice","password":"..."}} \
      then {"type":"SEND","request_id":"1","payload":{"to":"@bob","text":"hi"}} \
      and {"type":"HISTORY","payload":{"conversation":"@bob"}}. Bare words: PING STATUS HELP QUIT. Requests:\
      """;

  private final Settings settings;
  private final Reads reads;
  private final ReplicaPort port;
  private final ClusterViews views;
  private final WriteResolver resolver;
  private final Queries queries;
  private final LoginDesk loginDesk;
  private final PasswordHasher hasher;
  private final EventEncoder events;
  private final SecureRandom random = new SecureRandom();
  private volatile boolean stopping;

  /// @param frameBytesMax as `frame.max.bytes`
  /// @param requestTypes for HELP
  record Settings(String clusterName, String serverId, int frameBytesMax, String requestTypes) {}

  Requests(
      Settings settings,
      Reads reads,
      ReplicaPort port,
      ClusterViews views,
      Directory directory,
      Presence presence,
      PasswordHasher hasher,
      LoginDesk loginDesk) {
    this.settings = settings;
    this.reads = reads;
    this.port = port;
    this.views = views;
    this.hasher = hasher;
    this.loginDesk = loginDesk;
    this.resolver = new WriteResolver(directory, reads);
    this.queries =
        new Queries(
            reads, directory, resolver, presence, PageBudget.forFrames(settings.frameBytesMax()));
    this.events = new EventEncoder(directory::accountName, directory::roomName);
  }

  int frameBytesMax() {
    return settings.frameBytesMax();
  }

  /// From now on new requests get SHUTTING_DOWN.
  void stopTaking() {
    stopping = true;
  }

  void onClosed(ClientSession session) {
    port.run(() -> {
      port.signIns().signOut(session);
      port.desk().drop(session.lane);
    });
  }

  // ---- without login

  OkPayload hello() {
    ClusterView view = views.current();
    return new OkPayload.Hello(
        PROTOCOL,
        settings.clusterName(),
        settings.serverId(),
        view.role().name(),
        view.term(),
        ClusterViews.name(view.primary()),
        view.addresses(),
        false);
  }

  OkPayload status() {
    ClusterView view = views.current();
    return new OkPayload.Status(
        view.servers(),
        ClusterViews.name(view.primary()),
        view.term(),
        view.membership().quorum(),
        view.failuresTolerated(),
        false,
        view.why(),
        view.warnings().isEmpty()
            ? Optional.empty()
            : Optional.of(String.join("; ", view.warnings())));
  }

  OkPayload help() {
    return new OkPayload.HelpText(HELP + " " + settings.requestTypes());
  }

  void login(ClientSession session, ClientRequest.Login request) {
    answering(
        session,
        request.header(),
        () -> {
          refuseWhenStopping();
          loginDesk.login(session, request);
        });
  }

  /// Something that ends in one reply, or refuses.
  private interface Answering {
    void run() throws RequestRefused, InterruptedException;
  }

  /// Whatever goes wrong becomes the request's one ERROR.
  private void answering(ClientSession session, RequestHeader header, Answering work) {
    try {
      work.run();
    } catch (RequestRefused e) {
      session.replyError(header, e);
    } catch (RejectedReadException e) {
      session.replyError(
          header, new RequestRefused(ErrorCode.BUSY, "too many reads at once; repeat soon"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      session.replyError(header, ReplicaPort.shuttingDown());
    } catch (RuntimeException e) {
      log.error("a request of client {} failed", session.number(), e);
      session.replyError(
          header, new RequestRefused(ErrorCode.INTERNAL, "a fault of the server; it was logged"));
    }
  }

  private void refuseWhenStopping() throws RequestRefused {
    if (stopping) {
      throw ReplicaPort.shuttingDown();
    }
  }

  private static Login requireLogin(ClientSession session) throws RequestRefused {
    Optional<Login> login = session.login;
    if (login.isEmpty()) {
      throw new RequestRefused(ErrorCode.NOT_LOGGED_IN, LOGIN_FIRST);
    }
    return login.get();
  }

  // ---- reads

  /// Answers on a virtual thread of its own, so that a slow read holds nothing up.
  void read(ClientSession session, ClientRequest.Read request) {
    answering(
        session,
        request.header(),
        () -> {
          Login login = requireLogin(session);
          refuseWhenStopping();
          CompletableFuture<Void> writesBefore = session.lastWrite();
          session.beginLookUp();
          Thread.ofVirtual()
              .name("client-" + session.number() + "-read")
              .start(() -> {
                answering(
                    session, request.header(), () -> lookUp(session, request, login, writesBefore));
                session.endLookUp();
              });
        });
  }

  private void lookUp(
      ClientSession session,
      ClientRequest.Read request,
      Login login,
      CompletableFuture<Void> writesBefore)
      throws RequestRefused, InterruptedException {
    awaitALittle(writesBefore);
    if (session.enterLookUps()) {
      try {
        readNow(session, request, login);
      } finally {
        session.leaveLookUps();
      }
    }
  }

  /// A read sent right behind a write, as in a script, sees it unless the cluster is in trouble.
  private static void awaitALittle(CompletableFuture<Void> writes) throws InterruptedException {
    try {
      writes.get(WRITES_BEFORE_MAX_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.trace("a read goes ahead of the writes before it", e);
    }
  }

  private void readNow(ClientSession session, ClientRequest.Read request, Login login)
      throws RequestRefused, InterruptedException {
    RequestHeader header = request.header();
    if (header.minIndex().isPresent()) {
      port.awaitApplied(LoginDesk.minIndex(header.minIndex().get()), LoginDesk.CATCH_UP);
    }
    if (header.read() == ReadLevel.LINEARIZABLE) {
      port.confirm(CONFIRM);
    }
    if (request instanceof ClientRequest.Sync sync) {
      sync(session, sync, login);
      return;
    }
    OkPayload answer;
    try {
      answer = queries.answer(request, login);
    } catch (RequestRefused e) {
      if (!e.restsOnAbsence()) {
        throw e;
      }
      confirmAbsence();
      answer = queries.answer(request, login);
    }
    session.replyOk(header, answer);
  }

  /// Before a refusal that rests on something being absent here: nothing acknowledged anywhere may
  /// be missing.
  private void confirmAbsence() throws RequestRefused, InterruptedException {
    try {
      port.confirm(LoginDesk.CATCH_UP);
    } catch (RequestRefused e) {
      throw new RequestRefused(
          ErrorCode.BEHIND,
          "not known to this server, and no primary can confirm that; repeat, or ask another");
    }
  }

  private void sync(ClientSession session, ClientRequest.Sync sync, Login login)
      throws RequestRefused, InterruptedException {
    Cursor.Position from = LoginDesk.parseCursor(sync.cursor());
    Cursor.Position until = session.pushesBegan;
    if (from.compareTo(until) >= 0) {
      session.replyOk(
          sync.header(),
          new OkPayload.Synced(Optional.of(Cursor.text(from.id(), from.part())), false, false));
      return;
    }
    switch (reads.missed(login.account(), from.id(), from.part(), until.id(), sync.limit())) {
      case MissedEvents.TooOld() ->
          session.replyOk(sync.header(), new OkPayload.Synced(Optional.empty(), false, true));
      case MissedEvents.Page page -> {
        for (ChatEvent event : page.events()) {
          Optional<byte[]> frame = events.frame(event, login.account());
          if (frame.isPresent()) {
            session.awaitBelow(SYNC_QUEUED_BYTES_MAX, LoginDesk.CATCH_UP);
            session.push(frame.get());
          }
        }
        session.replyOk(
            sync.header(),
            new OkPayload.Synced(
                Optional.of(Cursor.text(page.lastId(), page.lastPart())), page.more(), false));
      }
    }
  }

  // ---- writes

  boolean isQuick(ClientRequest.Write write) {
    // While stopping, a refused write is looked up first: it may be a repeat.
    return !stopping && resolver.isQuick(write);
  }

  void write(ClientSession session, ClientRequest.Write write) {
    answering(
        session,
        write.header(),
        () -> {
          switch (write) {
            case ClientRequest.Register register -> register(session, register);
            case ClientRequest.Logout logout when !logout.all() -> logout(session, logout);
            case ClientRequest.Write other -> submit(session, other, requireLogin(session));
          }
        });
  }

  private void logout(ClientSession session, ClientRequest.Logout logout)
      throws RequestRefused, InterruptedException {
    requireLogin(session);
    port.call(() -> {
      port.signIns().signOut(session);
      session.replyOk(logout.header(), new OkPayload.Empty());
      return true;
    });
  }

  private RequestKey key(ClientRequest.Write write, long account, Optional<String> username) {
    return new RequestKey(
        account,
        username,
        write.header().requestId().orElseGet(this::madeRequestId),
        PayloadDigest.of(write));
  }

  /// A write without a request_id gets one, so that this server may forward it again.
  private String madeRequestId() {
    byte[] bytes = new byte[MADE_ID_BYTES];
    random.nextBytes(bytes);
    return "~" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private void submit(ClientSession session, ClientRequest.Write write, Login login)
      throws RequestRefused, InterruptedException {
    RequestHeader header = write.header();
    RequestKey key = key(write, login.account(), Optional.empty());
    WriteReply reply = replyTo(session, write);
    Command.Write command;
    try {
      refuseWhenStopping();
      command = resolve(write, login, key);
    } catch (RequestRefused e) {
      if (!answerRepeat(write, key, reply)) {
        port.failEarly(session.lane, header.requestId(), reply, e);
      }
      return;
    }
    port.submit(
        session.lane,
        new PendingWrite(
            key,
            CommandCodec.body(command),
            header.ack() == Ack.ALL,
            header.requestId().isPresent(),
            reply,
            System.nanoTime()));
  }

  private Command.Write resolve(ClientRequest.Write write, Login login, RequestKey key)
      throws RequestRefused, InterruptedException {
    try {
      return resolver.resolve(write, login, key);
    } catch (RequestRefused e) {
      if (!e.restsOnAbsence()) {
        throw e;
      }
      confirmAbsence();
      return resolver.resolve(write, login, key);
    }
  }

  /// A repeat gets its first outcome even if what it named is gone by now.
  private boolean answerRepeat(ClientRequest.Write write, RequestKey key, WriteReply reply)
      throws RequestRefused, InterruptedException {
    if (write.header().requestId().isEmpty()) {
      return false;
    }
    Optional<ChatMachine.Remembered> remembered = port.remembered(key);
    remembered.ifPresent(r -> WriteDesk.answerRemembered(key.requestId(), reply, r));
    return remembered.isPresent();
  }

  private WriteReply replyTo(ClientSession session, ClientRequest.Write write) {
    CompletableFuture<Void> answered = session.writeBegins();
    return new WriteReply() {
      @Override
      public void applied(Outcome outcome, boolean repeat, OptionalInt acked) {
        if (write instanceof ClientRequest.Logout) {
          port.signIns().signOut(session);
        }
        replyOutcome(session, write, outcome, acked);
        answered.complete(null);
        session.releasePushes(write);
      }

      @Override
      public void appliedButNotAcked() {
        session.holdPushes(write);
      }

      @Override
      public void failed(RequestRefused refusal) {
        session.replyError(write.header(), refusal);
        answered.complete(null);
        session.releasePushes(write);
      }
    };
  }

  private static void replyOutcome(
      ClientSession session, ClientRequest.Write write, Outcome outcome, OptionalInt acked) {
    String index = IndexToken.text(outcome.id());
    switch (outcome) {
      case Outcome.Refused refused ->
          session.replyError(
              write.header(),
              new RequestRefused(ErrorCode.valueOf(refused.code().name()), refused.message()));
      case Outcome.Sent sent when write instanceof ClientRequest.Send send ->
          session.replyOk(
              write.header(), new OkPayload.Sent(send.to(), sent.seq(), sent.time(), index, acked));
      case Outcome.Done done when write instanceof ClientRequest.Register register ->
          session.replyOk(
              write.header(), new OkPayload.Registered(register.username(), index, acked));
      case Outcome.Done done ->
          session.replyOk(write.header(), new OkPayload.Written(index, acked));
      case Outcome.Sent sent ->
          session.replyOk(write.header(), new OkPayload.Written(index, acked));
    }
  }

  // ---- REGISTER

  /// Hashes the password here, once, and waits for the outcome, so that a LOGIN sent behind it
  /// finds the account.
  private void register(ClientSession session, ClientRequest.Register register)
      throws RequestRefused, InterruptedException {
    refuseWhenStopping();
    RequestKey key = key(register, 0, Optional.of(register.username()));
    // Names are never given out again: one that this server knows is taken for good, unless this is
    // a repeat.
    if (reads.accountNamed(register.username()).isPresent()) {
      Optional<ChatMachine.Remembered> remembered = port.remembered(key);
      if (remembered.orElse(null) instanceof ChatMachine.Remembered.First(Outcome.Done(long id))) {
        answerRepeatedRegister(session, register, id);
        return;
      }
      throw taken(register.username());
    }
    String hash = hasher.hash(register.password());
    PendingReply pending = new PendingReply();
    port.submit(
        session.lane,
        new PendingWrite(
            key,
            CommandCodec.body(new Command.Register(0, key, register.username(), hash)),
            register.header().ack() == Ack.ALL,
            register.header().requestId().isPresent(),
            pending,
            System.nanoTime()));
    PendingReply.Result result = pending.await();
    if (result.repeat() && result.outcome() instanceof Outcome.Done(long id)) {
      answerRepeatedRegister(session, register, id);
    } else {
      replyOutcome(session, register, result.outcome(), result.acked());
    }
  }

  /// A repeat is OK only if its password fits.
  private void answerRepeatedRegister(
      ClientSession session, ClientRequest.Register register, long account)
      throws RequestRefused, InterruptedException {
    Optional<Account> row = reads.account(account);
    if (row.isEmpty() || !hasher.verify(register.password(), row.get().passwordHash())) {
      throw taken(register.username());
    }
    replyOutcome(session, register, new Outcome.Done(account), OptionalInt.empty());
  }

  private static RequestRefused taken(String username) {
    return new RequestRefused(
        ErrorCode.USERNAME_TAKEN, "the name %s is taken; choose another".formatted(username));
  }
}

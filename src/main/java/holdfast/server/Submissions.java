package holdfast.server;

import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.wire.Ack;
import holdfast.wire.ClientRequest;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.IndexToken;
import holdfast.wire.OkPayload;
import holdfast.wire.PayloadDigest;
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

/// Sees writes through, whatever their subject: from the request to the replica thread, and from
/// the outcome to the reply. Safe for any thread.
final class Submissions {
  /// The time of a command before the primary stamps it.
  static final long UNSTAMPED = 0;

  private static final int MADE_ID_BYTES = 16;

  /// More than any write takes to be answered.
  private static final Duration ANSWERED_MAX = Duration.ofMinutes(2);

  private static final Logger log = LoggerFactory.getLogger(Submissions.class);

  private final Admission admission;
  private final ReplicaPort port;
  private final LoginDesk loginDesk;
  private final SecureRandom random = new SecureRandom();

  Submissions(Admission admission, ReplicaPort port, LoginDesk loginDesk) {
    this.admission = admission;
    this.port = port;
    this.loginDesk = loginDesk;
  }

  /// Makes a write a command and submits it; the reply comes when it is applied.
  <W extends ClientRequest.Write> void submit(
      ClientSession session, W write, Resolver<? super W> resolver)
      throws RequestRefused, InterruptedException {
    long begun = System.nanoTime();
    Login login = Admission.requireLogin(session);
    RequestKey key = key(write, login.account(), Optional.empty());
    WriteReply reply = replyTo(session, write, key);
    Command.Write command;
    try {
      admission.refuseWhenStopping();
      command = resolve(write, resolver, login, key);
    } catch (RequestRefused e) {
      if (!answerRepeat(write, key, reply)) {
        port.failEarly(session.lane, write.header().requestId(), reply, e);
      }
      return;
    }
    submit(session, write.header(), key, command, reply, begun);
  }

  /// Refuses a write for now, under the rule of order. Not even a repeat is looked up.
  void refuse(ClientSession session, ClientRequest.Write write, RequestRefused refusal) {
    RequestKey key = key(write, session.accountOrZero(), Optional.empty());
    port.failEarly(session.lane, write.header().requestId(), replyTo(session, write, key), refusal);
  }

  /// Answers a repeat of a write that is remembered. False: it is none.
  boolean answerRepeat(ClientSession session, ClientRequest.Write write, Login login)
      throws RequestRefused, InterruptedException {
    if (write.header().requestId().isEmpty()) {
      return false;
    }
    RequestKey key = key(write, login.account(), Optional.empty());
    return answerRepeat(write, key, replyTo(session, write, key));
  }

  /// Waits until what was submitted last on this connection is answered, as a rule: at a connection
  /// that was lost meanwhile nothing is.
  static void awaitAnswered(ClientSession session) throws InterruptedException {
    try {
      session.lastWrite().get(ANSWERED_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.debug("a write of client {} has no answer", session.number(), e);
    }
  }

  /// Submits a command in its place among the connection's writes.
  ///
  /// @param begun when the request was taken up, as System.nanoTime: `request.timeout` counts from
  ///   then
  void submit(
      ClientSession session,
      RequestHeader header,
      RequestKey key,
      Command.Write command,
      WriteReply reply,
      long begun) {
    boolean needsOutcome = reply.needsOutcome() || voidsTokens(command);
    if (voidsTokens(command)) {
      session.voiding.add(key.requestId());
    }
    port.submit(
        session.lane,
        new PendingWrite(
            key,
            CommandCodec.body(command),
            needsOutcome && header.ack() == Ack.PRIMARY ? Ack.MAJORITY : header.ack(),
            header.requestId().isPresent(),
            reply,
            begun));
  }

  /// What tells a repeat of `write` from another request.
  ///
  /// @param username the key of a REGISTER, which has no account yet
  RequestKey key(ClientRequest.Write write, long account, Optional<String> username) {
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

  private <W extends ClientRequest.Write> Command.Write resolve(
      W write, Resolver<? super W> resolver, Login login, RequestKey key)
      throws RequestRefused, InterruptedException {
    try {
      return resolver.resolve(write, login, key);
    } catch (RequestRefused e) {
      if (!e.restsOnAbsence()) {
        throw e;
      }
      port.confirmAbsence();
      return resolver.resolve(write, login, key);
    }
  }

  /// A repeat gets its first outcome even if what it named is gone by now.
  private boolean answerRepeat(ClientRequest.Write write, RequestKey key, WriteReply reply)
      throws RequestRefused, InterruptedException {
    if (write.header().requestId().isEmpty()) {
      return false;
    }
    return port.call(() -> {
      Optional<ChatMachine.Remembered> remembered = port.desk().remembered(key);
      remembered.ifPresent(r -> WriteDesk.answerRemembered(key.requestId(), reply, r));
      return remembered.isPresent();
    });
  }

  private static boolean voidsTokens(Command.Write command) {
    return command instanceof Command.LogoutAll
        || command instanceof Command.SetPassword
        || command instanceof Command.DeleteAccount;
  }

  private WriteReply replyTo(ClientSession session, ClientRequest.Write write, RequestKey key) {
    CompletableFuture<Void> answered = session.writeBegins();
    return new WriteReply() {
      @Override
      public void applied(Outcome outcome, boolean repeat, OptionalInt acked) {
        boolean done = outcome instanceof Outcome.Done;
        if (repeat || !done) {
          session.voiding.remove(key.requestId());
        }
        boolean endsLogin =
            write instanceof ClientRequest.Logout || write instanceof ClientRequest.DeleteAccount;
        if (done && endsLogin) {
          port.signIns().signOut(session);
        }
        replyOutcome(session, write, key.account(), outcome, acked);
        answered.complete(null);
        session.releasePushes(write);
      }

      @Override
      public void appliedButNotAcked() {
        session.holdPushes(write);
      }

      @Override
      public void accepted() {
        session.replyOk(write.header(), new OkPayload.Accepted());
        answered.complete(null);
      }

      @Override
      public void failed(RequestRefused refusal) {
        session.voiding.remove(key.requestId());
        session.replyError(write.header(), refusal);
        answered.complete(null);
        session.releasePushes(write);
      }
    };
  }

  /// Answers a write of `account` (REGISTER: 0) that is applied.
  void replyOutcome(
      ClientSession session,
      ClientRequest.Write write,
      long account,
      Outcome outcome,
      OptionalInt acked) {
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
      case Outcome.Done(long generation) when write instanceof ClientRequest.SetPassword ->
          Answering.answer(
              session,
              write.header(),
              () ->
                  session.replyOk(
                      write.header(),
                      new OkPayload.PasswordSet(
                          loginDesk.token(account, generation), index, acked)));
      case Outcome.Done done ->
          session.replyOk(write.header(), new OkPayload.Written(index, acked));
      case Outcome.Sent sent ->
          session.replyOk(write.header(), new OkPayload.Written(index, acked));
    }
  }
}

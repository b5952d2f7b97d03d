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
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/// Sees writes through, whatever their subject: from the request to the replica thread, and from
/// the outcome to the reply. Safe for any thread.
final class Submissions {
  /// The time of a command before the primary stamps it.
  static final long UNSTAMPED = 0;

  private static final int MADE_ID_BYTES = 16;

  private final Admission admission;
  private final ReplicaPort port;
  private final SecureRandom random = new SecureRandom();

  Submissions(Admission admission, ReplicaPort port) {
    this.admission = admission;
    this.port = port;
  }

  /// Makes a write a command and submits it; the reply comes when it is applied.
  <W extends ClientRequest.Write> void submit(
      ClientSession session, W write, Resolver<? super W> resolver)
      throws RequestRefused, InterruptedException {
    Login login = Admission.requireLogin(session);
    RequestKey key = key(write, login.account(), Optional.empty());
    WriteReply reply = replyTo(session, write);
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
    submit(session, write.header(), key, command, reply);
  }

  /// Submits a command in its place among the connection's writes.
  void submit(
      ClientSession session,
      RequestHeader header,
      RequestKey key,
      Command.Write command,
      WriteReply reply) {
    port.submit(
        session.lane,
        new PendingWrite(
            key,
            CommandCodec.body(command),
            header.ack() == Ack.PRIMARY && reply.needsOutcome() ? Ack.MAJORITY : header.ack(),
            header.requestId().isPresent(),
            reply,
            System.nanoTime()));
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
      public void accepted() {
        session.replyOk(write.header(), new OkPayload.Accepted());
        answered.complete(null);
      }

      @Override
      public void failed(RequestRefused refusal) {
        session.replyError(write.header(), refusal);
        answered.complete(null);
        session.releasePushes(write);
      }
    };
  }

  /// Answers a write that is applied.
  static void replyOutcome(
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
}

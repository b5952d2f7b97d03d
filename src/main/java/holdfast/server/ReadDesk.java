package holdfast.server;

import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees reads through: when they may be answered, and what is looked up again before it is refused.
/// The answers are made by subject. Safe for any thread.
final class ReadDesk {
  /// How long a linearizable read waits for a primary.
  private static final Duration CONFIRM = Duration.ofSeconds(3);

  /// How long a read waits for the writes sent before it on its connection.
  private static final long WRITES_BEFORE_MAX_MS = 250;

  private static final Logger log = LoggerFactory.getLogger(ReadDesk.class);

  private final Admission admission;
  private final RateLimits limits;
  private final ReplicaPort port;
  private final AccountQueries accounts;
  private final MessageQueries messages;
  private final RoomQueries rooms;
  private final Synchroniser synchroniser;

  ReadDesk(
      Admission admission,
      RateLimits limits,
      ReplicaPort port,
      AccountQueries accounts,
      MessageQueries messages,
      RoomQueries rooms,
      Synchroniser synchroniser) {
    this.admission = admission;
    this.limits = limits;
    this.port = port;
    this.accounts = accounts;
    this.messages = messages;
    this.rooms = rooms;
    this.synchroniser = synchroniser;
  }

  /// Answers on a virtual thread of its own, so that a slow read holds nothing up.
  void read(ClientSession session, ClientRequest.Read request) {
    Answering.answer(
        session,
        request.header(),
        () -> {
          Login login = Admission.requireLogin(session);
          limits.onRequest(session.allowance);
          admission.refuseWhenStopping();
          CompletableFuture<Void> writesBefore = session.lastWrite();
          session.beginLookUp();
          Thread.ofVirtual()
              .name("client-" + session.number() + "-read")
              .start(() -> {
                Answering.answer(
                    session, request.header(), () -> lookUp(session, request, login, writesBefore));
                session.endLookUp();
              });
        });
  }

  /// Answers EXISTS, for which nobody needs to be signed in. Blocks the calling virtual thread.
  void exists(ClientSession session, ClientRequest.Exists request) {
    Answering.answer(
        session,
        request.header(),
        () -> {
          limits.onRequest(session.allowance);
          limits.onExists(session.allowance);
          admission.refuseWhenStopping();
          awaitState(request.header());
          OkPayload.Existence answer = accounts.exists(request);
          if (!answer.exists()) {
            // As with every answer that rests on something being absent.
            port.confirmAbsence();
            answer = accounts.exists(request);
          }
          session.replyOk(request.header(), answer);
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
    awaitState(header);
    switch (request) {
      case ClientRequest.AccountRead read ->
          session.replyOk(header, confirmed(() -> accounts.answer(read, login)));
      case ClientRequest.MessageRead read ->
          session.replyOk(header, confirmed(() -> messages.answer(read, login)));
      case ClientRequest.RoomRead read ->
          session.replyOk(header, confirmed(() -> rooms.answer(read, login)));
      case ClientRequest.Sync sync -> synchroniser.answer(session, sync, login);
    }
  }

  /// Waits until this server's copy is as the request wants it.
  private void awaitState(RequestHeader header) throws RequestRefused, InterruptedException {
    if (header.minIndex().isPresent()) {
      port.awaitApplied(LoginDesk.minIndex(header.minIndex().get()), LoginDesk.CATCH_UP);
    }
    if (header.read() == ReadLevel.LINEARIZABLE) {
      port.confirm(CONFIRM);
    }
  }

  /// Looks something up in this server's copy.
  interface Query<T> {
    T answer() throws RequestRefused;
  }

  /// Asks again before a refusal that rests on something being absent from a copy that may lag.
  <T> T confirmed(Query<T> query) throws RequestRefused, InterruptedException {
    try {
      return query.answer();
    } catch (RequestRefused e) {
      if (!e.restsOnAbsence()) {
        throw e;
      }
      port.confirmAbsence();
      return query.answer();
    }
  }
}

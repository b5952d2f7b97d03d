package holdfast.server;

import holdfast.chat.ConversationId;
import holdfast.storage.Reads;
import holdfast.storage.RejectedReadException;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
import java.util.Optional;
import java.util.function.Supplier;

/// Takes the requests of all connections to those who answer them: reads from this server's copy
/// (`ReadDesk`), writes through the replica thread (`Submissions`), each by its subject. Safe for
/// any thread; what is not quick may block the calling virtual thread.
final class Requests {
  private static final int PROTOCOL = 1;

  private static final String HELP =
      """
      One JSON object per line. Try: {"type":"REGISTER","payload":{"username":"alice","password":"at least 8 characters"}} \
      then {"type":"LOGIN","payload":{"username":"alice","password":"..."}} \
      then {"type":"SEND","request_id":"1","payload":{"to":"@bob","text":"hi"}} \
      and {"type":"HISTORY","payload":{"conversation":"@bob"}}. Bare words: PING STATUS HELP QUIT. Requests:\
      """;

  private final Settings settings;
  private final Admission admission = new Admission();
  private final RateLimits limits;
  private final ReplicaPort port;
  private final ClusterViews views;
  private final LoginDesk loginDesk;
  private final Names names;
  private final ReadDesk readDesk;
  private final Submissions submissions;
  private final AccountWrites accountWrites;
  private final MessageWrites messageWrites;
  private final RoomWrites roomWrites;
  private final AdminDesk admin;

  /// @param frameBytesMax as `frame.max.bytes`
  /// @param requestTypes for HELP
  record Settings(
      String clusterName,
      String serverId,
      int frameBytesMax,
      String requestTypes,
      RateLimits.Settings rates) {}

  Requests(
      Settings settings,
      Reads reads,
      ReplicaPort port,
      ClusterViews views,
      Directory directory,
      Presence presence,
      PasswordHasher hasher,
      LoginDesk loginDesk,
      AdminDesk admin) {
    this.admin = admin;
    this.settings = settings;
    this.limits = new RateLimits(settings.rates());
    this.port = port;
    this.views = views;
    this.loginDesk = loginDesk;
    this.names = new Names(directory, reads);
    PageBudget budget = PageBudget.forFrames(settings.frameBytesMax());
    this.readDesk =
        new ReadDesk(
            admission,
            limits,
            port,
            new AccountQueries(reads, presence),
            new MessageQueries(reads, directory, names, budget),
            new RoomQueries(reads, names, presence, budget),
            new Synchroniser(reads, new EventEncoder(directory::accountName, directory::roomName)));
    this.submissions = new Submissions(admission, port, loginDesk);
    this.accountWrites =
        new AccountWrites(
            admission,
            port,
            submissions,
            names,
            reads,
            new Passwords(reads, hasher, loginDesk.throttle()));
    this.messageWrites = new MessageWrites(names, directory, reads);
    this.roomWrites = new RoomWrites(names, directory);
  }

  int frameBytesMax() {
    return settings.frameBytesMax();
  }

  /// From now on new requests get SHUTTING_DOWN.
  void stopTaking() {
    admission.stopTaking();
  }

  /// An operator's request; what it takes may be long, and holds up this connection only.
  void operate(ClientSession session, ClientRequest.Operator request) {
    Answering.answer(
        session,
        request.header(),
        () -> {
          admission.refuseWhenStopping();
          session.replyOk(request.header(), admin.answer(session, request));
        });
  }

  void onClosed(ClientSession session) {
    admin.onClosed(session);
    port.run(() -> {
      port.signIns().signOut(session);
      port.desk().drop(session.lane);
    });
  }

  RateLimits limits() {
    return limits;
  }

  // ---- without login

  /// Answers what needs no more than a look at memory.
  void answer(ClientSession session, RequestHeader header, Supplier<OkPayload> answer) {
    Answering.answer(
        session,
        header,
        () -> {
          limits.onRequest(session.allowance);
          session.replyOk(header, answer.get());
        });
  }

  void exists(ClientSession session, ClientRequest.Exists request) {
    readDesk.exists(session, request);
  }

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
        view.solo());
  }

  OkPayload status() {
    ClusterView view = views.current();
    return new OkPayload.Status(
        view.servers(),
        ClusterViews.name(view.primary()),
        view.term(),
        view.membership().quorum(),
        view.failuresTolerated(),
        view.solo(),
        view.why(),
        view.warnings().isEmpty()
            ? Optional.empty()
            : Optional.of(String.join("; ", view.warnings())));
  }

  OkPayload help() {
    return new OkPayload.HelpText(HELP + " " + settings.requestTypes());
  }

  void login(ClientSession session, ClientRequest.Login request) {
    Answering.answer(
        session,
        request.header(),
        () -> {
          limits.onRequest(session.allowance);
          admission.refuseWhenStopping();
          loginDesk.login(session, request);
        });
  }

  // ---- with login

  void read(ClientSession session, ClientRequest.Read request) {
    readDesk.read(session, request);
  }

  /// Tells the others, if the caller may write there.
  void typing(ClientSession session, ClientRequest.Typing request) {
    Answering.answer(
        session,
        request.header(),
        () -> {
          Login login = Admission.requireLogin(session);
          limits.onRequest(session.allowance);
          admission.refuseWhenStopping();
          ConversationId conversation =
              readDesk.confirmed(() -> names.place(request.conversation(), login));
          if (!port.run(() -> port.typings().onRequest(session, request, conversation))) {
            throw ReplicaPort.shuttingDown();
          }
        });
  }

  /// Whether the write can be submitted without blocking.
  boolean isQuick(ClientRequest.Write write) {
    // While stopping, a refused write is looked up first: it may be a repeat.
    return !admission.isStopping()
        && switch (write) {
          case ClientRequest.AccountWrite account -> false;
          case ClientRequest.MessageWrite message -> messageWrites.isQuick(message);
          case ClientRequest.RoomWrite room -> roomWrites.isQuick(room);
        };
  }

  void write(ClientSession session, ClientRequest.Write write) {
    Answering.answer(
        session,
        write.header(),
        () -> {
          if (!(write instanceof ClientRequest.Register)) {
            Admission.requireLogin(session);
          }
          try {
            limits.onRequest(session.allowance);
            limits.onWrite(session.accountOrZero());
            carryOut(session, write);
          } catch (RequestRefused e) {
            if (!e.code().retry()) {
              throw e;
            }
            submissions.refuse(session, write, e);
          } catch (RejectedReadException e) {
            submissions.refuse(session, write, Answering.tooManyReads());
          }
        });
  }

  /// A refusal that is thrown is the write's one reply still to come.
  private void carryOut(ClientSession session, ClientRequest.Write write)
      throws RequestRefused, InterruptedException {
    switch (write) {
      case ClientRequest.AccountWrite account -> accountWrites.write(session, account);
      case ClientRequest.MessageWrite message ->
          submissions.submit(session, message, messageWrites);
      case ClientRequest.RoomWrite room -> submissions.submit(session, room, roomWrites);
    }
  }
}

package holdfast.demo;

import holdfast.operate.LineSocket;
import holdfast.replication.Member;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// One account talking the plain protocol: one request at a time, repeated with the same
/// request_id, on whatever server answers, until it is done. Nothing is smoothed over, so that what
/// it sees is what the servers do. For one thread; it ends when that thread is interrupted.
public final class WireSession implements AutoCloseable {
  /// A reply outstanding for that long: PING (as docs/PROTOCOL.md advises clients).
  private static final Duration REPLY_PATIENCE = Duration.ofMillis(400);

  /// No frame at all for that long after the PING: another server.
  private static final Duration PING_PATIENCE = Duration.ofMillis(300);

  /// No reply for that long although the server talks: another server.
  private static final Duration REPLY_MAX = Duration.ofSeconds(6);

  private static final Duration CONNECT_MAX = Duration.ofSeconds(1);

  /// By token, while the present connection goes on.
  private static final Duration LOGIN_MAX = Duration.ofSeconds(1);

  private static final Duration BACKOFF = Duration.ofMillis(20);

  /// A server said that the request can never succeed: a bug, or a changed server.
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  private final String username;
  private final String password;
  private final List<Member> servers;
  private int current;
  private int failuresInARow;
  private long lastId;
  private String lastFailure = "";
  private final SortedMap<String, Long> repeats = new TreeMap<>();
  private Optional<LineSocket> socket = Optional.empty();

  /// The connection to go on with: the server in use has asked to be left, and serves until then.
  private Optional<FutureTask<LineSocket>> successor = Optional.empty();

  private Optional<String> token = Optional.empty();
  private boolean registered;

  /// Begins at the server with index `first` of `servers`.
  public WireSession(String username, String password, List<Member> servers, int first) {
    this.username = username;
    this.password = password;
    this.servers = List.copyOf(servers);
    this.current = first % servers.size();
  }

  /// Makes the account.
  public void register() throws InterruptedException, RefusedException {
    write(
        "register-" + username,
        header -> new ClientRequest.Register(header, username, password),
        OkPayload.Registered.class);
    registered = true;
    disconnect();
  }

  /// The account was made before, by another session.
  void hasAccount() {
    registered = true;
  }

  /// Carries out one write, however long it takes.
  public <T extends OkPayload> T write(
      String requestId, Function<RequestHeader, ClientRequest> request, Class<T> type)
      throws InterruptedException, RefusedException {
    boolean sent = false;
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      try {
        LineSocket connection = connection();
        if (sent) {
          repeats.merge(lastFailure, 1L, Long::sum);
        }
        sent = true;
        ServerFrame reply = ask(connection, Optional.of(requestId), request);
        if (reply instanceof ServerFrame.Ok ok) {
          failuresInARow = 0;
          return ClientCodec.payload(type, ok.payload());
        }
        onRefusal(reply);
      } catch (IOException e) {
        lastFailure = e instanceof SocketTimeoutException ? "silence" : "connection lost";
        moveOn();
      } catch (FrameException e) {
        throw new RefusedException("unreadable reply: " + e.getMessage());
      }
    }
  }

  /// Lets about so much time pass between two writes, listening: a server that closes meanwhile is
  /// left before anything is sent to it in vain.
  public void rest(Duration pause) throws InterruptedException {
    long end = System.nanoTime() + pause.toNanos();
    try {
      while (socket.isPresent() && System.nanoTime() - end < 0) {
        ServerFrame frame =
            ClientCodec.parseServer(
                socket.get().receive(Duration.ofNanos(Math.max(1, end - System.nanoTime()))));
        onUnasked(frame);
      }
    } catch (SocketTimeoutException e) {
      // Nothing came.
    } catch (IOException | FrameException e) {
      moveOn();
    }
  }

  /// How often writes were sent again so far, by what had become of them: an error code, or words.
  public SortedMap<String, Long> repeats() {
    return new TreeMap<>(repeats);
  }

  /// Goes to the server with that index, between two writes.
  public void moveTo(int server) {
    abandonSuccessor();
    disconnect();
    current = server % servers.size();
  }

  /// A connection that is logged in, once there is an account.
  private LineSocket connection()
      throws IOException, FrameException, InterruptedException, RefusedException {
    if (successor.isPresent() && (socket.isEmpty() || successor.get().isDone())) {
      FutureTask<LineSocket> next = successor.get();
      successor = Optional.empty();
      disconnect();
      try {
        socket = Optional.of(next.get());
      } catch (ExecutionException e) {
        throw new IOException("the next server is not there", e);
      }
    }
    if (socket.isPresent()) {
      return socket.get();
    }
    Member server = servers.get(current);
    LineSocket opened = LineSocket.open(server.host(), server.clientPort(), CONNECT_MAX);
    socket = Optional.of(opened);
    if (registered) {
      ServerFrame reply = ask(opened, Optional.empty(), this::login);
      if (!(reply instanceof ServerFrame.Ok ok)) {
        onRefusal(reply);
        throw new IOException("not logged in yet");
      }
      token = Optional.of(ClientCodec.payload(OkPayload.LoggedIn.class, ok.payload()).token());
    }
    return opened;
  }

  /// What the server says without being asked. Asked to leave, it opens the next connection while
  /// this one still serves, as docs/PROTOCOL.md advises clients.
  private void onUnasked(ServerFrame frame) {
    boolean leave =
        frame instanceof ServerFrame.Error error
            && error.id().isEmpty()
            && error.code().equals(Optional.of(ErrorCode.SHUTTING_DOWN));
    if (leave && token.isPresent() && successor.isEmpty()) {
      current = (current + 1) % servers.size();
      Member next = servers.get(current);
      byte[] login = ClientCodec.request(login(header("0", Optional.empty())));
      FutureTask<LineSocket> task = new FutureTask<>(() -> loggedIn(next, login));
      Thread.ofVirtual().name("session-" + username + "-next").start(task);
      successor = Optional.of(task);
    }
  }

  private static LineSocket loggedIn(Member server, byte[] login)
      throws IOException, FrameException {
    LineSocket opened = LineSocket.open(server.host(), server.clientPort(), CONNECT_MAX);
    try {
      opened.send(login);
      if (ClientCodec.parseServer(opened.receive(LOGIN_MAX)) instanceof ServerFrame.Ok) {
        return opened;
      }
      throw new IOException("not logged in yet");
    } catch (IOException | FrameException e) {
      opened.close();
      throw e;
    }
  }

  private ClientRequest login(RequestHeader header) {
    return token.isPresent()
        ? new ClientRequest.Login(
            header, Optional.empty(), Optional.empty(), token, Optional.empty())
        : new ClientRequest.Login(
            header,
            Optional.of(username),
            Optional.of(password),
            Optional.empty(),
            Optional.empty());
  }

  /// Sends one request and reads until its reply, asking for a sign of life in between.
  private ServerFrame ask(
      LineSocket connection,
      Optional<String> requestId,
      Function<RequestHeader, ClientRequest> request)
      throws IOException, FrameException {
    String id = Long.toString(++lastId);
    connection.send(ClientCodec.request(request.apply(header(id, requestId))));
    long deadline = System.nanoTime() + REPLY_MAX.toNanos();
    boolean pinged = false;
    while (System.nanoTime() < deadline) {
      try {
        ServerFrame frame =
            ClientCodec.parseServer(connection.receive(pinged ? PING_PATIENCE : REPLY_PATIENCE));
        pinged = false;
        if (idOf(frame).equals(Optional.of(id))) {
          return frame;
        }
        onUnasked(frame);
      } catch (SocketTimeoutException e) {
        if (pinged) {
          throw e;
        }
        connection.send(
            ClientCodec.request(
                new ClientRequest.Ping(header(Long.toString(++lastId), Optional.empty()))));
        pinged = true;
      }
    }
    throw new SocketTimeoutException("no reply within " + REPLY_MAX.toSeconds() + " s");
  }

  private static RequestHeader header(String id, Optional<String> requestId) {
    return new RequestHeader(
        Optional.of(id), requestId, Optional.empty(), Ack.MAJORITY, ReadLevel.LOCAL);
  }

  private static Optional<String> idOf(ServerFrame frame) {
    return switch (frame) {
      case ServerFrame.Ok(Optional<String> id, JsonNode _) -> id;
      case ServerFrame.Error error -> error.id();
      case ServerFrame.Pushed _, ServerFrame.Unknown _ -> Optional.empty();
    };
  }

  /// Not now: try again here after a moment, or elsewhere if this server is going away.
  private void onRefusal(ServerFrame reply) throws InterruptedException, RefusedException {
    if (!(reply instanceof ServerFrame.Error error)) {
      throw new RefusedException("not a reply: " + reply);
    }
    if (!error.retry()) {
      throw new RefusedException(error.name() + ": " + error.message());
    }
    lastFailure = error.name();
    if (error.code().equals(Optional.of(ErrorCode.SHUTTING_DOWN))) {
      moveOn();
      return;
    }
    Thread.sleep(error.pause(BACKOFF));
  }

  /// To the next server: at once, but not round and round without a pause.
  private void moveOn() throws InterruptedException {
    disconnect();
    if (successor.isPresent()) {
      // To the one that is being opened.
      return;
    }
    current = (current + 1) % servers.size();
    failuresInARow++;
    if (failuresInARow % servers.size() == 0) {
      Thread.sleep(BACKOFF);
    }
  }

  private void disconnect() {
    socket.ifPresent(WireSession::closeQuietly);
    socket = Optional.empty();
  }

  private void abandonSuccessor() {
    if (successor.isPresent()) {
      FutureTask<LineSocket> next = successor.get();
      successor = Optional.empty();
      if (!next.cancel(true) && next.state() == Future.State.SUCCESS) {
        closeQuietly(next.resultNow());
      }
    }
  }

  private static void closeQuietly(LineSocket open) {
    try {
      open.close();
    } catch (IOException e) {
      // It is given up in any case.
    }
  }

  @Override
  public void close() {
    abandonSuccessor();
    disconnect();
  }
}

package holdfast.client;

import holdfast.wire.ClientRequest;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.IndexToken;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;

/// What the servers of a fake cluster share: accounts, and the messages in the order they were
/// taken, each request_id once. It never forgets and never fails; what goes wrong is up to the
/// servers' scripts.
public final class FakeWorld implements AutoCloseable {
  /// 1 Jan 2026 12:00 UTC, in ms.
  public static final long NOON = 1_767_268_800_000L;

  private final List<FakeServer> servers = new CopyOnWriteArrayList<>();
  private final List<ServerEvent.Message> messages = new ArrayList<>();
  private final Map<String, Long> lastSeqs = new HashMap<>();
  private final Map<String, OkPayload.Sent> outcomes = new HashMap<>();
  private final Map<String, String> passwords = new HashMap<>();
  private boolean tokensVoid;
  private boolean forgetful;

  public FakeServer server(String id) {
    FakeServer server = new FakeServer(this, id);
    servers.add(server);
    return server;
  }

  public synchronized void account(String name, String password) {
    passwords.put(name, password);
  }

  synchronized void voidTokens() {
    tokensVoid = true;
  }

  /// Cursors are too old from now on.
  synchronized void forget() {
    forgetful = true;
  }

  /// Nobody signs in and nothing is said between the steps.
  synchronized void atOnce(Runnable steps) {
    steps.run();
  }

  synchronized List<String> texts() {
    return messages.stream().map(ServerEvent.Message::text).toList();
  }

  OkPayload.Hello hello(String id, boolean knowsPrimary) {
    List<ServerAddress> members = servers.stream().map(FakeServer::member).toList();
    Optional<String> primary = knowsPrimary ? Optional.of("1") : Optional.empty();
    return new OkPayload.Hello(1, "test", id, "BACKUP", 3, primary, members, false);
  }

  synchronized void login(FakeServer.Peer peer, ClientRequest.Login login) {
    boolean byToken = login.token().isPresent();
    String name =
        byToken ? login.token().get().substring("h1.".length()) : login.username().orElse("");
    boolean fits =
        byToken
            ? !tokensVoid && passwords.containsKey(name)
            : passwords.getOrDefault(name, "").equals(login.password().orElse("?"));
    if (!fits) {
      peer.fail(login, ErrorCode.BAD_CREDENTIALS);
      return;
    }
    boolean reset = login.cursor().isPresent() && forgetful;
    String now = Cursor.text(messages.size(), 0);
    peer.loggedIn(name);
    peer.ok(login, new OkPayload.LoggedIn(name, "h1." + name, now, 3, 2, NOON, reset));
    if (login.cursor().isPresent() && !reset) {
      for (ServerEvent.Message missed : messages.subList(place(login), messages.size())) {
        peer.push(missed);
      }
    }
  }

  private static int place(ClientRequest.Login login) {
    try {
      return Math.toIntExact(Cursor.parse(login.cursor().orElseThrow()).id());
    } catch (FrameException e) {
      throw new AssertionError(e);
    }
  }

  synchronized void send(FakeServer.Peer peer, ClientRequest.Send send) {
    peer.ok(send, take(send, peer.account()));
  }

  /// Takes the message as if it had been committed, and tells everybody.
  synchronized OkPayload.Sent take(ClientRequest.Send send, String sender) {
    String requestId = send.header().requestId().orElseThrow();
    if (outcomes.containsKey(requestId)) {
      return outcomes.get(requestId);
    }
    ServerEvent.Message message = add(send.to(), sender, send.text(), Optional.of(requestId));
    OkPayload.Sent sent =
        new OkPayload.Sent(
            send.to(),
            message.seq(),
            message.time(),
            IndexToken.text(messages.size()),
            OptionalInt.empty());
    outcomes.put(requestId, sent);
    return sent;
  }

  /// Somebody says something in a conversation that all fake accounts see alike.
  public synchronized ServerEvent.Message add(
      String conversation, String sender, String text, Optional<String> requestId) {
    long seq = lastSeqs.merge(conversation, 1L, Long::sum);
    ServerEvent.Message message =
        new ServerEvent.Message(
            conversation,
            seq,
            sender,
            text,
            NOON + messages.size() * 60_000L,
            Optional.empty(),
            requestId,
            Cursor.text(messages.size() + 1, 0));
    messages.add(message);
    for (FakeServer server : servers) {
      for (FakeServer.Peer peer : server.peers()) {
        if (!peer.account().isEmpty()) {
          peer.push(message);
        }
      }
    }
    return message;
  }

  synchronized void other(FakeServer.Peer peer, ClientRequest request) {
    OkPayload.Written written =
        new OkPayload.Written(IndexToken.text(messages.size()), OptionalInt.empty());
    switch (request) {
      case ClientRequest.Register register -> {
        passwords.put(register.username(), register.password());
        peer.ok(
            request,
            new OkPayload.Registered(register.username(), written.index(), OptionalInt.empty()));
      }
      case ClientRequest.History history -> peer.ok(request, history(history));
      case ClientRequest.Conversations _ -> peer.ok(request, conversations());
      case ClientRequest.Users _ ->
          peer.ok(
              request, new OkPayload.Users(List.of(new OkPayload.User("bob", true, NOON, false)), false));
      case ClientRequest.Write _ -> peer.ok(request, written);
      case ClientRequest _ -> peer.fail(request, ErrorCode.INTERNAL);
    }
  }

  private OkPayload.History history(ClientRequest.History asked) {
    List<OkPayload.HistoryMessage> all =
        messages.stream()
            .filter(m -> m.conversation().equals(asked.conversation()))
            .filter(m -> asked.before().isEmpty() || m.seq() < asked.before().get())
            .map(m ->
                new OkPayload.HistoryMessage(
                    m.seq(), m.sender(), m.text(), m.time(), m.replyTo(), Map.of(), m.requestId()))
            .toList();
    int from = Math.max(0, all.size() - asked.limit());
    return new OkPayload.History(all.subList(from, all.size()), from > 0);
  }

  private static OkPayload.Conversations conversations() {
    OkPayload.LastMessage last = new OkPayload.LastMessage(9, "bob", "see you", NOON);
    return new OkPayload.Conversations(
        List.of(
            new OkPayload.Conversation("@bob", 9, 7, 2, 0, Optional.of(last)),
            new OkPayload.Conversation("#team", 4, 3, 1, 0, Optional.empty())),
        false);
  }

  @Override
  public void close() {
    servers.forEach(FakeServer::close);
  }
}

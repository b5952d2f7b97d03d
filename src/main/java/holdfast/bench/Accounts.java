package holdfast.bench;

import holdfast.operate.LineSocket;
import holdfast.replication.Member;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/// The accounts a load runs between. They have the same names and password in every run, so that
/// servers that run on keep only one set of them.
final class Accounts {
  static final String PASSWORD = "measure twice, cut once";

  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final Duration REPLY_MAX = Duration.ofSeconds(10);

  /// From a refusal to the next try, unless the server asks for more.
  private static final Duration BACKOFF = Duration.ofMillis(20);

  /// No try begins later than this after the first: servers that start elect a primary sooner.
  private static final Duration RETRY_MAX = Duration.ofMinutes(1);

  /// Each costs a server a password hash, and a conversation more or less hardly anything.
  private static final int RECEIVERS_MAX = 500;

  private Accounts() {}

  /// How many accounts so many senders write to, for about so many conversations.
  static int receivers(int conversations, int senders) {
    return Math.min(RECEIVERS_MAX, Math.ceilDiv(conversations, senders));
  }

  /// Names that begin with `bench-`, a kind, and a number.
  static List<String> names(String kind, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add("bench-" + kind + "-" + i);
    }
    return names;
  }

  /// What is done for one account, given by name or token, over a connection to some server.
  private interface Step {
    void take(String account, LineSocket socket)
        throws IOException, FrameException, BenchException, InterruptedException;
  }

  /// Makes those that do not exist yet.
  static void make(List<String> names, List<Member> servers)
      throws IOException, BenchException, InterruptedException {
    each(
        names,
        servers,
        (name, socket) -> {
          RequestHeader header = header("register-" + name);
          // Taken: of an earlier run, unless the password says otherwise at LOGIN.
          ask(socket, new ClientRequest.Register(header, name, PASSWORD), ErrorCode.USERNAME_TAKEN);
        });
  }

  /// Logs each in, which must exist, and returns their tokens in the same order: with one, further
  /// connections cost the servers no password hash.
  static List<String> tokens(List<String> names, List<Member> servers)
      throws IOException, BenchException, InterruptedException {
    Map<String, String> tokens = new ConcurrentHashMap<>();
    each(
        names,
        servers,
        (name, socket) -> {
          Optional<JsonNode> payload = ask(socket, SignIn.byPassword("1", name));
          tokens.put(name, SignIn.token(payload.orElseThrow()));
        });
    return names.stream().map(tokens::get).toList();
  }

  /// Makes a room, which may exist, and lets the accounts of these tokens join it, which may be
  /// members.
  static void join(String room, List<String> tokens, List<Member> servers)
      throws IOException, BenchException, InterruptedException {
    each(
        tokens.subList(0, 1),
        servers,
        (token, socket) -> {
          ask(socket, SignIn.byToken("1", token));
          ask(
              socket,
              new ClientRequest.CreateRoom(header("create-" + room), room, "", false),
              ErrorCode.ROOM_EXISTS);
        });
    each(
        tokens,
        servers,
        (token, socket) -> {
          ask(socket, SignIn.byToken("1", token));
          ask(socket, new ClientRequest.JoinRoom(header("join-" + room), room));
        });
  }

  /// The newest seq of what `reader` and each of the others wrote each other, 0 if nothing.
  static Map<String, Long> newest(String reader, List<String> others, Member server)
      throws IOException, BenchException, InterruptedException {
    Map<String, Long> newest = new LinkedHashMap<>();
    try (LineSocket socket = LineSocket.open(server.host(), server.clientPort(), CONNECT_MAX)) {
      ask(socket, SignIn.byPassword("1", reader));
      for (String other : others) {
        ClientRequest last =
            new ClientRequest.History(
                header(other), "@" + other, Optional.empty(), Optional.empty(), 1);
        JsonNode messages = ask(socket, last).orElseThrow().path("messages");
        newest.put(other, messages.path(0).path("seq").asLong(0));
      }
    } catch (FrameException e) {
      throw new IOException("a reply that cannot be read: " + e.getMessage(), e);
    }
    return newest;
  }

  private static RequestHeader header(String requestId) {
    return new RequestHeader(
        Optional.of("1"), Optional.of(requestId), Optional.empty(), Ack.MAJORITY, ReadLevel.LOCAL);
  }

  /// Hashing passwords is most of the work, so every server gets its share.
  private static void each(List<String> accounts, List<Member> servers, Step step)
      throws IOException, BenchException, InterruptedException {
    List<Future<Optional<BenchException>>> shares = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int s = 0; s < servers.size(); s++) {
        List<String> share = new ArrayList<>();
        for (int i = s; i < accounts.size(); i += servers.size()) {
          share.add(accounts.get(i));
        }
        Member server = servers.get(s);
        shares.add(threads.submit(() -> share(share, server, step)));
      }
      for (Future<Optional<BenchException>> share : shares) {
        Optional<BenchException> refusal = share.get();
        if (refusal.isPresent()) {
          throw refusal.get();
        }
      }
    } catch (ExecutionException e) {
      throw new IOException("accounts for the load: " + e.getCause().getMessage(), e.getCause());
    }
  }

  private static Optional<BenchException> share(List<String> accounts, Member server, Step step)
      throws IOException, FrameException, InterruptedException {
    try (LineSocket socket = LineSocket.open(server.host(), server.clientPort(), CONNECT_MAX)) {
      for (String account : accounts) {
        step.take(account, socket);
      }
      return Optional.empty();
    } catch (BenchException e) {
      return Optional.of(new BenchException("accounts for the load: " + e.getMessage()));
    }
  }

  /// Asks until it is done. The OK's payload, or empty if it was refused as `accepted`.
  ///
  /// @throws BenchException if it is refused for good, or for longer than `RETRY_MAX`
  private static Optional<JsonNode> ask(
      LineSocket socket, ClientRequest request, ErrorCode... accepted)
      throws IOException, FrameException, BenchException, InterruptedException {
    byte[] frame = ClientCodec.request(request);
    long end = System.nanoTime() + RETRY_MAX.toNanos();
    socket.send(frame);
    while (true) {
      switch (ClientCodec.parseServer(socket.receive(REPLY_MAX))) {
        case ServerFrame.Ok ok -> {
          return Optional.of(ok.payload());
        }
        case ServerFrame.Error error -> {
          if (error.code().filter(List.of(accepted)::contains).isPresent()) {
            return Optional.empty();
          }
          Duration pause = error.pause(BACKOFF);
          Duration left = Duration.ofNanos(end - System.nanoTime());
          if (!error.retry() || pause.compareTo(left) > 0) {
            throw new BenchException(error.name() + ": " + error.message());
          }
          Thread.sleep(pause);
          socket.send(frame);
        }
        case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
      }
    }
  }
}

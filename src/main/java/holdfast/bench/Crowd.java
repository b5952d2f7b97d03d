package holdfast.bench;

import holdfast.replication.Member;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Many clients that only listen: each signs in by token, and when it loses its server, again at
/// once at another, with the cursor it had. For one thread.
final class Crowd implements AutoCloseable {
  /// Signing in at a time, while they gather.
  private static final int GATHERING_MAX = 64;

  /// From a failed attempt to the next.
  private static final long BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long TURN_MS = 20;
  private static final byte[] NOTHING = {};

  private final Selector selector = Selector.open();
  private final ReplyScanner replies = new ReplyScanner(SignIn.LINE_BYTES_MAX);
  private final List<Client> clients = new ArrayList<>();
  private final Deque<Client> waiting = new ArrayDeque<>();
  private final SortedMap<String, Long> setbacks = new TreeMap<>();
  private List<Member> servers = List.of();
  private int signedIn;

  /// @param tokens of the accounts they are of, in turn
  Crowd(int count, List<String> tokens) throws IOException {
    for (int i = 0; i < count; i++) {
      clients.add(new Client(i, tokens.get(i % tokens.size())));
    }
  }

  /// Signs all in on `server`, leaving where they were.
  void gather(Member server, Duration within) throws IOException, BenchException {
    servers = List.of(server);
    long end = System.nanoTime() + within.toNanos();
    for (Client client : clients) {
      client.leave();
    }
    int begun = 0;
    while (signedIn < clients.size()) {
      while (begun < clients.size() && begun - signedIn < GATHERING_MAX) {
        clients.get(begun++).connect();
      }
      turn(end);
    }
  }

  /// From now on whoever loses its server goes to one of these.
  void refuge(List<Member> others) {
    servers = List.copyOf(others);
    setbacks.clear();
  }

  /// Lives on until everybody was lost and is back again; returns when each was, as
  /// System.nanoTime.
  List<Long> awaitReturn(Duration within) throws IOException, BenchException {
    long end = System.nanoTime() + within.toNanos();
    clients.forEach(client -> client.returnedAt = 0);
    int returned = 0;
    while (returned < clients.size()) {
      returned = 0;
      turn(end);
      for (Client client : clients) {
        returned += client.returnedAt == 0 ? 0 : 1;
      }
    }
    return clients.stream().map(client -> client.returnedAt).toList();
  }

  /// How often an attempt failed since `refuge`, by why.
  SortedMap<String, Long> setbacks() {
    return new TreeMap<>(setbacks);
  }

  private void turn(long end) throws IOException, BenchException {
    selector.select(TURN_MS);
    long now = System.nanoTime();
    for (SelectionKey key : selector.selectedKeys()) {
      ((Client) key.attachment()).onReady(key, now);
    }
    selector.selectedKeys().clear();
    while (!waiting.isEmpty() && waiting.getFirst().retryAt - now <= 0) {
      waiting.removeFirst().connect();
    }
    if (now - end > 0) {
      throw new BenchException(
          "%,d of %,d clients are signed in; %s".formatted(signedIn, clients.size(), setbacks));
    }
  }

  @Override
  public void close() throws IOException {
    for (Client client : clients) {
      client.leave();
    }
    selector.close();
  }

  private final class Client implements ReplyScanner.Lines {
    private final String token;
    private Optional<String> cursor = Optional.empty();
    private Optional<SocketChannel> channel = Optional.empty();
    private byte[] partial = NOTHING;
    private boolean isIn;
    private int server;
    private long retryAt;
    private long returnedAt;
    private long now;

    Client(int number, String token) {
      this.server = number;
      this.token = token;
    }

    void connect() {
      Member target = servers.get(server % servers.size());
      try {
        SocketChannel opened = SocketChannel.open();
        channel = Optional.of(opened);
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        boolean connected =
            opened.connect(new InetSocketAddress(target.host(), target.clientPort()));
        opened.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
        if (connected) {
          login(opened);
        }
      } catch (IOException e) {
        failed(e.getMessage());
      }
    }

    private void login(SocketChannel open) throws IOException {
      RequestHeader header =
          new RequestHeader(
              Optional.of("\"login\""),
              Optional.empty(),
              Optional.empty(),
              Ack.MAJORITY,
              ReadLevel.LOCAL);
      ByteBuffer frame =
          ByteBuffer.wrap(
              ClientCodec.request(
                  new ClientRequest.Login(
                      header, Optional.empty(), Optional.empty(), Optional.of(token), cursor)));
      open.write(frame);
      if (frame.hasRemaining()) {
        throw new IOException("a new connection takes no LOGIN");
      }
    }

    void onReady(SelectionKey key, long instant) {
      now = instant;
      SocketChannel open = channel.orElseThrow();
      try {
        if (key.isConnectable()) {
          open.finishConnect();
          key.interestOps(SelectionKey.OP_READ);
          login(open);
        } else {
          replies.space().clear().put(partial);
          SignIn.read(open, replies);
          replies.scan(this);
          ByteBuffer rest = replies.space().flip();
          partial = rest.hasRemaining() ? new byte[rest.remaining()] : NOTHING;
          rest.get(partial);
        }
      } catch (IOException e) {
        onEnd(e);
      }
    }

    /// A server that was there and is gone: at once to another. One that is not there: after a
    /// while.
    private void onEnd(IOException why) {
      if (isIn) {
        leave();
        connect();
      } else {
        failed(why instanceof EOFException ? "closed" : why.getMessage());
      }
    }

    private void failed(String why) {
      setbacks.merge(why, 1L, Long::sum);
      leave();
      server++;
      retryAt = System.nanoTime() + BACKOFF_NANOS;
      waiting.addLast(this);
    }

    void leave() {
      signedIn -= isIn ? 1 : 0;
      isIn = false;
      partial = NOTHING;
      channel.ifPresent(Crowd::closeQuietly);
      channel = Optional.empty();
    }

    @Override
    public void onOk(long number) throws IOException {
      throw new IOException("an OK to request " + number + ", which was never made");
    }

    @Override
    public void onMessage(byte[] bytes, int start, int end) {}

    @Override
    public void onOther(byte[] line) throws IOException {
      switch (SignIn.parse(line)) {
        case ServerFrame.Ok ok -> {
          cursor = Optional.of(cursor(ok));
          isIn = true;
          signedIn++;
          returnedAt = now;
        }
        case ServerFrame.Error error -> throw new IOException(error.name());
        case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
      }
    }

    private static String cursor(ServerFrame.Ok ok) throws IOException {
      try {
        return ClientCodec.payload(OkPayload.LoggedIn.class, ok.payload()).cursor();
      } catch (FrameException e) {
        throw new IOException("unreadable reply: " + e.getMessage(), e);
      }
    }
  }

  private static void closeQuietly(SocketChannel open) {
    try {
      open.close();
    } catch (IOException e) {
      // It is given up in any case.
    }
  }
}

package holdfast.client;

import holdfast.transport.LineReader;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// One server of a fake cluster: speaks the protocol over real sockets, does what a test's script
/// says, and otherwise what the protocol says.
public final class FakeServer implements AutoCloseable {
  /// How long a test waits for what must come.
  static final long PATIENCE_SECONDS = 20;

  /// A test's own answer to a request. False: answer as usual.
  @FunctionalInterface
  public interface Script {
    boolean on(Peer peer, ClientRequest request);
  }

  private final FakeWorld world;
  private final String id;
  private final ServerSocket listener;
  private final List<Peer> peers = new CopyOnWriteArrayList<>();
  private final BlockingQueue<ClientRequest> requests = new LinkedBlockingQueue<>();
  private volatile Script script = (_, _) -> false;
  private volatile boolean knowsPrimary = true;

  FakeServer(FakeWorld world, String id) {
    this.world = world;
    this.id = id;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public HostPort address() {
    return new HostPort("127.0.0.1", listener.getLocalPort());
  }

  public ServerAddress member() {
    return new ServerAddress(id, "127.0.0.1", listener.getLocalPort());
  }

  /// From now on requests go to the script first.
  public void script(Script newScript) {
    script = newScript;
  }

  /// It reads, but says nothing any more, not even to PING.
  public void mute() {
    script = (_, _) -> true;
  }

  void knowsNoPrimary() {
    knowsPrimary = false;
  }

  /// Dies: all connections break, nothing listens any more.
  public void kill() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    peers.forEach(Peer::close);
  }

  /// Breaks the connections; new ones are welcome.
  void dropAll() {
    peers.forEach(Peer::close);
  }

  List<Peer> peers() {
    return List.copyOf(peers);
  }

  /// The next request that fits, waiting for it; what comes before is passed over.
  public <T extends ClientRequest> T next(Class<T> type) {
    return next(type, _ -> true);
  }

  <T extends ClientRequest> T next(Class<T> type, Predicate<T> fits) {
    try {
      while (true) {
        ClientRequest request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
          throw new AssertionError("server " + id + " got no " + type.getSimpleName());
        }
        if (type.isInstance(request) && fits.test(type.cast(request))) {
          return type.cast(request);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// All requests of that type that have come and were not taken yet.
  <T extends ClientRequest> List<T> all(Class<T> type) {
    List<ClientRequest> seen = new ArrayList<>();
    requests.drainTo(seen);
    return seen.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public void close() {
    kill();
  }

  private void accept() {
    try {
      while (true) {
        Peer peer = new Peer(listener.accept());
        peers.add(peer);
        Thread.ofVirtual().start(peer::read);
      }
    } catch (IOException e) {
      peers.forEach(Peer::close);
    }
  }

  /// One client's connection.
  public final class Peer {
    private final Socket socket;
    private volatile String account = "";

    Peer(Socket socket) {
      this.socket = socket;
    }

    /// Logged in as that account; nothing when logged out.
    String account() {
      return account;
    }

    private void read() {
      try {
        LineReader lines = new LineReader(socket.getInputStream(), Link.FRAME_BYTES_MAX);
        while (lines.read() instanceof LineReader.Line(byte[] bytes)) {
          ClientRequest request = ClientCodec.parse(bytes);
          requests.add(request);
          if (!script.on(this, request)) {
            answer(request);
          }
        }
      } catch (FrameException e) {
        throw new AssertionError("the client sent a bad frame", e);
      } catch (IOException e) {
        // The client is gone.
      } finally {
        close();
      }
    }

    void close() {
      peers.remove(this);
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    public void ok(ClientRequest request, OkPayload payload) {
      write(ClientCodec.ok(request.header().id(), payload));
    }

    public void fail(ClientRequest request, ErrorCode code) {
      fail(request, code, OptionalLong.empty());
    }

    void fail(ClientRequest request, ErrorCode code, OptionalLong retryAfterMs) {
      write(ClientCodec.error(request.header().id(), code, "as the test says", retryAfterMs));
    }

    /// An error that answers nothing.
    void say(ErrorCode code) {
      write(ClientCodec.error(Optional.empty(), code, "as the test says", OptionalLong.empty()));
    }

    void push(ServerEvent event) {
      write(ClientCodec.event(event));
    }

    synchronized void write(byte[] line) {
      try {
        socket.getOutputStream().write(line);
      } catch (IOException e) {
        close();
      }
    }

    /// What the protocol says.
    public void answer(ClientRequest request) {
      switch (request) {
        case ClientRequest.Hello hello -> ok(hello, world.hello(id, knowsPrimary));
        case ClientRequest.Ping ping -> ok(ping, new OkPayload.Empty());
        case ClientRequest.Login login -> world.login(this, login);
        case ClientRequest.Logout logout -> {
          account = "";
          ok(logout, new OkPayload.Empty());
        }
        case ClientRequest.Send send -> world.send(this, send);
        case ClientRequest other -> world.other(this, other);
      }
    }

    void loggedIn(String name) {
      account = name;
    }
  }
}

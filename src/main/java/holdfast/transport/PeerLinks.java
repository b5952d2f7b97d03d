package holdfast.transport;

import holdfast.wire.FrameException;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The links to and from the other servers. Each server dials every other and sends only on the
/// link it dialled, so that a pair has two, each proven by itself. For any number of threads.
public final class PeerLinks implements AutoCloseable {
  /// What the links need to know, and their bounds.
  ///
  /// @param self this server's number
  /// @param secret `cluster.secret`; empty only on loopback
  /// @param cluster `cluster.name`
  /// @param frameBytesMax of a frame, the newline not counted
  /// @param queueBytesMax bytes that may wait on one link
  /// @param handshakeTimeout for the whole proof
  /// @param silenceMax a link on which nothing comes back for this long leads nowhere
  /// @param retryMin the first pause between two attempts to connect; doubles up to `retryMax`
  public record Settings(
      int self,
      String secret,
      String cluster,
      int frameBytesMax,
      long queueBytesMax,
      Duration connectTimeout,
      Duration handshakeTimeout,
      Duration silenceMax,
      Duration retryMin,
      Duration retryMax) {
    /// The protocol's times.
    public static Settings of(
        int self, String secret, String cluster, int frameBytesMax, long queueBytesMax) {
      return new Settings(
          self,
          secret,
          cluster,
          frameBytesMax,
          queueBytesMax,
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofMillis(20),
          Duration.ofSeconds(1));
    }

    /// The proofs' key; the prefix makes it one also where there is no secret.
    byte[] key() {
      return ("holdfast" + secret).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return "links of server " + self + " of " + cluster;
    }
  }

  /// Where a peer listens for its peers.
  public record PeerAddress(int id, String host, int port) {}

  /// Why a proven server may not be linked with. `sentence` tells its operator what to do.
  public record Refusal(String code, String sentence) {}

  /// What the links report, on their own threads but for frames.
  public interface Handler {
    /// Whether to be linked with a server that has proven the secret; asked on both sides of a
    /// link.
    Optional<Refusal> admit(int peer, String memberKey, Optional<String> clusterId, String bootId);

    /// A frame came on a link proven as `peer`'s, whatever its `server_id` says. Called by
    /// `PeerInbox.receive`.
    ///
    /// @throws FrameException closes the link
    void onFrame(int peer, String memberKey, byte[] line) throws FrameException;

    /// `send` works from now on. The peer knows nothing of what was sent before.
    void onLinkUp(int peer, String memberKey, Optional<String> clusterId, String bootId);

    /// `send` works no more, until the next `onLinkUp`.
    void onLinkDown(int peer);

    /// The process that the last link led to is gone: since that link's end a connection was
    /// refused, or another boot id answered (then `onLinkUp` follows).
    void onPeerDied(int peer);

    /// The peer, proven, does not want this server.
    void onRefused(int peer, String code, String sentence);

    /// A server that has proven the secret asks to become a member. The answer ends the connection.
    CompletableFuture<HandshakeFrame> onJoin(int newcomer, HandshakeFrame.Join join);
  }

  private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);

  /// Connections to the peer port at once, those that have proven nothing yet included.
  private static final int CONNECTIONS_MAX = 512;

  /// How many signs of life a silent link carries before it counts as dead.
  private static final int SIGNS_PER_SILENCE = 5;

  /// A dead process's link ends at once; one that does not is no proof that it lives.
  private static final Duration LAST_WORDS_MAX = Duration.ofMillis(200);

  /// How long a server that asks to join waits for the answer.
  static final Duration JOIN_MAX = Duration.ofSeconds(12);

  /// At most one warning about strangers in this time.
  private static final long WARNING_NANOS = 1_000_000_000L;

  private final Settings settings;
  private final Supplier<PeerIdentity> identity;
  private final Handler handler;
  private final ConcurrentHashMap<Integer, PeerDialer> dialers = new ConcurrentHashMap<>();
  private final PeerInbox inbox;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());
  private volatile Optional<IoThreads> io = Optional.empty();
  private volatile Optional<Listener> listener = Optional.empty();
  private volatile boolean closed;

  /// `identity`: who this server is, as of now; told only to servers that have proven the secret.
  /// `inbox`: where frames arrive; closed with the links.
  public PeerLinks(
      Settings settings, Supplier<PeerIdentity> identity, Handler handler, PeerInbox inbox) {
    this.inbox = inbox;
    this.settings = settings;
    this.identity = identity;
    this.handler = handler;
  }

  /// Listens for peers.
  ///
  /// @param port 0: any free one
  /// @throws IOException as `Listener` does
  public void start(String host, int port) throws IOException {
    io = Optional.of(new IoThreads("peer-io", 1, settings.silenceMax()));
    listener =
        Optional.of(
            new Listener(
                "peer-accepted",
                host,
                port,
                CONNECTIONS_MAX,
                new Listener.Handler() {
                  @Override
                  public void accepted(SocketChannel channel, Runnable ended) {
                    Thread.ofVirtual()
                        .name("peer-accepted")
                        .start(() -> {
                          try {
                            serve(channel);
                          } finally {
                            ended.run();
                          }
                        });
                  }

                  @Override
                  public void rejected(SocketChannel channel, Runnable ended) {
                    Connection.closeQuietly(channel.socket());
                    ended.run();
                  }
                }));
  }

  /// The port it listens on.
  public int port() {
    return listener.map(Listener::port).orElse(0);
  }

  /// Dials exactly these servers from now on, this one left out. After `start`.
  public synchronized void peers(List<PeerAddress> addresses) {
    Set<Integer> wanted = new HashSet<>();
    for (PeerAddress address : addresses) {
      if (address.id() == settings.self()) {
        continue;
      }
      wanted.add(address.id());
      PeerDialer before = dialers.get(address.id());
      if (closed || (before != null && before.address().equals(address))) {
        continue;
      }
      if (before != null) {
        before.stop();
      }
      PeerDialer dialer =
          new PeerDialer(
              settings,
              address,
              identity,
              handler,
              this::awaitInboundEnd,
              io.orElseThrow(),
              Optional.ofNullable(before));
      dialers.put(address.id(), dialer);
      dialer.start();
    }
    for (Integer id : List.copyOf(dialers.keySet())) {
      if (!wanted.contains(id)) {
        dialers.remove(id).stop();
      }
    }
  }

  /// Queues a frame, newline included, on the link to `peer`, for the next `flush`. False if there
  /// is no link, or if it was full: then it is closed.
  public boolean send(int peer, byte[] frame) {
    PeerDialer dialer = dialers.get(peer);
    return dialer != null && dialer.send(frame);
  }

  /// Sends what waits on the links, as far as it can be sent without waiting; the rest follows by
  /// itself.
  public void flush() {
    dialers.values().forEach(PeerDialer::flush);
  }

  /// Ends the link that `peer` dialled: dialling anew it will be told whether it is wanted. On the
  /// thread that receives.
  public void drop(int peer) {
    inbox.drop(peer);
  }

  /// Ends all links and waits for the dialling threads.
  @Override
  public void close() {
    List<PeerDialer> stopping;
    synchronized (this) {
      closed = true;
      stopping = new ArrayList<>(dialers.values());
      dialers.clear();
    }
    listener.ifPresent(Listener::close);
    stopping.forEach(PeerDialer::stop);
    sockets.forEach(Connection::closeQuietly);
    inbox.close();
    try {
      for (PeerDialer dialer : stopping) {
        dialer.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    io.ifPresent(IoThreads::close);
  }

  private void serve(SocketChannel channel) {
    Socket socket = channel.socket();
    String remote = Connection.address(socket);
    try (socket) {
      sockets.add(socket);
      if (closed) {
        return;
      }
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      Handshake handshake = new Handshake(socket, settings, identity);
      Handshake.Arrived arrived =
          handshake.accept(
              (peer, who) -> handler.admit(peer, who.memberKey(), who.clusterId(), who.bootId()));
      if (arrived.join().isPresent()) {
        handshake.answer(join(arrived.peer(), arrived.join().get()));
        return;
      }
      PeerInbox.Link link =
          new PeerInbox.Link(
              arrived.peer(),
              channel,
              handshake.rest(),
              settings.frameBytesMax(),
              receiver(arrived.peer(), arrived.identity().memberKey()));
      inbox.add(link);
      while (!link.awaitEnd(settings.silenceMax().dividedBy(SIGNS_PER_SILENCE))) {
        link.giveSignOfLife();
      }
    } catch (HandshakeException e) {
      warn("no link with " + remote + ": " + e.getMessage());
    } catch (IOException e) {
      LOG.debug("the link from {} ended: {}", remote, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(socket);
    }
  }

  private HandshakeFrame join(int newcomer, HandshakeFrame.Join join) throws InterruptedException {
    try {
      return handler.onJoin(newcomer, join).get(JOIN_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("server {} asks to join, and there is no answer: {}", newcomer, e.toString());
      return new HandshakeFrame.JoinRefused("TIMEOUT", "the cluster did not answer in time");
    }
  }

  private PeerInbox.Receiver receiver(int peer, String memberKey) {
    return new PeerInbox.Receiver() {
      @Override
      public void onBegin() {
        // Whoever dials here listens again, too.
        hurry(peer);
      }

      @Override
      public void onFrame(byte[] line) throws FrameException {
        handler.onFrame(peer, memberKey, line);
      }

      @Override
      public void onEnd() {
        hurry(peer);
      }
    };
  }

  private void awaitInboundEnd(int peer) throws InterruptedException {
    Optional<PeerInbox.Link> last = inbox.of(peer);
    if (last.isPresent() && !last.get().awaitEnd(LAST_WORDS_MAX)) {
      LOG.debug("the link from server {} outlives its process", peer);
    }
  }

  private void hurry(int peer) {
    PeerDialer dialer = dialers.get(peer);
    if (dialer != null) {
      dialer.hurry();
    }
  }

  private void warn(String message) {
    long now = System.nanoTime();
    long next = nextWarning.get();
    if (now - next >= 0 && nextWarning.compareAndSet(next, now + WARNING_NANOS)) {
      LOG.warn("{}", message);
    }
  }
}

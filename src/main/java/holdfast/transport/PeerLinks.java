package holdfast.transport;

import holdfast.wire.FrameException;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.io.OutputStream;
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
import java.util.concurrent.ConcurrentHashMap;
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

  /// What the links report. Called on their threads, for one peer's frames one after the other.
  public interface Handler {
    /// Whether to be linked with a server that has proven the secret; asked on both sides of a
    /// link.
    Optional<Refusal> admit(int peer, String memberKey, Optional<String> clusterId, String bootId);

    /// A frame came on a link proven as `peer`'s, whatever its `server_id` says. Not returning
    /// holds the link up.
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
  }

  private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);

  /// Connections to the peer port at once, those that have proven nothing yet included.
  private static final int CONNECTIONS_MAX = 512;

  /// How many signs of life a silent link carries before it counts as dead.
  private static final int SIGNS_PER_SILENCE = 5;

  /// A dead process's link ends at once; one that does not is no proof that it lives.
  private static final Duration LAST_WORDS_MAX = Duration.ofMillis(200);

  /// At most one warning about strangers in this time.
  private static final long WARNING_NANOS = 1_000_000_000L;

  private static final byte[] SIGN_OF_LIFE = {'\n'};

  private final Settings settings;
  private final Supplier<PeerIdentity> identity;
  private final Handler handler;
  private final ConcurrentHashMap<Integer, PeerDialer> dialers = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, Inbound> inbound = new ConcurrentHashMap<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());
  private volatile Optional<Listener> listener = Optional.empty();
  private volatile boolean closed;

  /// A link that a peer dialled, and the thread that reads it.
  private record Inbound(Socket socket, Thread reader) {}

  /// `identity`: who this server is, as of now; told only to servers that have proven the secret.
  public PeerLinks(Settings settings, Supplier<PeerIdentity> identity, Handler handler) {
    this.settings = settings;
    this.identity = identity;
    this.handler = handler;
  }

  /// Listens for peers.
  ///
  /// @param port 0: any free one
  /// @throws IOException as `Listener` does
  public void start(String host, int port) throws IOException {
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
                            serve(channel.socket());
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

  /// Dials exactly these servers from now on, this one left out.
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
          new PeerDialer(settings, address, identity, handler, this::awaitInboundEnd);
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
    try {
      for (PeerDialer dialer : stopping) {
        dialer.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Socket socket) {
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
      LineReader lines = handshake.lines(settings.frameBytesMax());
      // A platform thread: the kernel wakes it as soon as a frame is there, with no poller and no
      // carrier in between. There are few peers.
      Thread reader =
          Thread.ofPlatform()
              .name("peer-" + arrived.peer() + "-reader")
              .daemon(true)
              .start(() -> serveProven(socket, arrived, lines));
      reader.join();
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

  private void serveProven(Socket socket, Handshake.Arrived arrived, LineReader lines) {
    int peer = arrived.peer();
    Inbound mine = new Inbound(socket, Thread.currentThread());
    Inbound before = inbound.put(peer, mine);
    Thread signs =
        Thread.ofVirtual().name("peer-" + peer + "-signs").start(() -> signOfLife(socket));
    try {
      if (before != null) {
        // The peer has dialled anew, so its older link is dead. Its last frames come first.
        Connection.closeQuietly(before.socket());
        before.reader().join();
      }
      // Whoever dials here listens again, too.
      hurry(peer);
      readFrames(arrived, lines);
    } catch (IOException e) {
      LOG.debug("the link from server {} ended: {}", peer, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the link from server {} ended by a bug", peer, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      signs.interrupt();
      if (inbound.remove(peer, mine)) {
        hurry(peer);
      }
    }
  }

  private void readFrames(Handshake.Arrived arrived, LineReader lines) throws IOException {
    int peer = arrived.peer();
    String memberKey = arrived.identity().memberKey();
    while (true) {
      switch (lines.read()) {
        case LineReader.Line(var line) -> {
          try {
            handler.onFrame(peer, memberKey, line);
          } catch (FrameException e) {
            LOG.warn("closing the link from server {}: {}", peer, e.getMessage());
            return;
          }
        }
        case LineReader.TooLarge() -> {
          LOG.warn(
              "closing the link from server {}: a frame of more than {} bytes",
              peer,
              settings.frameBytesMax());
          return;
        }
        case LineReader.End() -> {
          return;
        }
      }
    }
  }

  private void awaitInboundEnd(int peer) throws InterruptedException {
    Inbound last = inbound.get(peer);
    if (last != null && !last.reader().join(LAST_WORDS_MAX)) {
      LOG.debug("the link from server {} outlives its process", peer);
    }
  }

  private void hurry(int peer) {
    PeerDialer dialer = dialers.get(peer);
    if (dialer != null) {
      dialer.hurry();
    }
  }

  /// Writes an empty line now and then, until the link ends.
  private void signOfLife(Socket socket) {
    try {
      OutputStream out = socket.getOutputStream();
      while (true) {
        Thread.sleep(settings.silenceMax().dividedBy(SIGNS_PER_SILENCE));
        out.write(SIGN_OF_LIFE);
      }
    } catch (IOException e) {
      // The link has ended; its reader knows.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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

package holdfast.transport;

import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one link to one peer: dials, proves, waits for the end, dials again. The link is for
/// sending only. Has a platform thread, since looking up a host's address would hold a carrier of
/// the virtual ones.
///
/// A lost link alone is no evidence of the process's death. A connection refused since then is, and
/// so is another boot id; a time-out is not (DESIGN 10.9).
final class PeerDialer {
  private static final Logger LOG = LoggerFactory.getLogger(PeerDialer.class);

  private final PeerLinks.Settings settings;
  private final PeerLinks.PeerAddress address;
  private final Supplier<PeerIdentity> identity;
  private final PeerLinks.Handler handler;
  private final LastWords lastWords;
  private final IoThreads io;
  private final Optional<PeerDialer> before;
  private final Thread thread;
  private final Semaphore hurry = new Semaphore(0);

  private volatile boolean stopped;
  private volatile Optional<Socket> socket = Optional.empty();
  private volatile Optional<LineChannel> link = Optional.empty();

  // Of the dialler's thread only.
  private Duration delay = Duration.ZERO;

  /// Waited after a link that did not last, so that a link that ends as it begins is no busy loop.
  private Duration flapDelay = Duration.ZERO;

  private String reported = "";

  /// Boot id of the process whose link was lost and that is not known to be alive or dead since.
  private Optional<String> missing = Optional.empty();

  /// The link that the peer dialled.
  interface LastWords {
    /// Waits, a bounded time, until everything that came on it is handed over.
    void awaitEnd(int peer) throws InterruptedException;
  }

  /// @param before dialled the same server at another address, and has been stopped: its link's end
  ///   is to be heard first
  PeerDialer(
      PeerLinks.Settings settings,
      PeerLinks.PeerAddress address,
      Supplier<PeerIdentity> identity,
      PeerLinks.Handler handler,
      LastWords lastWords,
      IoThreads io,
      Optional<PeerDialer> before) {
    this.before = before;
    this.lastWords = lastWords;
    this.io = io;
    this.settings = settings;
    this.address = address;
    this.identity = identity;
    this.handler = handler;
    thread =
        Thread.ofPlatform()
            .name("peer-" + address.id() + "-dialer")
            .daemon(true)
            .unstarted(this::dialLoop);
  }

  void start() {
    thread.start();
  }

  PeerLinks.PeerAddress address() {
    return address;
  }

  /// Queues the frame on the link, for the next `flush`; false if there is none, or if it was full:
  /// then it is closed.
  boolean send(byte[] frame) {
    Optional<LineChannel> to = link;
    if (to.isEmpty()) {
      return false;
    }
    if (to.get().send(frame)) {
      return true;
    }
    // Leaving one frame out would break the order of those that count on it.
    to.get().close();
    return false;
  }

  /// Sends what waits on the link. Never blocks.
  void flush() {
    link.ifPresent(LineChannel::flush);
  }

  /// Dials at once if it is waiting to: there is news of the peer.
  void hurry() {
    hurry.release();
  }

  void stop() {
    stopped = true;
    hurry.release();
    link.ifPresent(LineChannel::close);
    socket.ifPresent(Connection::closeQuietly);
  }

  void join() throws InterruptedException {
    thread.join();
  }

  private void dialLoop() {
    try {
      if (before.isPresent()) {
        before.get().join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    while (!stopped) {
      try {
        pause();
        dialOnce();
      } catch (RuntimeException e) {
        LOG.error("the link to server {} ended by a bug", address.id(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void pause() throws InterruptedException {
    if (delay.isZero()) {
      hurry.drainPermits();
    } else if (hurry.tryAcquire(delay.toNanos(), TimeUnit.NANOSECONDS)) {
      hurry.drainPermits();
    }
  }

  private void dialOnce() throws InterruptedException {
    try (SocketChannel channel = SocketChannel.open()) {
      Socket dialled = channel.socket();
      socket = Optional.of(dialled);
      if (stopped) {
        return;
      }
      connect(dialled);
      Handshake handshake = new Handshake(dialled, settings, identity);
      PeerIdentity other = handshake.dial(address.id());
      Optional<PeerLinks.Refusal> refusal =
          handler.admit(address.id(), other.memberKey(), other.clusterId(), other.bootId());
      if (refusal.isPresent()) {
        throw new HandshakeException("it is refused here: " + refusal.get().sentence());
      }
      keep(channel, other);
    } catch (ConnectException e) {
      // With a time-out of our own far below the system's, this is a refusal.
      report("it refuses connections");
      delay = doubled(delay);
      if (missing.isPresent()) {
        // What it still said stands in the link that it dialled: heard later, it would look alive.
        lastWords.awaitEnd(address.id());
        died();
      }
    } catch (HandshakeException e) {
      report(e.getMessage());
      delay = doubled(delay);
      e.refusal()
          .ifPresent(
              refusal -> handler.onRefused(address.id(), refusal.code(), refusal.sentence()));
    } catch (IOException e) {
      report(
          e instanceof SocketTimeoutException
              ? "it does not answer"
              : String.valueOf(e.getMessage()));
      delay = doubled(delay);
    }
  }

  private void connect(Socket dialled) throws IOException {
    dialled.setOption(StandardSocketOptions.TCP_NODELAY, true);
    dialled.connect(
        new InetSocketAddress(address.host(), address.port()),
        (int) settings.connectTimeout().toMillis());
  }

  /// Announces the link and watches it until it ends.
  private void keep(SocketChannel channel, PeerIdentity other) throws IOException {
    if (missing.isPresent() && !missing.get().equals(other.bootId())) {
      died();
    }
    missing = Optional.empty();
    long begun = System.nanoTime();
    CompletableFuture<String> end = new CompletableFuture<>();
    LineChannel opened = io.open(channel, lineSettings(), line -> new Watch(line, end));
    try {
      link = Optional.of(opened);
      if (stopped) {
        return;
      }
      reported = "";
      LOG.info("linked to server {} at {}", address.id(), opened.remote());
      handler.onLinkUp(address.id(), other.memberKey(), other.clusterId(), other.bootId());
      report(end.join());
    } finally {
      link = Optional.empty();
      opened.close();
      handler.onLinkDown(address.id());
      missing = Optional.of(other.bootId());
      boolean lasted = System.nanoTime() - begun >= settings.retryMax().toNanos();
      delay = lasted ? Duration.ZERO : flapDelay;
      flapDelay = lasted ? Duration.ZERO : doubled(flapDelay);
    }
  }

  private LineChannel.Settings lineSettings() {
    return new LineChannel.Settings(
        "peer-" + address.id(),
        0,
        settings.queueBytesMax(),
        new ByteBudget(settings.queueBytesMax()));
  }

  /// Hears the end of a link for sending. Nothing comes back on it but an empty line now and then,
  /// so that a link that leads nowhere is noticed long before TCP gives up.
  private record Watch(LineChannel line, CompletableFuture<String> end)
      implements LineChannel.Handler {
    @Override
    public boolean onLine(byte[] empty) {
      return true;
    }

    @Override
    public void onTooLarge() {
      line.close("it sent something back on a link for sending");
    }

    @Override
    public void onEnd() {
      line.close("it closed the link");
    }

    @Override
    public void onClosed(String why) {
      end.complete(why);
    }
  }

  private void died() {
    missing = Optional.empty();
    LOG.info("the process of server {} is gone", address.id());
    handler.onPeerDied(address.id());
  }

  private Duration doubled(Duration before) {
    Duration next = before.isZero() ? settings.retryMin() : before.multipliedBy(2);
    return next.compareTo(settings.retryMax()) > 0 ? settings.retryMax() : next;
  }

  /// Logs why there is no link, once for each reason in a row.
  private void report(String reason) {
    if (!stopped && !reason.equals(reported)) {
      reported = reason;
      LOG.info(
          "no link to server {} at {}:{}: {}",
          address.id(),
          address.host(),
          address.port(),
          reason);
    }
  }
}

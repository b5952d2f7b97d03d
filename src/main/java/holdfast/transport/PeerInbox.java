package holdfast.transport;

import holdfast.wire.FrameException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The links that peers have dialled, read by the very thread that handles their frames: a frame is
/// in its hands after one wake-up. That thread waits here, too, and whoever brings it other work
/// wakes it. What does not say that it is for any thread is for that one.
public final class PeerInbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerInbox.class);

  /// Bytes read from one link before the next one's turn.
  private static final int READ_BYTES_MAX = 256 * 1_024;

  private static final ByteBuffer SIGN_OF_LIFE =
      ByteBuffer.wrap(new byte[] {'\n'}).asReadOnlyBuffer();

  private final Selector selector;
  private final Queue<Link> arriving = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Link> byPeer = new ConcurrentHashMap<>();
  private final byte[] buffer = new byte[READ_BYTES_MAX];

  /// `await` has looked what there is, and `receive` has not taken it yet.
  private boolean hasLooked;

  private volatile boolean closed;

  public PeerInbox() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("no means to wait for sockets", e);
    }
  }

  /// What becomes of a link. Called on the reading thread, `onEnd` by whoever closes, too.
  interface Receiver {
    /// What came on older links of the same peer has been received; they have ended.
    void onBegin();

    /// A frame came.
    ///
    /// @throws FrameException ends the link
    void onFrame(byte[] line) throws FrameException;

    /// The last call.
    void onEnd();
  }

  /// A link that a peer dialled and proved.
  static final class Link implements LineCutter.Sink {
    private final int peer;
    private final SocketChannel channel;
    private final byte[] begun;
    private final Receiver receiver;
    private final LineCutter lines;
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicBoolean hasEnded = new AtomicBoolean();

    /// @param begun what came behind the proof already
    Link(int peer, SocketChannel channel, byte[] begun, int lineBytesMax, Receiver receiver) {
      this.peer = peer;
      this.channel = channel;
      this.begun = begun;
      this.receiver = receiver;
      this.lines = new LineCutter(lineBytesMax);
    }

    /// Whether it ended within `limit`.
    boolean awaitEnd(Duration limit) throws InterruptedException {
      return end.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Sends an empty line, if the socket takes it.
    void giveSignOfLife() {
      try {
        channel.write(SIGN_OF_LIFE.duplicate());
      } catch (IOException e) {
        LOG.trace("server {} hears nothing any more", peer, e);
      }
    }

    @Override
    public boolean onLine(byte[] line) {
      try {
        receiver.onFrame(line);
        return true;
      } catch (FrameException e) {
        LOG.warn("closing the link from server {}: {}", peer, e.getMessage());
        return false;
      }
    }

    @Override
    public void onTooLarge() {
      LOG.warn("closing the link from server {}: a frame is too long", peer);
    }

    private void end() {
      if (hasEnded.compareAndSet(false, true)) {
        Connection.closeQuietly(channel.socket());
        receiver.onEnd();
        end.countDown();
      }
    }
  }

  /// Has `link` read from now on, after all that came on an older one of that peer, which ends. For
  /// any thread.
  void add(Link link) {
    arriving.add(link);
    if (closed) {
      endAll();
    }
    wakeUp();
  }

  /// The link from `peer`, if there is one. For any thread.
  Optional<Link> of(int peer) {
    return Optional.ofNullable(byPeer.get(peer));
  }

  /// Ends the link from `peer`, if there is one. On the reading thread.
  void drop(int peer) {
    of(peer).ifPresent(this::end);
  }

  /// Waits until something arrives, or `wakeUp`, or an interrupt, but no longer than `nanos`.
  public void await(long nanos) {
    if (arriving.isEmpty() && nanos > 0) {
      // Milliseconds is all that a selector knows.
      look(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }
  }

  /// Ends an `await`, or the next one. For any thread.
  public void wakeUp() {
    selector.wakeup();
  }

  /// Hands what has arrived to the links' receivers, as far as one read each brings it.
  public void receive() {
    for (Link link = arriving.poll(); link != null; link = arriving.poll()) {
      begin(link);
    }
    if (!hasLooked) {
      look(0);
    }
    hasLooked = false;
    for (SelectionKey key : selector.selectedKeys()) {
      readOnce((Link) key.attachment());
    }
    selector.selectedKeys().clear();
  }

  /// Ends all links, also those that come later. The reading thread must not be in `receive` any
  /// more. For any thread.
  @Override
  public void close() {
    closed = true;
    endAll();
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("closing the peers' selector: {}", e.getMessage());
    }
  }

  private void endAll() {
    byPeer.values().forEach(Link::end);
    for (Link link = arriving.poll(); link != null; link = arriving.poll()) {
      link.end();
    }
  }

  private void look(long timeoutMs) {
    try {
      if (timeoutMs > 0) {
        selector.select(timeoutMs);
      } else {
        selector.selectNow();
      }
      hasLooked = true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot wait for peers any more", e);
    }
  }

  private void begin(Link link) {
    try {
      link.channel.configureBlocking(false);
      Link before = byPeer.put(link.peer, link);
      if (before != null) {
        // The peer has dialled anew, so its older link is dead. Its last frames come first.
        while (!before.hasEnded.get() && readOnce(before)) {
          LOG.trace("more came on the older link from server {}", link.peer);
        }
        before.end();
      }
      link.channel.register(selector, SelectionKey.OP_READ, link);
      link.receiver.onBegin();
      if (!link.lines.add(link.begun, link.begun.length, link)) {
        end(link);
      }
    } catch (IOException e) {
      LOG.debug("the link from server {} ended: {}", link.peer, e.getMessage());
      end(link);
    }
  }

  /// Whether anything came.
  private boolean readOnce(Link link) {
    try {
      int count = link.channel.read(ByteBuffer.wrap(buffer));
      if (count < 0 || (count > 0 && !link.lines.add(buffer, count, link))) {
        end(link);
      }
      return count > 0;
    } catch (IOException e) {
      LOG.debug("the link from server {} ended: {}", link.peer, e.getMessage());
      end(link);
      return false;
    }
  }

  private void end(Link link) {
    byPeer.remove(link.peer, link);
    link.end();
  }
}

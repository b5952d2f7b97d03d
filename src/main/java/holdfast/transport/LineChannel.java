package holdfast.transport;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection that carries lines both ways, without a thread of its own. An I/O thread reads it
/// and hands the lines to the handler. Frames to send wait in a queue that is bounded in bytes;
/// `flush` hands the socket all that it takes, on the caller's own thread and without ever
/// blocking, and what it does not take the I/O thread writes as soon as it can. Sending is for any
/// thread.
public final class LineChannel implements AutoCloseable {
  /// What arrives. Called on the I/O thread, one call at a time; must not block, since other
  /// connections wait.
  public interface Handler {
    /// A line. False: read no more until `resume`.
    boolean onLine(byte[] line);

    /// A line is longer than allowed; nothing more is read.
    void onTooLarge();

    /// The other side has closed its sending side; an unfinished last line is no line.
    void onEnd();

    /// It is closed, by whomever; the last call.
    ///
    /// @param why for people, as the end of a sentence about the other side
    void onClosed(String why);
  }

  /// The bounds.
  ///
  /// @param name begins the name of the thread that ends it
  /// @param lineBytesMax of a line, the newline not counted
  /// @param queueBytesMax bytes that may wait to be sent; at least the largest frame
  /// @param budget of what waits on all connections together
  public record Settings(String name, int lineBytesMax, long queueBytesMax, ByteBudget budget) {}

  private static final Logger LOG = LoggerFactory.getLogger(LineChannel.class);

  private final SocketChannel channel;
  private final Settings settings;
  private final IoThreads.IoThread thread;
  private final String remote;
  private final ReentrantLock lock = new ReentrantLock();

  /// Bytes were written, the input ended, or it was closed.
  private final Condition moved = lock.newCondition();

  // Guarded by `lock`.
  private final FrameQueue queue = new FrameQueue();

  /// The socket took less than there was: the I/O thread goes on when it takes more.
  private boolean waiting;

  private boolean inputEnded;
  private Optional<SelectionKey> key = Optional.empty();
  private volatile boolean finishing;
  private volatile boolean closed;

  // Owned by the I/O thread.
  private final LineCutter lines;
  private final LineCutter.Sink sink;
  private volatile long heardNanos = System.nanoTime();
  private volatile Optional<Handler> handler = Optional.empty();

  LineChannel(SocketChannel channel, Settings settings, IoThreads.IoThread thread)
      throws IOException {
    this.channel = channel;
    this.settings = settings;
    this.thread = thread;
    lines = new LineCutter(settings.lineBytesMax());
    sink =
        new LineCutter.Sink() {
          @Override
          public boolean onLine(byte[] line) {
            return !finishing && handler().onLine(line);
          }

          @Override
          public void onTooLarge() {
            handler().onTooLarge();
          }
        };
    remote = Connection.address(channel.socket());
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    channel.configureBlocking(false);
  }

  void handledBy(Handler newHandler) {
    handler = Optional.of(newHandler);
  }

  private Handler handler() {
    return handler.orElseThrow();
  }

  void register(Selector selector) throws ClosedChannelException {
    lock.lock();
    try {
      key = Optional.of(channel.register(selector, SelectionKey.OP_READ, this));
    } finally {
      lock.unlock();
    }
  }

  static LineChannel of(SelectionKey key) {
    return (LineChannel) key.attachment();
  }

  /// The other side's address and port, for logs.
  public String remote() {
    return remote;
  }

  // ---- reading, on the I/O thread

  /// `ready` is this channel's key; the one kept here may be set only in a moment.
  void onReady(SelectionKey ready, byte[] buffer) throws IOException {
    int operations;
    try {
      operations = ready.readyOps();
    } catch (CancelledKeyException e) {
      return;
    }
    if ((operations & SelectionKey.OP_WRITE) != 0) {
      writeWaiting();
    }
    if ((operations & SelectionKey.OP_READ) != 0) {
      read(buffer);
    }
  }

  private void read(byte[] buffer) throws IOException {
    int count = channel.read(ByteBuffer.wrap(buffer));
    if (count < 0) {
      onInputEnd();
      return;
    }
    heardNanos = System.nanoTime();
    if (!finishing && !lines.add(buffer, count, sink)) {
      pause();
    }
  }

  private void onInputEnd() {
    lock.lock();
    try {
      inputEnded = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    pause();
    if (!finishing) {
      handler().onEnd();
    }
  }

  private void pause() {
    interest(SelectionKey.OP_READ, false);
  }

  /// Goes on reading after the handler wanted no more. For any thread.
  public void resume() {
    thread.execute(this::readOn);
  }

  private void readOn() {
    try {
      heardNanos = System.nanoTime();
      if (!closed && (finishing || lines.again(sink))) {
        interest(SelectionKey.OP_READ, true);
      }
    } catch (RuntimeException e) {
      LOG.error("the connection of {} ended by a bug", remote, e);
      close("a bug");
    }
  }

  void closeIfSilent(long sinceNanos) {
    if (heardNanos - sinceNanos < 0) {
      close("nothing is heard");
    }
  }

  private void interest(int operation, boolean wanted) {
    lock.lock();
    try {
      if (closed || (wanted && operation == SelectionKey.OP_READ && inputEnded)) {
        return;
      }
      SelectionKey mine = key.orElseThrow();
      if (wanted) {
        mine.interestOpsOr(operation);
      } else {
        mine.interestOpsAnd(~operation);
      }
      thread.wakeUp();
    } catch (CancelledKeyException e) {
      LOG.trace("{} was closed meanwhile", remote, e);
    } finally {
      lock.unlock();
    }
  }

  // ---- writing

  /// Queues a whole frame, newline included, for the next `flush`. False if the queue would exceed
  /// its bound or the connection is closing: then nothing of the frame is sent.
  public boolean send(byte[] frame) {
    lock.lock();
    try {
      long bytes = queue.bytes() + frame.length;
      if (finishing
          || closed
          || bytes > settings.queueBytesMax()
          || !settings.budget().allows(bytes)) {
        return false;
      }
      add(frame);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void add(byte[] frame) {
    queue.add(frame);
    settings.budget().add(frame.length);
  }

  /// Whether everything is written.
  private boolean write() throws IOException {
    long before = queue.bytes();
    try {
      return queue.writeTo(channel);
    } finally {
      settings.budget().add(queue.bytes() - before);
      moved.signalAll();
    }
  }

  /// Writes what waits, as far as the socket takes it now. Never blocks.
  public void flush() {
    lock.lock();
    try {
      if (closed || waiting || queue.isEmpty()) {
        return;
      }
      if (!write()) {
        waiting = true;
        interest(SelectionKey.OP_WRITE, true);
      }
    } catch (IOException e) {
      close(e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  /// The same, on the I/O thread.
  public void flushLater() {
    thread.execute(this::flush);
  }

  private void writeWaiting() throws IOException {
    lock.lock();
    try {
      if (waiting && write()) {
        waiting = false;
        interest(SelectionKey.OP_WRITE, false);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits until at most `bytes` are queued, for senders that pace themselves by the receiver.
  /// False if the time passed or the connection closed first.
  ///
  /// @throws InterruptedException if the waiting thread was interrupted
  public boolean awaitBelow(long bytes, Duration timeout) throws InterruptedException {
    long nanos = timeout.toNanos();
    lock.lock();
    try {
      while (queue.bytes() > bytes && !closed) {
        if (nanos <= 0) {
          return false;
        }
        nanos = moved.awaitNanos(nanos);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  // ---- the end

  /// Whether it is closed or closing: nothing more can be sent, and what is read is of no interest.
  public boolean isClosed() {
    return finishing || closed;
  }

  /// Sends what waits and then closes, so that the last frame arrives: half-closes, and reads on
  /// for as long as the other side sends, since closing with unread input would throw away what is
  /// on its way out. Takes at most `limit` to send and the same again to read. Returns at once.
  public void closeAfterFlush(Duration limit) {
    closeAfterFlush(new byte[0], limit);
  }

  /// The same with one more frame, which is sent whatever the bound: the reason for closing.
  public void closeAfterFlush(byte[] last, Duration limit) {
    finishWith(last, false, limit);
  }

  /// The same for a receiver that takes too little: what waits is thrown away, so that the last
  /// frame is the next one it gets.
  public void closeInsteadOfFlush(byte[] last, Duration limit) {
    finishWith(last, true, limit);
  }

  private void finishWith(byte[] last, boolean discard, Duration limit) {
    lock.lock();
    try {
      if (finishing || closed) {
        return;
      }
      if (discard) {
        long before = queue.bytes();
        queue.discardUnbegun();
        settings.budget().add(queue.bytes() - before);
      }
      if (last.length > 0) {
        add(last);
      }
      finishing = true;
    } finally {
      lock.unlock();
    }
    flush();
    if (isFinished()) {
      close();
      return;
    }
    resume();
    Thread.ofVirtual().name(settings.name() + "-closer").start(() -> finish(limit));
  }

  /// Everything is sent, and nothing more will come.
  private boolean isFinished() {
    lock.lock();
    try {
      return inputEnded && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void finish(Duration limit) {
    try {
      if (awaitBelow(0, limit)) {
        channel.shutdownOutput();
        awaitInputEnd(limit);
      }
    } catch (IOException e) {
      // The other side is gone: nothing to wait for.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void awaitInputEnd(Duration limit) throws InterruptedException {
    long nanos = limit.toNanos();
    lock.lock();
    try {
      while (!inputEnded && !closed && nanos > 0) {
        nanos = moved.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Closes at once; what waits is lost.
  @Override
  public void close() {
    close("it is closed");
  }

  void close(String why) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      settings.budget().add(-queue.bytes());
      queue.clear();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    Connection.closeQuietly(channel.socket());
    // The I/O thread lets go of the channel in its next turn; only then is it gone.
    thread.execute(() -> handler().onClosed(String.valueOf(why)));
  }
}

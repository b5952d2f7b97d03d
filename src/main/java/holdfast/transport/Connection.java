package holdfast.transport;

import holdfast.check.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The writing side of one socket. Frames wait in a queue that is bounded in bytes; a virtual
/// thread takes all that waits and hands it to the socket in one write. Whoever reads the socket
/// learns of its end there, and looks at `isClosed` after each line. For any number of threads.
public final class Connection implements AutoCloseable {
  /// Bytes of one socket write; the JDK cuts larger ones itself.
  private static final int WRITE_BYTES_MAX = 128 * 1_024;

  /// Frames that an idle queue keeps room for.
  private static final int KEPT_SLOTS_MAX = 64;

  private static final int DRAIN_BUFFER_BYTES = 8 * 1_024;

  private final Socket socket;
  private final OutputStream out;
  private final String name;
  private final String remote;
  private final long queueBytesMax;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Condition emptied = lock.newCondition();

  // Guarded by `lock`.
  private ArrayDeque<byte[]> queue = new ArrayDeque<>(2);
  private long queuedBytes;
  private boolean finishing;
  private volatile boolean closed;

  /// What waits shall not be sent any more, but for the last frame.
  private volatile boolean discarding;

  /// Takes over the socket.
  ///
  /// @param name begins the names of its threads
  /// @param queueBytesMax bytes that may wait, those being written included; at least the largest
  ///   frame
  /// @throws IOException if the socket is closed already
  public Connection(Socket socket, String name, long queueBytesMax) throws IOException {
    this.socket = socket;
    this.name = name;
    this.queueBytesMax = queueBytesMax;
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    out = socket.getOutputStream();
    remote = address(socket);
    writer = Thread.ofVirtual().name(name + "-writer").start(this::writeLoop);
  }

  /// Queues a whole frame, newline included, and returns at once. False if the queue would exceed
  /// its bound or the connection is closing: then nothing of the frame is sent.
  public boolean send(byte[] frame) {
    lock.lock();
    try {
      if (finishing || closed || queuedBytes + frame.length > queueBytesMax) {
        return false;
      }
      enqueue(frame);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes not yet handed to the socket.
  public long queuedBytes() {
    lock.lock();
    try {
      return queuedBytes;
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
      while (queuedBytes > bytes && !closed) {
        if (nanos <= 0) {
          return false;
        }
        nanos = emptied.awaitNanos(nanos);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
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
        discarding = true;
        queue.clear();
        queuedBytes = 0;
      }
      if (last.length > 0) {
        enqueue(last);
      }
      finishing = true;
      filled.signal();
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name(name + "-closer").start(() -> finish(limit));
  }

  /// Closes at once; what waits is lost.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.clear();
      queuedBytes = 0;
      filled.signal();
      emptied.signalAll();
    } finally {
      lock.unlock();
    }
    closeQuietly(socket);
  }

  /// Whether it is closed or closing: nothing more can be sent, and what is read is of no interest.
  public boolean isClosed() {
    if (closed) {
      return true;
    }
    lock.lock();
    try {
      return finishing;
    } finally {
      lock.unlock();
    }
  }

  /// The other side's address and port, for logs.
  public String remote() {
    return remote;
  }

  static String address(Socket socket) {
    return socket.getRemoteSocketAddress() instanceof InetSocketAddress address
        ? address.getAddress().getHostAddress() + ":" + address.getPort()
        : "an unknown address";
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The socket is of no more use either way.
    }
  }

  private void enqueue(byte[] frame) {
    Check.that(lock.isHeldByCurrentThread(), "the queue is guarded by the lock");
    queue.add(frame);
    queuedBytes += frame.length;
    filled.signal();
  }

  private void writeLoop() {
    try {
      ArrayDeque<byte[]> batch = new ArrayDeque<>(2);
      while (true) {
        batch = takeAll(batch);
        if (batch.isEmpty()) {
          return;
        }
        int frames = batch.size();
        while (!batch.isEmpty()) {
          byte[] bytes = nextWrite(batch);
          out.write(bytes);
          written(bytes.length);
          if (discarding) {
            batch.clear();
          }
        }
        if (frames > KEPT_SLOTS_MAX) {
          // A queue keeps the room of its busiest moment.
          batch = new ArrayDeque<>(2);
        }
      }
    } catch (IOException e) {
      // The reading side meets the same end, and says so where it matters.
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  /// Waits for frames and takes all of them, leaving the empty `spare` in their place. Empty: there
  /// will be no more.
  private ArrayDeque<byte[]> takeAll(ArrayDeque<byte[]> spare) throws InterruptedException {
    lock.lock();
    try {
      while (queue.isEmpty() && !finishing && !closed) {
        filled.await();
      }
      ArrayDeque<byte[]> taken = queue;
      queue = spare;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// As many of the frames as fit into one socket write, at least one.
  private static byte[] nextWrite(ArrayDeque<byte[]> batch) {
    byte[] first = batch.remove();
    int size = first.length;
    int count = 0;
    for (byte[] frame : batch) {
      if (size + frame.length > WRITE_BYTES_MAX) {
        break;
      }
      size += frame.length;
      count++;
    }
    if (count == 0) {
      return first;
    }
    byte[] joined = new byte[size];
    System.arraycopy(first, 0, joined, 0, first.length);
    int at = first.length;
    for (int i = 0; i < count; i++) {
      byte[] frame = batch.remove();
      System.arraycopy(frame, 0, joined, at, frame.length);
      at += frame.length;
    }
    return joined;
  }

  private void written(int bytes) {
    lock.lock();
    try {
      // After `close` nothing counts as queued any more.
      queuedBytes = Math.max(0, queuedBytes - bytes);
      emptied.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void finish(Duration limit) {
    try {
      if (writer.join(limit)) {
        socket.shutdownOutput();
        // Reading has a thread of its own, since the connection's reader may hold the stream.
        Thread drain = Thread.ofVirtual().name(name + "-drain").start(this::readToEnd);
        boolean ended = drain.join(limit);
        Check.that(ended || drain.isAlive(), "a thread neither ended nor alive");
      }
    } catch (IOException e) {
      // The other side is gone: nothing to wait for.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void readToEnd() {
    byte[] ignored = new byte[DRAIN_BUFFER_BYTES];
    try {
      InputStream in = socket.getInputStream();
      while (in.read(ignored) >= 0) {
        // What comes now is not answered.
      }
    } catch (IOException e) {
      // The end, too.
    }
  }
}

package holdfast.transport;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The sending side of a link to a peer. Frames wait in a queue that is bounded in bytes. `flush`
/// hands the socket all that it takes at once, on the caller's own thread and without ever
/// blocking, so that a frame is on its way with no other thread to wake; what the socket does not
/// take is written by the thread in `watch`, once it can. For any number of threads.
final class SendingLink implements AutoCloseable {
  private static final int READ_BYTES = 64;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final String remote;
  private final long queueBytesMax;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by `lock`.
  private final FrameQueue queue = new FrameQueue();

  /// The socket took less than there was: `watch` goes on when it takes more.
  private boolean waiting;

  private volatile boolean closed;

  /// Takes over a connected channel, on which nothing else is written or read from now on.
  ///
  /// @param queueBytesMax bytes that may wait; at least the largest frame
  SendingLink(SocketChannel channel, long queueBytesMax) throws IOException {
    this.channel = channel;
    this.queueBytesMax = queueBytesMax;
    Socket socket = channel.socket();
    remote = Connection.address(socket);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    channel.configureBlocking(false);
    selector = Selector.open();
    key = channel.register(selector, SelectionKey.OP_READ);
  }

  /// The other side's address and port, for logs.
  String remote() {
    return remote;
  }

  /// Queues a whole frame, newline included, for the next `flush`. False if the queue would exceed
  /// its bound or the link is closed.
  boolean send(byte[] frame) {
    lock.lock();
    try {
      if (closed || queue.bytes() + frame.length > queueBytesMax) {
        return false;
      }
      queue.add(frame);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Writes what waits, as far as the socket takes it now. Never blocks; a link that fails is
  /// closed.
  void flush() {
    lock.lock();
    try {
      if (closed || waiting || queue.isEmpty()) {
        return;
      }
      if (!queue.writeTo(channel)) {
        waiting = true;
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        selector.wakeup();
      }
    } catch (IOException | CancelledKeyException e) {
      // The channel was closed under it; `watch` tells.
      close();
    } finally {
      lock.unlock();
    }
  }

  /// Reads until the link ends, and writes what `flush` could not. Nothing comes back on it but an
  /// empty line now and then, so that a link that leads nowhere is noticed long before TCP gives
  /// up.
  ///
  /// @throws IOException always, in the end; SocketTimeoutException when nothing came for
  ///   `silenceMax`
  void watch(Duration silenceMax) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(READ_BYTES);
    long heardNanos = System.nanoTime();
    while (true) {
      long left = heardNanos + silenceMax.toNanos() - System.nanoTime();
      if (left <= 0) {
        throw new SocketTimeoutException("nothing is heard");
      }
      selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
      if (closed) {
        throw new IOException("it is closed");
      }
      selector.selectedKeys().clear();
      writeWaiting();
      bytes.clear();
      int count = channel.read(bytes);
      if (count < 0) {
        throw new IOException("it closed the link");
      }
      for (int i = 0; i < count; i++) {
        if (bytes.get(i) != '\n') {
          throw new IOException("it sent something back on a link for sending");
        }
      }
      if (count > 0) {
        heardNanos = System.nanoTime();
      }
    }
  }

  private void writeWaiting() throws IOException {
    lock.lock();
    try {
      if (waiting && queue.writeTo(channel)) {
        waiting = false;
        key.interestOps(SelectionKey.OP_READ);
      }
    } catch (CancelledKeyException e) {
      throw new IOException("it is closed", e);
    } finally {
      lock.unlock();
    }
  }

  /// Ends the link at once; what waits is lost. `watch` throws.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.clear();
    } finally {
      lock.unlock();
    }
    Connection.closeQuietly(channel.socket());
    selector.wakeup();
  }

  /// Gives back what `watch` waits with, after it has ended.
  void release() {
    close();
    try {
      selector.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}

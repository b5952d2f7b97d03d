package holdfast.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The writing side of one blocking socket, for a client, which has one and may have a thread for
/// it. Frames wait in a queue that is bounded in bytes; a virtual thread takes all that waits and
/// writes it. Whoever reads the socket learns of its end there. For any number of threads.
public final class Connection implements AutoCloseable {
  private final Socket socket;
  private final WritableByteChannel out;
  private final long queueBytesMax;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();

  // Guarded by `lock`.
  private FrameQueue queue = new FrameQueue();

  /// Bytes that the writing thread has taken and may not have written yet.
  private long takenBytes;

  private boolean closed;

  /// Takes over the socket.
  ///
  /// @param name begins the name of its thread
  /// @param queueBytesMax bytes that may wait, those being written included; at least the largest
  ///   frame
  /// @throws IOException if the socket is closed already
  public Connection(Socket socket, String name, long queueBytesMax) throws IOException {
    this.socket = socket;
    this.queueBytesMax = queueBytesMax;
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    out = Channels.newChannel(socket.getOutputStream());
    Thread.ofVirtual().name(name + "-writer").start(this::writeLoop);
  }

  /// Queues a whole frame, newline included, and returns at once. False if the queue would exceed
  /// its bound or the connection is closed: then nothing of the frame is sent.
  public boolean send(byte[] frame) {
    lock.lock();
    try {
      if (closed || queue.bytes() + takenBytes + frame.length > queueBytesMax) {
        return false;
      }
      queue.add(frame);
      filled.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Closes at once; what waits is lost.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.clear();
      filled.signal();
    } finally {
      lock.unlock();
    }
    closeQuietly(socket);
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

  private void writeLoop() {
    try {
      FrameQueue batch = takeAll(new FrameQueue());
      while (!batch.isEmpty()) {
        batch.writeTo(out);
        batch = takeAll(batch);
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
  private FrameQueue takeAll(FrameQueue spare) throws InterruptedException {
    lock.lock();
    try {
      takenBytes = 0;
      while (queue.isEmpty() && !closed) {
        filled.await();
      }
      FrameQueue taken = queue;
      takenBytes = taken.bytes();
      queue = spare;
      return taken;
    } finally {
      lock.unlock();
    }
  }
}

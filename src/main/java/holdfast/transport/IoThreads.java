package holdfast.transport;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A few threads that read and write many line channels: each waits until any of its own has
/// something to read or takes something again. So a connection costs no thread, and a line is in
/// its handler's hands after one wake-up.
public final class IoThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IoThreads.class);

  /// Bytes read from one connection before the next one's turn.
  private static final int READ_BYTES_MAX = 64 * 1_024;

  /// Silent connections are looked for this often, or eight times in `idleMax` if that is shorter.
  private static final Duration SWEEP = Duration.ofSeconds(1);

  private static final int SWEEPS_PER_IDLE = 8;

  /// How long each may take to end.
  private static final Duration END_MAX = Duration.ofSeconds(2);

  private final List<IoThread> threads = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  /// @param name begins the threads' names
  /// @param idleMax a connection on which nothing came for so long is closed
  public IoThreads(String name, int count, Duration idleMax) throws IOException {
    for (int i = 1; i <= count; i++) {
      threads.add(new IoThread(name + "-" + i, idleMax));
    }
  }

  /// Takes over a connected channel. Reading begins when the handler has been made.
  ///
  /// @throws IOException if it is closed already; then no handler is made
  public LineChannel open(
      SocketChannel channel,
      LineChannel.Settings settings,
      Function<LineChannel, LineChannel.Handler> handler)
      throws IOException {
    IoThread thread = threads.get(Math.floorMod(next.getAndIncrement(), threads.size()));
    LineChannel line = new LineChannel(channel, settings, thread);
    line.handledBy(handler.apply(line));
    thread.register(line);
    return line;
  }

  /// Closes all channels and ends the threads.
  @Override
  public void close() {
    threads.forEach(IoThread::end);
    try {
      for (IoThread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// One of them.
  static final class IoThread implements Runnable {
    private final Selector selector = Selector.open();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final byte[] buffer = new byte[READ_BYTES_MAX];
    private final long idleNanos;
    private final long sweepNanos;
    private final Thread thread;
    private volatile boolean ending;

    private IoThread(String name, Duration idleMax) throws IOException {
      idleNanos = idleMax.toNanos();
      sweepNanos = Math.min(SWEEP.toNanos(), idleNanos / SWEEPS_PER_IDLE + 1);
      thread = Thread.ofPlatform().name(name).daemon(true).start(this);
    }

    /// Runs `task` on this thread, soon.
    void execute(Runnable task) {
      tasks.add(task);
      wakeUp();
    }

    void wakeUp() {
      if (!Thread.currentThread().equals(thread)) {
        selector.wakeup();
      }
    }

    private void register(LineChannel line) {
      try {
        line.register(selector);
        wakeUp();
      } catch (ClosedChannelException e) {
        line.close();
      }
    }

    private void end() {
      ending = true;
      selector.wakeup();
    }

    private void join() throws InterruptedException {
      if (!thread.join(END_MAX)) {
        LOG.warn("{} does not end", thread.getName());
      }
    }

    @Override
    public void run() {
      long sweepAt = System.nanoTime() + sweepNanos;
      try (selector) {
        while (!ending) {
          long untilSweep = sweepAt - System.nanoTime();
          selector.select(this::serve, Math.max(1, untilSweep / 1_000_000 + 1));
          for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
          }
          long now = System.nanoTime();
          if (now - sweepAt >= 0) {
            sweepAt = now + sweepNanos;
            selector.keys().forEach(key -> LineChannel.of(key).closeIfSilent(now - idleNanos));
          }
        }
        List.copyOf(selector.keys()).forEach(key -> LineChannel.of(key).close());
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      } catch (IOException e) {
        LOG.error("{} cannot wait for connections any more", thread.getName(), e);
      }
    }

    private void serve(SelectionKey key) {
      LineChannel line = LineChannel.of(key);
      try {
        line.onReady(key, buffer);
      } catch (IOException e) {
        line.close(e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("the connection of {} ended by a bug", line.remote(), e);
        line.close("a bug");
      }
    }
  }
}

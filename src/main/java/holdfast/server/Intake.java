package holdfast.server;

import holdfast.transport.PeerInbox;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// What comes to the replica thread: peers' frames, which it reads itself, and what other threads
/// bring, tasks in two queues, each in its order. What peers send comes before what clients
/// brought: however many they are, a primary must hear that its heartbeats are answered. Offering
/// is for any thread, the rest for the one that runs the tasks.
final class Intake {
  /// Tasks that may wait in each queue; beyond, whoever brings one waits.
  static final int QUEUE_MAX = 65_536;

  /// Bytes of clients' commands that may wait; beyond, as above.
  static final int BYTES_MAX = 16 << 20;

  /// Tasks of each queue run in one go.
  static final int BATCH_MAX = 4_096;

  /// Whoever waits for room looks this often whether there is still somebody to make it.
  private static final long OFFER_WAIT_MS = 100;

  private final BlockingQueue<Runnable> fromPeers = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final BlockingQueue<Runnable> fromClients = new ArrayBlockingQueue<>(QUEUE_MAX);

  private final Semaphore room = new Semaphore(BYTES_MAX);
  private final PeerInbox inbox;
  private volatile boolean closed;

  Intake(PeerInbox inbox) {
    this.inbox = inbox;
  }

  /// Has `task` run after all tasks offered here before. Waits while too many wait; false: closed,
  /// or interrupted.
  boolean offer(Runnable task) {
    return offer(fromClients, task);
  }

  /// The same for a task that holds so many bytes.
  boolean offer(Runnable task, int bytes) {
    int permits = Math.min(bytes, BYTES_MAX);
    try {
      while (!closed) {
        if (room.tryAcquire(permits, OFFER_WAIT_MS, TimeUnit.MILLISECONDS)) {
          return offer(() -> {
            room.release(permits);
            task.run();
          });
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /// The same for what becomes of the links to peers.
  boolean offerFromPeer(Runnable task) {
    return offer(fromPeers, task);
  }

  private boolean offer(BlockingQueue<Runnable> queue, Runnable task) {
    try {
      while (!closed) {
        if (queue.offer(task, OFFER_WAIT_MS, TimeUnit.MILLISECONDS)) {
          inbox.wakeUp();
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /// Ends an `await`, or the next one, at once.
  void wakeUp() {
    inbox.wakeUp();
  }

  /// Whether tasks are still taken.
  boolean isOpen() {
    return !closed;
  }

  /// Takes no more tasks, and wakes whoever waits for one.
  void close() {
    closed = true;
    inbox.wakeUp();
  }

  /// Waits until a frame or a task is there, but no longer than `nanos`. An interrupt closes.
  void await(long nanos) {
    if (fromPeers.isEmpty() && fromClients.isEmpty()) {
      inbox.await(nanos);
    }
    if (Thread.currentThread().isInterrupted()) {
      close();
    }
  }

  /// Takes the frames that have arrived and runs the tasks that wait, peers' first; none is begun
  /// at or after `deadlineNanos` (System.nanoTime). The rest stays where it is.
  void runUntil(long deadlineNanos) {
    inbox.receive();
    run(fromPeers, deadlineNanos);
    run(fromClients, deadlineNanos);
  }

  private static void run(BlockingQueue<Runnable> queue, long deadlineNanos) {
    for (int i = 0; i < BATCH_MAX && System.nanoTime() - deadlineNanos < 0; i++) {
      Runnable task = queue.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }
}

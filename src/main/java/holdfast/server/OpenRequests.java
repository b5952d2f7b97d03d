package holdfast.server;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A connection's requests that were read and not answered yet. For any number of threads.
final class OpenRequests {
  /// At so many, reading stops until one is answered.
  static final int REQUESTS_MAX = 1_024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition fewer = lock.newCondition();
  private int open;

  /// A request was read. False: it was the last one for now.
  boolean begin() {
    lock.lock();
    try {
      open++;
      return open < REQUESTS_MAX;
    } finally {
      lock.unlock();
    }
  }

  /// A request is answered. True: reading, which had stopped, may go on.
  boolean end() {
    lock.lock();
    try {
      open--;
      fewer.signalAll();
      return open == REQUESTS_MAX - 1;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until at most `count` are open; false: it took longer than `limit`, or was interrupted.
  boolean awaitAtMost(int count, Duration limit) {
    long nanos = limit.toNanos();
    lock.lock();
    try {
      while (open > count && nanos > 0) {
        nanos = fewer.awaitNanos(nanos);
      }
      return open <= count;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }
}

package holdfast.server;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What a connection has asked for and was not answered yet. For any number of threads.
final class OpenRequests {
  /// At so much, reading stops until less is open. A request counts 1.
  static final int REQUESTS_MAX = 1_024;

  /// What a look-up counts beside: each may hold a page in memory and a thread.
  static final int READ_EXTRA = 31;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition fewer = lock.newCondition();
  private int open;

  /// So much more is asked for.
  void begin(int count) {
    lock.lock();
    try {
      open += count;
    } finally {
      lock.unlock();
    }
  }

  /// Whether more may be read.
  boolean allowMore() {
    lock.lock();
    try {
      return open < REQUESTS_MAX;
    } finally {
      lock.unlock();
    }
  }

  /// So much is answered. True: reading, if it has stopped, may go on.
  boolean end(int count) {
    lock.lock();
    try {
      boolean wasFull = open >= REQUESTS_MAX;
      open -= count;
      fewer.signalAll();
      return wasFull && open < REQUESTS_MAX;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until at most `count` is open; false: it took longer than `limit`, or was interrupted.
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

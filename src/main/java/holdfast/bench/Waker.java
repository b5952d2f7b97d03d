package holdfast.bench;

import java.nio.channels.Selector;
import java.util.concurrent.locks.LockSupport;

/// Wakes a selector at a steady rhythm, finer than the milliseconds a selector can count itself.
final class Waker {
  private final Thread thread;

  Waker(Selector selector, long start, long intervalNanos) {
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("bench-waker")
            .start(() -> run(selector, start, intervalNanos));
  }

  private static void run(Selector selector, long start, long intervalNanos) {
    long beats = 0;
    while (!Thread.currentThread().isInterrupted()) {
      long now = System.nanoTime();
      // Beats that were missed are left out.
      beats = Math.max(beats + 1, (now - start) / intervalNanos + 1);
      long next = start + beats * intervalNanos;
      while (next - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
      selector.wakeup();
    }
  }

  /// Returns when the selector is left alone.
  void stop() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}

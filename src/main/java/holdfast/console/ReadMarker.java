package holdfast.console;

import holdfast.client.ChatClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Marks conversations as read, as far as they have been shown. Each mark is a write on every
/// server, so in a busy conversation only one goes out a second.
final class ReadMarker {
  /// Between two marks.
  private static final long PAUSE_MS = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Long> shown = new LinkedHashMap<>();
  private final ChatClient client;
  private final Executor later = CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS);
  private boolean pausing;

  ReadMarker(ChatClient client) {
    this.client = client;
  }

  /// The message with that number is on the screen.
  void shown(String conversation, long seq) {
    lock.lock();
    try {
      shown.merge(conversation, seq, Math::max);
      if (!pausing) {
        pausing = true;
        later.execute(this::pauseOver);
        mark();
      }
    } finally {
      lock.unlock();
    }
  }

  private void pauseOver() {
    lock.lock();
    try {
      pausing = !shown.isEmpty();
      if (pausing) {
        later.execute(this::pauseOver);
        mark();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Marks all that has been shown; what cannot be marked now is marked with a later message.
  private List<CompletableFuture<?>> mark() {
    List<CompletableFuture<?>> marks =
        shown.entrySet().stream()
            .<CompletableFuture<?>>map(entry -> client.markRead(entry.getKey(), entry.getValue()))
            .toList();
    shown.clear();
    return marks;
  }

  /// Marks what is left, now.
  List<CompletableFuture<?>> finish() {
    lock.lock();
    try {
      return mark();
    } finally {
      lock.unlock();
    }
  }
}

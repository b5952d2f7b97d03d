package holdfast.client;

import holdfast.wire.ServerEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls the user's listener, one call at a time, on a virtual thread of its own.
final class Dispatcher {
  /// Events read from a server and not yet handled by the listener, at most. A reader takes a
  /// permit before it hands an event on, and waits while there is none.
  static final int EVENTS_MAX = 4_096;

  /// Notices that may wait; newer ones are left out.
  static final int NOTICES_MAX = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private sealed interface Item {
    record Event(ServerEvent event) implements Item {}

    record Told(Notice notice) implements Item {}

    record Stop() implements Item {}
  }

  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>(EVENTS_MAX + NOTICES_MAX + 1);
  private final Semaphore eventPermits = new Semaphore(EVENTS_MAX);
  private final Semaphore noticePermits = new Semaphore(NOTICES_MAX);
  private final ChatListener listener;
  private volatile boolean closed;

  Dispatcher(ChatListener listener) {
    this.listener = listener;
    Thread.ofVirtual().name("client-listener").start(this::run);
  }

  /// What readers take one of for each event.
  Semaphore eventPermits() {
    return eventPermits;
  }

  /// The event will not be told; its permit is free again.
  void drop() {
    eventPermits.release();
  }

  /// Tells an event for which a permit was taken.
  void tell(ServerEvent event) {
    items.add(new Item.Event(event));
  }

  void tell(Notice notice) {
    if (noticePermits.tryAcquire()) {
      items.add(new Item.Told(notice));
    }
  }

  /// No further calls begin. Called once.
  void close() {
    closed = true;
    items.add(new Item.Stop());
  }

  private void run() {
    try {
      while (!closed) {
        Item item = items.take();
        try {
          call(item);
        } catch (RuntimeException e) {
          LOG.warn("a chat listener failed", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void call(Item item) {
    switch (item) {
      case Item.Event(var event) -> {
        try {
          listener.onEvent(event);
        } finally {
          eventPermits.release();
        }
      }
      case Item.Stop() -> {}
      case Item.Told(var notice) -> {
        try {
          listener.onNotice(notice);
        } finally {
          noticePermits.release();
        }
      }
    }
  }
}

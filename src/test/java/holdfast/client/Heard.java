package holdfast.client;

import holdfast.wire.ServerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Remembers what a client told.
final class Heard implements ChatListener {
  private final BlockingQueue<Notice> notices = new LinkedBlockingQueue<>();
  private final BlockingQueue<ServerEvent> events = new LinkedBlockingQueue<>();
  private final List<Notice> all = new CopyOnWriteArrayList<>();

  @Override
  public void onEvent(ServerEvent event) {
    events.add(event);
  }

  @Override
  public void onNotice(Notice notice) {
    all.add(notice);
    notices.add(notice);
  }

  /// The next notice of that kind, waiting for it; others are passed over.
  <T extends Notice> T next(Class<T> type) {
    try {
      while (true) {
        Notice notice = notices.poll(FakeServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (notice == null) {
          throw new AssertionError("no " + type.getSimpleName() + " among " + all);
        }
        if (type.isInstance(notice)) {
          return type.cast(notice);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// How many of that kind were told so far.
  long count(Class<? extends Notice> type) {
    return all.stream().filter(type::isInstance).count();
  }

  /// The texts of the next messages, waiting for them.
  List<String> texts(int count) {
    List<String> texts = new ArrayList<>();
    try {
      while (texts.size() < count) {
        ServerEvent event = events.poll(FakeServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("only " + texts + " of " + count);
        }
        if (event instanceof ServerEvent.Message message) {
          texts.add(message.text());
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return texts;
  }

  boolean hasMoreEvents() {
    return !events.isEmpty();
  }
}

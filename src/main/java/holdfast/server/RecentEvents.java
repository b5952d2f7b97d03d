package holdfast.server;

import holdfast.chat.ChatEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The events of the last commands applied, in memory: who reconnects right after a failover is
/// brought up to date from here, without a look at the disk. Owned by the replica thread.
final class RecentEvents {
  /// Events kept.
  private static final int EVENTS_MAX = 4_096;

  private final ArrayDeque<ChatEvent> events = new ArrayDeque<>();

  /// Every event of a command with a larger id is here.
  private long floorId;

  RecentEvents(long appliedId) {
    floorId = appliedId;
  }

  void add(ChatEvent event) {
    events.addLast(event);
    while (events.size() > EVENTS_MAX) {
      floorId = events.removeFirst().id();
    }
  }

  /// Whether nothing after (`id`, any part of it) is missing here.
  boolean coversAfter(long id) {
    return id >= floorId;
  }

  /// The events after the position, oldest first.
  List<ChatEvent> after(long id, int part) {
    List<ChatEvent> newest = new ArrayList<>();
    for (var i = events.descendingIterator(); i.hasNext(); ) {
      ChatEvent event = i.next();
      if (event.id() < id || (event.id() == id && event.part() <= part)) {
        break;
      }
      newest.add(event);
    }
    return newest.reversed();
  }
}

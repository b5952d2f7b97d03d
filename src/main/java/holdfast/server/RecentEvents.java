package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.storage.MissedEvents;
import holdfast.wire.Cursor;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// The events of the last commands applied, in memory: who reconnects right after a failover is
/// brought up to date from here, without a look at the disk. Owned by the replica thread.
final class RecentEvents {
  /// Events kept.
  private static final int EVENTS_MAX = 4_096;

  /// Characters of messages and their request ids; where they are long, fewer events are kept.
  private static final int CHARACTERS_MAX = 768 * 1_024;

  private final EventRing events;

  /// Made only as far as somebody asked: who writes while nobody comes back pays nothing for it.
  private final EventChains chains = new EventChains(EVENTS_MAX);

  private long nextChained;

  private final NewestEvents newest;

  RecentEvents(long appliedId) {
    Cursor.Position floor = new Cursor.Position(appliedId, MissedEvents.WHOLE_COMMAND);
    events = new EventRing(EVENTS_MAX, CHARACTERS_MAX, floor);
    newest = new NewestEvents(floor);
  }

  void add(ChatEvent event) {
    newest.add(event);
    events.add(event);
  }

  /// Whether nothing after the position that may concern any of `parties` is missing here: all is
  /// here, and the earlier parts of the position's own command, too; or there was nothing.
  boolean coversAfter(Cursor.Position position, Collection<EventChains.Party> parties) {
    Cursor.Position floor = events.floor();
    boolean wholeCommandIsHere =
        position.id() > floor.id()
            || (floor.part() == MissedEvents.WHOLE_COMMAND && position.compareTo(floor) >= 0);
    return wholeCommandIsHere
        || parties.stream().allMatch(party -> newest.isNoneAfter(position, party));
  }

  /// The events after the position that may concern any of `parties`, oldest first.
  List<ChatEvent> after(Cursor.Position position, Collection<EventChains.Party> parties) {
    long from = numberAfter(position.id(), position.part());
    chain();
    SortedSet<Long> numbers = new TreeSet<>();
    for (EventChains.Party party : parties) {
      for (long n = chains.newest(party); n >= from; n = chains.before(n, party)) {
        numbers.add(n);
      }
    }
    return numbers.stream().map(events::at).toList();
  }

  private void chain() {
    if (nextChained < events.first()) {
      chains.clear();
      nextChained = events.first();
    }
    for (; nextChained < events.next(); nextChained++) {
      chains.add(nextChained, events.parties(nextChained));
    }
  }

  /// Where whoever was at `position` is once it has seen everything.
  Cursor.Position endAfter(Cursor.Position position) {
    boolean isEnd = numberAfter(position.id(), position.part()) == events.next();
    return isEnd ? position : events.position(events.next() - 1);
  }

  /// Whoever comes back is told of a message as it is by then: changes what is told of the sending
  /// of the message `id`, if that is still here.
  void revise(long id, UnaryOperator<ChatEvent.MessageSent> change) {
    long number = numberAfter(id, -1);
    if (number < events.next()
        && events.id(number) == id
        && events.at(number) instanceof ChatEvent.MessageSent sent) {
      events.replace(number, change.apply(sent));
    }
  }

  /// The number of the first event behind the position.
  private long numberAfter(long id, int part) {
    long low = events.first();
    long high = events.next();
    while (low < high) {
      long middle = (low + high) / 2;
      long found = events.id(middle);
      if (found < id || (found == id && events.part(middle) <= part)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

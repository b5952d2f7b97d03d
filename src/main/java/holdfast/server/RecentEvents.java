package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.storage.MissedEvents;
import holdfast.wire.Cursor;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// The events of the last commands applied, in memory: who reconnects right after a failover is
/// brought up to date from here, without a look at the disk. Owned by the replica thread.
final class RecentEvents {
  /// Events kept.
  private static final int EVENTS_MAX = 4_096;

  /// A ring: the event number n stands at n modulo its length.
  private final ChatEvent[] events = new ChatEvent[EVENTS_MAX];

  /// Numbers of the oldest event and of the next one.
  private long first;

  private long next;

  /// Made only as far as somebody asked: who writes while nobody comes back pays nothing for it.
  private final EventChains chains = new EventChains(EVENTS_MAX);

  private long nextChained;

  /// Every event behind it is here.
  private Cursor.Position floor;

  private final NewestEvents newest;

  RecentEvents(long appliedId) {
    floor = new Cursor.Position(appliedId, MissedEvents.WHOLE_COMMAND);
    newest = new NewestEvents(floor);
  }

  void add(ChatEvent event) {
    newest.add(event);
    if (next - first == EVENTS_MAX) {
      floor = new Cursor.Position(at(first).id(), at(first).part());
      first++;
    }
    events[(int) (next % EVENTS_MAX)] = event;
    next++;
  }

  private ChatEvent at(long number) {
    return events[(int) (number % EVENTS_MAX)];
  }

  /// Whether nothing after the position that may concern any of `parties` is missing here: all is
  /// here, and the earlier parts of the position's own command, too; or there was nothing.
  boolean coversAfter(Cursor.Position position, Collection<EventChains.Party> parties) {
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
    return numbers.stream().map(this::at).toList();
  }

  private void chain() {
    if (next - nextChained >= EVENTS_MAX) {
      chains.clear();
      nextChained = first;
    }
    for (; nextChained < next; nextChained++) {
      chains.add(nextChained, at(nextChained));
    }
  }

  /// Where whoever was at `position` is once it has seen everything.
  Cursor.Position endAfter(Cursor.Position position) {
    if (numberAfter(position.id(), position.part()) == next) {
      return position;
    }
    ChatEvent last = at(next - 1);
    return new Cursor.Position(last.id(), last.part());
  }

  /// Whoever comes back is told of a message as it is by then: changes what is told of the sending
  /// of the message `id`, if that is still here.
  void revise(long id, UnaryOperator<ChatEvent.MessageSent> change) {
    sendingOf(id)
        .ifPresent(number ->
            events[(int) (number % EVENTS_MAX)] = change.apply((ChatEvent.MessageSent) at(number)));
  }

  private Optional<Long> sendingOf(long id) {
    long number = numberAfter(id, -1);
    boolean isHere =
        number < next && at(number).id() == id && at(number) instanceof ChatEvent.MessageSent;
    return isHere ? Optional.of(number) : Optional.empty();
  }

  /// The number of the first event behind the position.
  private long numberAfter(long id, int part) {
    long low = first;
    long high = next;
    while (low < high) {
      long middle = (low + high) / 2;
      ChatEvent event = at(middle);
      if (event.id() < id || (event.id() == id && event.part() <= part)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

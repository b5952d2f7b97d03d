package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The last so many events by whom they may concern, each one's as a chain from the newest back. An
/// event is in two chains at most.
final class EventChains {
  private static final int CHAINS_PER_EVENT = 2;
  private static final long NONE = -1;

  /// An account, or whoever is in a room.
  record Party(boolean isRoom, long id) {
    static Party account(long id) {
      return new Party(false, id);
    }

    static Party room(long id) {
      return new Party(true, id);
    }
  }

  private final int eventsMax;

  /// Rings: what belongs to the event number n begins at n modulo `eventsMax`, times two. Whom it
  /// may concern, and the number of the event before in that chain.
  private final Party[] parties;

  private final long[] before;
  private final Map<Party, Long> newest = new HashMap<>();

  EventChains(int eventsMax) {
    this.eventsMax = eventsMax;
    parties = new Party[CHAINS_PER_EVENT * eventsMax];
    before = new long[CHAINS_PER_EVENT * eventsMax];
  }

  void clear() {
    newest.clear();
    Arrays.fill(parties, null);
  }

  /// Takes in the event `number`, the one after the last, and whom it may concern; the one
  /// `eventsMax` before it is forgotten.
  void add(long number, List<Party> concerned) {
    int place = place(number);
    for (int i = place; i < place + CHAINS_PER_EVENT; i++) {
      if (parties[i] != null) {
        newest.remove(parties[i], number - eventsMax);
        parties[i] = null;
      }
    }
    for (Party party : concerned) {
      parties[place] = party;
      Long previous = newest.put(party, number);
      before[place] = previous == null ? NONE : previous;
      place++;
    }
  }

  /// The number of the newest event that may concern `party`; negative: there is none.
  long newest(Party party) {
    return newest.getOrDefault(party, NONE);
  }

  /// The one before `number` in the chain of `party`; negative, or of an event that is forgotten:
  /// there is none.
  long before(long number, Party party) {
    int place = place(number);
    return before[party.equals(parties[place]) ? place : place + 1];
  }

  private int place(long number) {
    return CHAINS_PER_EVENT * (int) (number % eventsMax);
  }

  /// Whom an event may concern: two at most.
  static List<Party> parties(ChatEvent event) {
    return switch (event) {
      case ChatEvent.MessageSent m -> parties(m.conversation());
      case ChatEvent.MessageEdited e -> parties(e.conversation());
      case ChatEvent.MessagesDeleted d ->
          d.hidden() ? List.of(Party.account(d.account())) : parties(d.conversation());
      case ChatEvent.Reacted r -> parties(r.conversation());
      case ChatEvent.ReadMoved r ->
          r.conversation().isRoom()
              ? List.of(Party.account(r.account()))
              : parties(r.conversation());
      case ChatEvent.RoomChanged c -> List.of(Party.room(c.room()), Party.account(c.account()));
      case ChatEvent.TokensVoided t -> List.of(Party.account(t.account()));
    };
  }

  /// Whom an event in `conversation` may concern.
  static List<Party> parties(ConversationId conversation) {
    if (conversation.isRoom()) {
      return List.of(Party.room(conversation.roomId()));
    }
    Party low = Party.account(conversation.low());
    return conversation.low() == conversation.high()
        ? List.of(low)
        : List.of(low, Party.account(conversation.high()));
  }
}

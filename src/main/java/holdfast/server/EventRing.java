package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import holdfast.server.EventChains.Party;
import holdfast.wire.Cursor;
import java.util.List;
import java.util.Optional;

/// The last events, each under its number, from 0 on. Nearly all of them are messages, and those
/// stand in columns of numbers and one array of characters: as objects they would live just long
/// enough to be copied by the collector, which was most of its pause under load. Messages that were
/// edited or deleted since, or are large, stand as objects like all other events. For one thread.
final class EventRing {
  private static final long NO_REPLY = -1;

  /// A message is large if it has more than one part in so many of all characters.
  private static final int LARGE_PART = 8;

  private final int eventsMax;
  private final char[] characters;

  // Rings: the event number n stands at n modulo `eventsMax`.

  /// An event that is not in the columns below; null: it is.
  private final ChatEvent[] others;

  private final long[] ids;
  private final int[] parts;
  private final long[] lows;
  private final long[] highs;
  private final long[] seqs;
  private final long[] senders;
  private final long[] times;
  private final long[] replies;

  /// Where its characters begin, counted since the first event, modulo the array's length. First
  /// the text, right behind it the request id, never across the array's end.
  private final long[] begins;

  private final int[] textLengths;
  private final int[] requestLengths;

  /// Numbers of the oldest event and of the next one.
  private long first;

  private long next;
  private long charactersEnd;

  /// Every event behind it is here.
  private Cursor.Position floor;

  /// @param eventsMax beyond it the oldest event goes
  /// @param charactersMax of the texts and request ids that stand in columns; beyond it, too
  EventRing(int eventsMax, int charactersMax, Cursor.Position floor) {
    this.eventsMax = eventsMax;
    this.floor = floor;
    characters = new char[charactersMax];
    others = new ChatEvent[eventsMax];
    ids = new long[eventsMax];
    parts = new int[eventsMax];
    lows = new long[eventsMax];
    highs = new long[eventsMax];
    seqs = new long[eventsMax];
    senders = new long[eventsMax];
    times = new long[eventsMax];
    replies = new long[eventsMax];
    begins = new long[eventsMax];
    textLengths = new int[eventsMax];
    requestLengths = new int[eventsMax];
  }

  /// The oldest event's number; when empty, the next one's.
  long first() {
    return first;
  }

  /// One past the newest event's number.
  long next() {
    return next;
  }

  /// The last event that went, or where it all began.
  Cursor.Position floor() {
    return floor;
  }

  long id(long number) {
    return ids[place(number)];
  }

  int part(long number) {
    return parts[place(number)];
  }

  Cursor.Position position(long number) {
    return new Cursor.Position(id(number), part(number));
  }

  /// Whom it may concern.
  List<Party> parties(long number) {
    int place = place(number);
    return others[place] == null
        ? EventChains.parties(conversation(place))
        : EventChains.parties(others[place]);
  }

  ChatEvent at(long number) {
    int place = place(number);
    return others[place] == null ? message(place) : others[place];
  }

  void add(ChatEvent event) {
    if (next - first == eventsMax) {
      removeFirst();
    }
    int place = place(next);
    ids[place] = event.id();
    parts[place] = event.part();
    if (event instanceof ChatEvent.MessageSent message && isPlain(message)) {
      put(place, message);
    } else {
      others[place] = event;
      begins[place] = charactersEnd;
    }
    next++;
  }

  private boolean isPlain(ChatEvent.MessageSent message) {
    return message.edited() == 0
        && !message.deleted()
        && message.text().length() + message.requestId().length() <= characters.length / LARGE_PART;
  }

  /// Has `event` stand in place of one of the same position.
  void replace(long number, ChatEvent event) {
    others[place(number)] = event;
  }

  private void put(int place, ChatEvent.MessageSent message) {
    String text = message.text();
    String requestId = message.requestId();
    int begin = makeRoom(text.length() + requestId.length());
    text.getChars(0, text.length(), characters, begin);
    requestId.getChars(0, requestId.length(), characters, begin + text.length());
    others[place] = null;
    lows[place] = message.conversation().low();
    highs[place] = message.conversation().high();
    seqs[place] = message.seq();
    senders[place] = message.sender();
    times[place] = message.time();
    replies[place] = message.replyTo().orElse(NO_REPLY);
    begins[place] = charactersEnd;
    textLengths[place] = text.length();
    requestLengths[place] = requestId.length();
    charactersEnd += text.length() + requestId.length();
  }

  /// Forgets as many events as it takes; returns where in the array `count` characters fit.
  private int makeRoom(int count) {
    int begin = (int) (charactersEnd % characters.length);
    if (begin + count > characters.length) {
      charactersEnd += characters.length - begin;
      begin = 0;
    }
    while (first < next && begins[place(first)] < charactersEnd + count - characters.length) {
      removeFirst();
    }
    return begin;
  }

  private void removeFirst() {
    floor = position(first);
    others[place(first)] = null;
    first++;
  }

  private ChatEvent.MessageSent message(int place) {
    int begin = (int) (begins[place] % characters.length);
    return new ChatEvent.MessageSent(
        ids[place],
        parts[place],
        conversation(place),
        seqs[place],
        senders[place],
        times[place],
        new String(characters, begin, textLengths[place]),
        replies[place] == NO_REPLY ? Optional.empty() : Optional.of(replies[place]),
        new String(characters, begin + textLengths[place], requestLengths[place]));
  }

  private ConversationId conversation(int place) {
    return new ConversationId(lows[place], highs[place]);
  }

  private int place(long number) {
    return (int) (number % eventsMax);
  }
}

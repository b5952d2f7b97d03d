package holdfast.client;

import holdfast.wire.ServerEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Lets each event through once, and knows the place in the stream. The servers' promise is that
/// pushes after a LOGIN with a cursor begin right after it; this holds them to it, so that a repeat
/// never reaches the user. Owned by the client's loop.
final class EventGate {
  /// Conversations whose last `seq` is remembered; beyond that the longest untouched is forgotten.
  static final int CONVERSATIONS_MAX = 4_096;

  private final Map<String, Long> lastSeqs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > CONVERSATIONS_MAX;
        }
      };
  private Optional<String> cursor = Optional.empty();

  /// Where to resume: after the last event let through.
  Optional<String> cursor() {
    return cursor;
  }

  /// A new stream begins at `start`; what came before says nothing about it.
  void restart(String start) {
    lastSeqs.clear();
    cursor = Optional.of(start);
  }

  void clear() {
    lastSeqs.clear();
    cursor = Optional.empty();
  }

  /// Whether the event is new; if so it counts as delivered.
  boolean admit(ServerEvent event) {
    return switch (event) {
      case ServerEvent.Message message -> {
        long last = lastSeqs.getOrDefault(message.conversation(), 0L);
        boolean fresh = message.seq() > last && advance(message.cursor());
        if (fresh) {
          lastSeqs.put(message.conversation(), message.seq());
        }
        yield fresh;
      }
      case ServerEvent.MessageEdited edited -> advance(edited.cursor());
      case ServerEvent.MessageDeleted deleted -> advance(deleted.cursor());
      case ServerEvent.Reaction reaction -> advance(reaction.cursor());
      case ServerEvent.Typing _ -> true;
      case ServerEvent.Read read -> advance(read.cursor());
      case ServerEvent.Room room -> advance(room.cursor());
      case ServerEvent.Presence _, ServerEvent.Cluster _ -> true;
    };
  }

  private boolean advance(String next) {
    if (cursor.isPresent() && cursor.get().equals(next)) {
      return false;
    }
    cursor = Optional.of(next);
    return true;
  }
}

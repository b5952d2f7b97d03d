package holdfast.storage;

import holdfast.chat.ChatEvent;
import java.util.List;

/// What happened to an account while it was away.
public sealed interface MissedEvents {
  /// The part of a position that stands behind all events of its command.
  int WHOLE_COMMAND = Integer.MAX_VALUE;

  /// Events in log order. A page may hold few events or none and still have more behind it: a call
  /// looks at a bounded stretch of the log. To go on, ask from (`lastId`, `lastPart`).
  ///
  /// @param lastId with `lastPart`, the position up to which everything was looked at
  record Page(List<ChatEvent> events, long lastId, int lastPart, boolean more)
      implements MissedEvents {
    public Page {
      events = List.copyOf(events);
    }
  }

  /// The position is of another timeline, lies ahead of this server, or too much happened since:
  /// the client must reload.
  record TooOld() implements MissedEvents {}
}

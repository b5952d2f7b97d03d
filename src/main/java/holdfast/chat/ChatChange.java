package holdfast.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// One command being applied: its id, its time, and the events it has made so far, numbered in
/// order.
final class ChatChange {
  private final long id;
  private final long time;
  private final List<ChatEvent> events = new ArrayList<>();

  ChatChange(long id, long time) {
    this.id = id;
    this.time = time;
  }

  long id() {
    return id;
  }

  long time() {
    return time;
  }

  List<ChatEvent> events() {
    return events;
  }

  /// Adds the event that `made` gives for the next free part.
  <E extends ChatEvent> E emit(IntFunction<E> made) {
    E event = made.apply(events.size());
    events.add(event);
    return event;
  }

  Outcome done() {
    return new Outcome.Done(id);
  }

  Outcome refused(Refusal code, String message) {
    return new Outcome.Refused(id, code, message);
  }
}

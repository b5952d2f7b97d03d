package holdfast.chat;

import java.util.List;

/// The result of applying one command.
///
/// @param repeat this request was applied before; `outcome` is the first one and there are no
///   events
/// @param events in the order of their parts
public record Applied(Outcome outcome, boolean repeat, List<ChatEvent> events) {
  public Applied {
    events = List.copyOf(events);
  }
}

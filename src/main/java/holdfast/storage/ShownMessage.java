package holdfast.storage;

import holdfast.chat.Message;
import holdfast.chat.Reaction;
import java.util.List;

/// A message as a page shows it, with the reactions to it, the oldest first.
public record ShownMessage(Message message, List<Reaction> reactions) {
  public ShownMessage {
    reactions = List.copyOf(reactions);
  }
}

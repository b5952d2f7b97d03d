package holdfast.storage;

import java.util.List;
import java.util.OptionalLong;

/// What a search found, the newest first.
///
/// @param next where it goes on: everything from this id on was looked at; empty at the end
public record SearchPage(List<ShownMessage> messages, OptionalLong next) {
  public SearchPage {
    messages = List.copyOf(messages);
  }
}

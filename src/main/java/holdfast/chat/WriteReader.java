package holdfast.chat;

import java.util.Optional;

/// Tells clients' writes from what servers put into the log by themselves. The store, which keeps
/// commands and does not know their form, is handed this.
@FunctionalInterface
public interface WriteReader {
  /// The client's write that these bytes of the log are; empty for any other command.
  ///
  /// @throws IllegalStateException this version cannot read them
  Optional<Command.Write> writeOf(byte[] command);
}

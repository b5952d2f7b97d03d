package holdfast.simulation;

import holdfast.chat.Outcome;

/// A server's answer to a client's write.
sealed interface Reply {
  record Ok(Outcome outcome) implements Reply {}

  /// Certainly not done.
  record NotDone() implements Reply {}

  /// It may be done, or become so.
  record Unknown() implements Reply {}
}

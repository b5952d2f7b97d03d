package holdfast.replication;

import java.util.Optional;

/// What a primary does next towards a `MemberChange`.
public sealed interface ChangeStep {
  /// It is so, and can no longer be undone by another primary.
  record Done() implements ChangeStep {}

  /// It cannot be begun yet, or is under way; ask again.
  record Later(String why) implements ChangeStep {}

  /// The log is to state this list: hand in `Event.ChangeProposed`, and ask again.
  record Propose(Membership wanted) implements ChangeStep {}

  /// Another server is to be primary first: hand in `Event.TakeOverRequested`, and ask it.
  record HandOver(Optional<ServerId> target) implements ChangeStep {}

  /// It may not be. The sentence says why, with the numbers.
  record Refused(String sentence) implements ChangeStep {}
}

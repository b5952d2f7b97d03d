package holdfast.server;

/// What became of a change of the members that somebody wanted.
public sealed interface ChangeResult {
  /// It is so, and stays so.
  record Done() implements ChangeResult {}

  /// It was not made. The sentence says why, with the numbers.
  record Refused(String sentence) implements ChangeResult {}

  /// It is not known to be made yet; it may be yet. The sentence says what it waits for.
  record Unknown(String sentence) implements ChangeResult {}
}

package holdfast.bench;

/// What a load of logins is to be.
///
/// @param outstanding logins always on their way, each on a connection of its own
public record LoginSettings(Kind kind, int outstanding, Timing timing, Through through) {
  /// What is shown.
  public enum Kind {
    TOKEN,
    /// Costs a server a memory-hard hash, on purpose.
    PASSWORD
  }
}

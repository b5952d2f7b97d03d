package holdfast.wire;

/// What a read must see.
public enum ReadLevel {
  /// This server's copy, and every write acknowledged on this connection.
  LOCAL,
  /// Every write acknowledged anywhere before the read began.
  LINEARIZABLE
}

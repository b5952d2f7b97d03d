package holdfast.wire;

/// How many disks a write must be on before it is acknowledged.
public enum Ack {
  MAJORITY,
  /// Every voter that answered a heartbeat within the election timeout.
  ALL,
  /// The primary's alone: acknowledged before it is committed, and lost with that disk.
  PRIMARY
}

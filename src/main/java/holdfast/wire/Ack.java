package holdfast.wire;

/// How many disks a write must be on before it is acknowledged.
public enum Ack {
  MAJORITY,
  /// Every voter that answered a heartbeat within the election timeout.
  ALL
}

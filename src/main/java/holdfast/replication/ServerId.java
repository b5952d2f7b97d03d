package holdfast.replication;

import holdfast.check.Check;

/// A server's number, 1–4095, never given twice in a cluster's life. On the wire it is a decimal
/// string.
public record ServerId(int value) implements Comparable<ServerId> {
  /// The largest number: twelve bits, because a timeline's term carries its founder's number
  /// (SURVIVOR.md).
  public static final int MAX = 4095;

  public ServerId {
    Check.that(value >= 1 && value <= MAX, "server id %d is not in 1..%d", value, MAX);
  }

  @Override
  public int compareTo(ServerId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}

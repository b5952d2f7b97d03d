package holdfast.bench;

import java.util.List;

/// A time without acknowledgements, as a writer saw it.
///
/// @param gapNanos from the last acknowledgement before it to the first after it
/// @param firstNanos from the instant of the primary's end to that first one
record Outage(long gapNanos, long firstNanos) {
  /// The longest one that ended after `instant`, the primary's end. An answer that was already on
  /// its way then is not the end of the outage.
  ///
  /// @param acknowledged when each was, ascending, as System.nanoTime; some before, some after
  static Outage of(List<Long> acknowledged, long instant) {
    Outage longest = new Outage(0, 0);
    for (int i = 1; i < acknowledged.size(); i++) {
      long after = acknowledged.get(i);
      long gap = after - acknowledged.get(i - 1);
      if (after - instant > 0 && gap > longest.gapNanos) {
        longest = new Outage(gap, after - instant);
      }
    }
    return longest;
  }
}

package holdfast.server;

import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// The time that a primary stamps into commands: max(last entry's time, min(own wall clock, lower
/// median of the voters' clocks + 1 s)), so that one clock far ahead cannot age tokens and
/// remembered requests for everyone (DESIGN section 3, Time). Owned by the replica thread.
final class ClusterClock {
  /// How far ahead of the median the own clock is believed, ms.
  private static final long AHEAD_MAX_MS = 1_000;

  private final Map<ServerId, Reading> others = new TreeMap<>();
  private long last;

  /// Another voter's wall clock (ms) as heard at a monotonic instant of ours (ns).
  private record Reading(long wallMs, long heardNanos) {
    long at(long nowNanos) {
      return wallMs + (nowNanos - heardNanos) / 1_000_000;
    }
  }

  void heard(ServerId voter, long wallMs, long nowNanos) {
    others.put(voter, new Reading(wallMs, nowNanos));
  }

  void forgetOthers() {
    others.clear();
  }

  /// The time of an entry that is in the log already: stamps never fall below it.
  void atLeast(long timeMs) {
    last = Math.max(last, timeMs);
  }

  /// The stamp for the next command.
  long stamp(List<ServerId> voters, long wallMs, long nowNanos) {
    long believed = wallMs;
    OptionalLong median = lowerMedian(voters, wallMs, nowNanos);
    if (median.isPresent()) {
      believed = Math.min(wallMs, median.getAsLong() + AHEAD_MAX_MS);
    }
    last = Math.max(last, believed);
    return last;
  }

  /// How far the own clock stands from the lower median of the voters' (ms; positive: ahead); 0
  /// when alone.
  long skewMs(List<ServerId> voters, long wallMs, long nowNanos) {
    OptionalLong median = lowerMedian(voters, wallMs, nowNanos);
    return median.isPresent() ? wallMs - median.getAsLong() : 0;
  }

  /// Whether the clock of `voter` is known and stands within `maxMs` of the median.
  boolean isWithin(ServerId voter, List<ServerId> voters, long maxMs, long wallMs, long nowNanos) {
    Reading reading = others.get(voter);
    OptionalLong median = lowerMedian(voters, wallMs, nowNanos);
    return reading != null
        && median.isPresent()
        && Math.abs(reading.at(nowNanos) - median.getAsLong()) <= maxMs;
  }

  private OptionalLong lowerMedian(List<ServerId> voters, long wallMs, long nowNanos) {
    List<Long> clocks = new ArrayList<>();
    for (ServerId voter : voters) {
      Reading reading = others.get(voter);
      if (reading != null) {
        clocks.add(reading.at(nowNanos));
      }
    }
    if (clocks.isEmpty()) {
      return OptionalLong.empty();
    }
    clocks.add(wallMs);
    Collections.sort(clocks);
    return OptionalLong.of(clocks.get((clocks.size() - 1) / 2));
  }
}

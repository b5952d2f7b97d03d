package holdfast.demo;

import holdfast.replication.ServerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/// A primary's death and what the writers saw of it.
///
/// @param waits for each writer the longest time without an acknowledgement
/// @param terms how many terms were needed, 1 if the first election succeeded
public record Failover(ServerId killed, ServerId successor, List<Duration> waits, long terms) {
  /// What half of all failovers may take at most, process death on loopback.
  public static final Duration MEDIAN_TARGET = Duration.ofMillis(300);

  /// What none may take more than.
  public static final Duration LONGEST_TARGET = Duration.ofMillis(1500);

  public Failover {
    waits = List.copyOf(waits);
  }

  public Duration median() {
    return median(waits);
  }

  public Duration longest() {
    return Collections.max(waits);
  }

  /// Of an even number the upper one of the two in the middle.
  static Duration median(Collection<Duration> durations) {
    List<Duration> sorted = new ArrayList<>(durations);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}

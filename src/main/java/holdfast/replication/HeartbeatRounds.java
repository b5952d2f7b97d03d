package holdfast.replication;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// When each heartbeat round of this term was sent. Rounds count from 1; old ones are forgotten.
final class HeartbeatRounds {
  private final int ticksKept;

  /// The first round of a tick → that tick.
  private final TreeMap<Long, Long> ticks = new TreeMap<>();

  private long latest;

  HeartbeatRounds(int ticksKept) {
    this.ticksKept = ticksKept;
  }

  long latest() {
    return latest;
  }

  long begin(long tick) {
    latest++;
    if (ticks.isEmpty() || ticks.lastEntry().getValue() != tick) {
      ticks.put(latest, tick);
    }
    while (ticks.firstEntry().getValue() < tick - ticksKept) {
      ticks.pollFirstEntry();
    }
    return latest;
  }

  /// Empty: too long ago to matter.
  Optional<Long> sentTick(long round) {
    return Optional.ofNullable(ticks.floorEntry(round)).map(Map.Entry::getValue);
  }
}

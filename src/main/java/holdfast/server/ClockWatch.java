package holdfast.server;

import holdfast.replication.Event;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A primary whose clock stands far from the others' says so and hands over to a voter whose clock
/// does not, at most once an hour (DESIGN section 3, Time). Owned by the replica thread.
final class ClockWatch {
  private static final long HAND_OVER_EVERY_NANOS = 3_600_000_000_000L;
  private static final Logger log = LoggerFactory.getLogger(ClockWatch.class);

  private final ServerId self;
  private final ClusterClock clock;
  private final long skewMaxMs;
  private Optional<Long> handedOverNanos = Optional.empty();
  private long skewMs;

  ClockWatch(ServerId self, ClusterClock clock, long skewMaxMs) {
    this.self = self;
    this.clock = clock;
    this.skewMaxMs = skewMaxMs;
  }

  /// Looks at the clocks; asks for a hand-over when this server must not stamp commands.
  Optional<Event> check(Replica replica, long nowNanos) {
    if (replica.role() != Role.PRIMARY) {
      skewMs = 0;
      return Optional.empty();
    }
    List<ServerId> voters = replica.membership().voters();
    long wall = System.currentTimeMillis();
    skewMs = clock.skewMs(voters, wall, nowNanos);
    boolean recently =
        handedOverNanos.isPresent() && nowNanos - handedOverNanos.get() < HAND_OVER_EVERY_NANOS;
    if (Math.abs(skewMs) <= skewMaxMs || recently || replica.handingOver()) {
      return Optional.empty();
    }
    for (ServerId voter : voters) {
      boolean fits =
          !voter.equals(self) && replica.isUp(voter) && mayStamp(voter, replica, nowNanos);
      if (fits) {
        handedOverNanos = Optional.of(nowNanos);
        log.warn("this server's clock is {} ms off the others': handing over to {}", skewMs, voter);
        return Optional.of(new Event.TakeOverRequested(Optional.of(voter)));
      }
    }
    return Optional.empty();
  }

  /// Whether the clock of another voter is good enough for a primary.
  boolean mayStamp(ServerId voter, Replica replica, long nowNanos) {
    return clock.isWithin(
        voter, replica.membership().voters(), skewMaxMs, System.currentTimeMillis(), nowNanos);
  }

  /// A sentence for STATUS.
  Optional<String> warning() {
    if (Math.abs(skewMs) <= skewMaxMs) {
      return Optional.empty();
    }
    return Optional.of(
        "the clock of server %s is %d ms %s the others': set it (is NTP running?)"
            .formatted(self, Math.abs(skewMs), skewMs > 0 ? "ahead of" : "behind"));
  }
}

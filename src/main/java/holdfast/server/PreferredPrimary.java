package holdfast.server;

import holdfast.replication.Event;
import holdfast.replication.Preference;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands the office to a server that the operator prefers to this one, once it has kept up for a
/// while (`primary.preference`). Owned by the replica thread.
final class PreferredPrimary {
  /// A server that came back has kept up for so long when the office goes to it.
  static final long KEPT_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// After an attempt the next one waits, so that one which fails does not hold writes up again and
  /// again.
  static final long ATTEMPT_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  /// Entries that a server which keeps up may lack when it is looked at: a moment's worth.
  private static final long LACKING_ENTRIES_MAX = 1_024;

  private static final Logger log = LoggerFactory.getLogger(PreferredPrimary.class);

  private final ServerId self;
  private final Preference preference;

  /// Since when each preferred server has kept up, as seen at every look.
  private final Map<ServerId, Long> keepingUpSince = new HashMap<>();

  private Optional<Long> attemptNanos = Optional.empty();

  PreferredPrimary(ServerId self, Preference preference) {
    this.self = self;
    this.preference = preference;
  }

  /// Looks at the preferred servers; asks for a hand-over when one has kept up for long enough.
  ///
  /// @param mayStamp whether a server's clock is good enough for the office
  Optional<Event> check(Replica replica, Predicate<ServerId> mayStamp, long nowNanos) {
    if (preference.equals(Preference.NONE)) {
      return Optional.empty();
    }
    if (replica.role() != Role.PRIMARY || !replica.committedInOwnTerm()) {
      keepingUpSince.clear();
      return Optional.empty();
    }
    note(replica, mayStamp, nowNanos);
    boolean recently =
        attemptNanos.isPresent() && nowNanos - attemptNanos.get() < ATTEMPT_EVERY_NANOS;
    if (recently || replica.handingOver()) {
      return Optional.empty();
    }
    Optional<ServerId> best =
        keepingUpSince.entrySet().stream()
            .filter(entry -> nowNanos - entry.getValue() >= KEPT_UP_NANOS)
            .map(Map.Entry::getKey)
            .reduce((one, other) -> preference.prefers(one, other) ? one : other);
    if (best.isPresent()) {
      attemptNanos = Optional.of(nowNanos);
      log.info("server {} is preferred as primary and has kept up: handing over", best.get());
    }
    return best.map(target -> new Event.TakeOverRequested(Optional.of(target)));
  }

  private void note(Replica replica, Predicate<ServerId> mayStamp, long nowNanos) {
    Set<ServerId> keepingUp = new HashSet<>();
    for (ServerId voter : replica.membership().voters()) {
      boolean keepsUp =
          preference.prefers(voter, self)
              && replica.isUp(voter)
              && replica.commitIndex() - replica.matchIndex(voter) <= LACKING_ENTRIES_MAX
              && mayStamp.test(voter);
      if (keepsUp) {
        keepingUp.add(voter);
        keepingUpSince.putIfAbsent(voter, nowNanos);
      }
    }
    keepingUpSince.keySet().retainAll(keepingUp);
  }
}

package holdfast.server;

import static holdfast.server.TestCore.ONE;
import static holdfast.server.TestCore.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.replication.Event;
import holdfast.replication.Preference;
import holdfast.replication.Replica;
import holdfast.replication.ReplicaSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// When a primary hands the office to a server that is preferred to it.
final class PreferredPrimaryTest {
  private static final long KEPT_UP = PreferredPrimary.KEPT_UP_NANOS;

  private final Replica replica = TestCore.primary(ReplicaSettings.defaults()).replica;
  private final PreferredPrimary preferred =
      new PreferredPrimary(ONE, new Preference(false, List.of(TWO)));

  private Optional<Event> check(long nowNanos) {
    return preferred.check(replica, voter -> true, nowNanos);
  }

  @Test
  void aPreferredServerThatHasKeptUpForTenSecondsIsHandedTheOffice() {
    assertEquals(Optional.empty(), check(0));
    assertEquals(Optional.empty(), check(KEPT_UP - 1));
    assertEquals(Optional.of(new Event.TakeOverRequested(Optional.of(TWO))), check(KEPT_UP));
  }

  @Test
  void anAttemptThatFailsIsNotRepeatedAtOnce() {
    check(0);
    check(KEPT_UP);
    assertEquals(Optional.empty(), check(KEPT_UP + PreferredPrimary.ATTEMPT_EVERY_NANOS - 1));
    assertEquals(
        Optional.of(new Event.TakeOverRequested(Optional.of(TWO))),
        check(KEPT_UP + PreferredPrimary.ATTEMPT_EVERY_NANOS));
  }

  @Test
  void oneWhoseClockIsOffBeginsAnew() {
    check(0);
    assertEquals(Optional.empty(), preferred.check(replica, voter -> false, KEPT_UP));
    assertEquals(Optional.empty(), check(KEPT_UP + 1));
    assertEquals(Optional.empty(), check(2 * KEPT_UP));
    assertEquals(
        Optional.of(new Event.TakeOverRequested(Optional.of(TWO))), check(2 * KEPT_UP + 1));
  }

  @Test
  void thePreferredOneKeepsTheOffice() {
    PreferredPrimary own = new PreferredPrimary(ONE, new Preference(true, List.of()));
    own.check(replica, voter -> true, 0);
    assertEquals(Optional.empty(), own.check(replica, voter -> true, KEPT_UP));
    PreferredPrimary off = new PreferredPrimary(ONE, Preference.NONE);
    off.check(replica, voter -> true, 0);
    assertEquals(Optional.empty(), off.check(replica, voter -> true, KEPT_UP));
  }
}

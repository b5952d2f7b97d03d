package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.replication.Effects;
import holdfast.replication.Envelope;
import holdfast.replication.Event;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.Preference;
import holdfast.replication.Replica;
import holdfast.replication.ReplicaSettings;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// When a primary hands the office to a server that is preferred to it.
final class PreferredPrimaryTest {
  private static final ServerId ONE = new ServerId(1);
  private static final ServerId TWO = new ServerId(2);
  private static final ServerId THREE = new ServerId(3);
  private static final LogPosition FOUNDED = new LogPosition(1, 1);
  private static final long KEPT_UP = PreferredPrimary.KEPT_UP_NANOS;

  private final Replica replica = primary();
  private final PreferredPrimary preferred =
      new PreferredPrimary(ONE, new Preference(false, List.of(TWO)));

  /// Server 1, primary of three in which all hold everything.
  private static Replica primary() {
    List<Member> members = new ArrayList<>();
    for (ServerId id : List.of(ONE, TWO, THREE)) {
      members.add(new Member(id, "h", 1, 2, true, Optional.of("key" + id)));
    }
    Replica replica =
        new Replica(
            ONE,
            ReplicaSettings.defaults(),
            new StoredLog(
                new HardState(1, Optional.empty()),
                LogPosition.NONE,
                FOUNDED,
                List.of(FOUNDED),
                List.of(new Membership(1, members)),
                new Membership(0, members),
                1),
            (from, entries, bytes) -> List.of(new LogEntry(1, 1, new byte[1])),
            entry -> Optional.empty(),
            new byte[1],
            new SplittableRandom(1));
    while (replica.role() != Role.CANDIDATE) {
      replica.step(new Event.Tick(1));
    }
    hear(replica, TWO, new PeerMessage.VoteResponse(2, true, Optional.empty()));
    Effects won = hear(replica, TWO, new PeerMessage.VoteResponse(2, false, Optional.empty()));
    replica.step(new Event.Synced(replica.last()));
    hear(replica, TWO, new PeerMessage.ReplicateAck(2, 2));
    hear(replica, THREE, new PeerMessage.ReplicateAck(2, 2));
    for (Envelope envelope : won.sendBeforeSync()) {
      if (envelope.message() instanceof PeerMessage.Heartbeat beat) {
        hear(replica, envelope.to(), new PeerMessage.HeartbeatAck(2, beat.round(), 2, 1));
      }
    }
    return replica;
  }

  private static Effects hear(Replica replica, ServerId from, PeerMessage message) {
    return replica.step(new Event.Received(from, message));
  }

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

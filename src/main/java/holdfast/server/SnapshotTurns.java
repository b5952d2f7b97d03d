package holdfast.server;

import holdfast.replication.ServerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// When which member may be sent a snapshot: at once if it keeps up afterwards, ever more rarely if
/// it does not, so that a member that cannot catch up does not keep the primary copying.
final class SnapshotTurns {
  /// Between the first snapshot and the second one without a catching up in between; then double.
  static final long PAUSE_NANOS_MIN = TimeUnit.SECONDS.toNanos(10);

  static final long PAUSE_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);

  private record Tried(int times, long notBeforeNanos) {}

  private final Map<ServerId, Tried> tried = new HashMap<>();

  /// The first of `wanting` whose turn it is.
  Optional<ServerId> next(List<ServerId> wanting, long nowNanos) {
    return wanting.stream()
        .filter(peer -> {
          Tried before = tried.get(peer);
          return before == null || nowNanos - before.notBeforeNanos() >= 0;
        })
        .findFirst();
  }

  /// A snapshot for `peer` is begun.
  void begun(ServerId peer, long nowNanos) {
    int times = timesTried(peer) + 1;
    long pause = PAUSE_NANOS_MIN;
    for (int i = 1; i < times && pause < PAUSE_NANOS_MAX; i++) {
      pause *= 2;
    }
    tried.put(peer, new Tried(times, nowNanos + Math.min(pause, PAUSE_NANOS_MAX)));
  }

  /// `peer` has everything: what was before does not count any more.
  void caughtUp(ServerId peer) {
    tried.remove(peer);
  }

  /// How many snapshots for `peer` were begun since it last had everything.
  int timesTried(ServerId peer) {
    return Optional.ofNullable(tried.get(peer)).map(Tried::times).orElse(0);
  }
}

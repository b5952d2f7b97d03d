package holdfast.bench;

import holdfast.check.Check;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// An open loop: requests begin at fixed times, whether or not the ones before have their replies.
/// Each counts from the time it was due, also if it could not begin then; so a stall is seen by
/// every request that a user would have made in it (no coordinated omission).
final class OpenPace implements Pace {
  /// Wakes oftener than this cost more than they tell: at 12,000 requests a second and 0.1 ms the
  /// driver took a third of a processor from the servers it shares the machine with, a sixth at 1
  /// ms.
  private static final long WAKE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);

  private final List<? extends Requester> connections;
  private final double interval;
  private long started;
  private long begun;
  private long due;

  /// @param perSecond requests, over all connections, which take turns
  OpenPace(List<? extends Requester> connections, int perSecond) {
    Check.that(perSecond > 0, "%d requests a second", perSecond);
    this.connections = List.copyOf(connections);
    this.interval = (double) TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  @Override
  public void start(long now) {
    started = now;
    begun = 0;
    due = 0;
  }

  @Override
  public void onNews(Requester connection, long now) {}

  @Override
  public void onTurn(long now) {
    due = (long) ((now - started) / interval) + 1;
    while (begun < due) {
      Optional<Requester> next = nextFree();
      if (next.isEmpty()) {
        return;
      }
      next.get().begin(started + (long) (begun * interval));
      begun++;
    }
  }

  /// The connection whose turn it is, or the first after it that may begin a request.
  private Optional<Requester> nextFree() {
    for (int i = 0; i < connections.size(); i++) {
      Requester connection = connections.get(Math.toIntExact((begun + i) % connections.size()));
      if (!connection.isFull()) {
        return Optional.of(connection);
      }
    }
    return Optional.empty();
  }

  @Override
  public long wakeNanos() {
    return Math.max(WAKE_NANOS_MIN, (long) interval);
  }

  @Override
  public long notBegun() {
    return due - begun;
  }
}

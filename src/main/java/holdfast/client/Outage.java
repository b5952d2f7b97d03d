package holdfast.client;

import holdfast.wire.ServerAddress;
import java.time.Duration;
import java.util.Optional;

/// The time between the loss of a server and the moment the user may forget it: connected again,
/// and everything that was in flight answered. Owned by the client's loop.
final class Outage {
  private final ServerAddress from;
  private final long since;
  private Optional<ServerAddress> to = Optional.empty();
  private int unanswered;
  private int repeated;
  private int unknown;

  Outage(ServerAddress from, long since) {
    this.from = from;
    this.since = since;
  }

  /// Logged in on `server`, where `newlyRepeated` requests are sent again.
  void recovered(ServerAddress server, int newlyRepeated) {
    to = Optional.of(server);
    unanswered += newlyRepeated;
    repeated += newlyRepeated;
  }

  /// Lost again before it was over.
  void interrupted() {
    to = Optional.empty();
  }

  /// A repeated request has its answer, or was given up.
  void answered(boolean gaveUp) {
    unanswered--;
    if (gaveUp) {
      unknown++;
    }
  }

  boolean recovered() {
    return to.isPresent();
  }

  /// What to tell the user, once it is over.
  Optional<Notice> over(long now) {
    if (unanswered > 0) {
      return Optional.empty();
    }
    return to.map(server ->
        new Notice.FailedOver(from, server, Duration.ofNanos(now - since), repeated, unknown));
  }
}

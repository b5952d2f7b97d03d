package holdfast.bench;

import java.util.List;

/// A closed loop: each connection always has as many requests in flight as it may. A reply is what
/// lets the next request begin.
final class ClosedPace implements Pace {
  private final List<? extends Requester> connections;

  ClosedPace(List<? extends Requester> connections) {
    this.connections = List.copyOf(connections);
  }

  @Override
  public void start(long now) {
    connections.forEach(connection -> onNews(connection, now));
  }

  @Override
  public void onNews(Requester connection, long now) {
    while (!connection.isFull()) {
      connection.begin(now);
    }
  }

  @Override
  public void onTurn(long now) {}
}

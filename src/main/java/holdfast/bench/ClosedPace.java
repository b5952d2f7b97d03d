package holdfast.bench;

import java.util.List;

/// A closed loop: each connection always has as many requests in flight as it may. A reply is what
/// lets the next request begin.
final class ClosedPace implements Pace {
  private final List<LoadConnection> connections;

  ClosedPace(List<LoadConnection> connections) {
    this.connections = List.copyOf(connections);
  }

  @Override
  public void start(long now) {
    connections.forEach(connection -> connection.fill(now));
  }

  @Override
  public void onNews(LoadConnection connection, long now) {
    connection.fill(now);
  }

  @Override
  public void onTurn(long now) {}
}

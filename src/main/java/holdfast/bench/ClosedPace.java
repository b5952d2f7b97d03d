package holdfast.bench;

import java.util.List;

/// A closed loop: each connection always has as many requests in flight. A reply is what lets the
/// next request begin.
final class ClosedPace implements Pace {
  private final List<? extends Requester> connections;
  private final int each;

  /// As many as each may have.
  ClosedPace(List<? extends Requester> connections) {
    this(connections, Integer.MAX_VALUE);
  }

  /// @param each in flight on each connection, if it may have that many
  ClosedPace(List<? extends Requester> connections, int each) {
    this.connections = List.copyOf(connections);
    this.each = each;
  }

  @Override
  public void start(long now) {
    connections.forEach(connection -> onNews(connection, now));
  }

  @Override
  public void onNews(Requester connection, long now) {
    while (!connection.isFull() && connection.waiting() < each) {
      connection.begin(now);
    }
  }

  @Override
  public void onTurn(long now) {}
}

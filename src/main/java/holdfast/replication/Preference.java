package holdfast.replication;

import java.util.List;

/// Whom the operator would rather see as primary. Nothing that safety rests on depends on it: among
/// servers that could be elected, the preferred ones stand a little earlier.
///
/// @param lowest the lower a server's number, the better; `order` is empty then
/// @param order the most preferred first; servers not named come last, all alike
public record Preference(boolean lowest, List<ServerId> order) {
  /// One server is as good as another.
  public static final Preference NONE = new Preference(false, List.of());

  public Preference {
    order = List.copyOf(order);
  }

  /// Whether `one` is preferred to `other`.
  public boolean prefers(ServerId one, ServerId other) {
    return rank(one) < rank(other);
  }

  private int rank(ServerId server) {
    if (lowest) {
      return server.value();
    }
    int place = order.indexOf(server);
    return place < 0 ? order.size() : place;
  }
}

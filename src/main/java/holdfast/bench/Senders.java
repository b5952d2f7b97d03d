package holdfast.bench;

import holdfast.replication.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// How the connections that make requests are opened: one for each account, over the servers in
/// turn, with the requests in flight shared out among them.
final class Senders {
  private Senders() {}

  /// @param frames what each connection asks for, by its number
  /// @param outstanding requests in flight, over all connections
  static List<LoadConnection> open(
      List<String> accounts,
      List<Member> servers,
      Tally tally,
      IntFunction<Frames> frames,
      int outstanding)
      throws IOException, BenchException {
    int count = accounts.size();
    int most = Math.ceilDiv(outstanding, count);
    if (most > LoadConnection.IN_FLIGHT_MAX) {
      throw new BenchException(
          "%d requests in flight on a connection; at most %d are allowed: more connections"
              .formatted(most, LoadConnection.IN_FLIGHT_MAX));
    }
    List<LoadConnection> connections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // What cannot be shared out evenly goes to the first.
      int share = outstanding / count + (i < outstanding % count ? 1 : 0);
      connections.add(
          LoadConnection.open(
              servers.get(i % servers.size()),
              SignIn.byPassword("\"login\"", accounts.get(i)),
              tally,
              frames.apply(i),
              share));
    }
    return connections;
  }
}

package holdfast.console;

import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import holdfast.wire.ServerStatus;
import java.util.Optional;

/// How the connection and the cluster are, for the status line.
///
/// @param server the one in use; nothing while none is
/// @param voters 0 as long as the cluster's figures are not known
/// @param solo one server goes on alone: what it takes is on one disk
/// @param rttMs round trip of the last question; negative: not measured yet
/// @param searchingMs for how long no server has been found, at least; 0: one is, or was just now
record Health(
    Optional<String> server,
    Optional<String> primary,
    long term,
    int up,
    int voters,
    int tolerated,
    boolean solo,
    long rttMs,
    long searchingMs) {
  static final Health UNKNOWN =
      new Health(Optional.empty(), Optional.empty(), 0, 0, 0, 0, false, -1, 0);

  Health on(String serverId) {
    return new Health(Optional.of(serverId), primary, term, up, voters, tolerated, solo, rttMs, 0);
  }

  Health lost(long searching) {
    return new Health(
        Optional.empty(), primary, term, up, voters, tolerated, solo, rttMs, searching);
  }

  Health ruledBy(ServerEvent.Cluster cluster) {
    return new Health(
        server,
        cluster.primary(),
        cluster.term(),
        up,
        voters,
        tolerated,
        cluster.solo(),
        rttMs,
        searchingMs);
  }

  Health seen(OkPayload.Status status, long took) {
    int members = (int) status.servers().stream().filter(ServerStatus::voter).count();
    int alive = (int) status.servers().stream().filter(s -> s.voter() && s.up()).count();
    return new Health(
        server,
        status.primary(),
        status.term(),
        alive,
        members,
        status.failuresTolerated(),
        status.solo(),
        took,
        searchingMs);
  }
}

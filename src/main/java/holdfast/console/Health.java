package holdfast.console;

import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import java.util.Optional;

/// How the connection and the cluster are, for the status line.
///
/// @param server the one in use; nothing while none is
/// @param voters 0 as long as the cluster's figures are not known
/// @param rttMs round trip of the last question; negative: not measured yet
/// @param searchingMs for how long no server has been found, at least; 0: one is, or was just now
record Health(
    Optional<String> server,
    Optional<String> primary,
    long term,
    int up,
    int voters,
    int tolerated,
    long rttMs,
    long searchingMs) {
  static final Health UNKNOWN = new Health(Optional.empty(), Optional.empty(), 0, 0, 0, 0, -1, 0);

  Health on(String serverId) {
    return new Health(Optional.of(serverId), primary, term, up, voters, tolerated, rttMs, 0);
  }

  Health lost(long searching) {
    return new Health(Optional.empty(), primary, term, up, voters, tolerated, rttMs, searching);
  }

  Health ruledBy(Optional<String> newPrimary, long newTerm) {
    return new Health(server, newPrimary, newTerm, up, voters, tolerated, rttMs, searchingMs);
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
        took,
        searchingMs);
  }
}

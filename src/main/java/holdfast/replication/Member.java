package holdfast.replication;

import holdfast.check.Check;
import java.util.Optional;

/// One configured server. `key` is the random identity of its data directory (128 bits, hex),
/// absent until the log holds it; a founded cluster counts votes and acknowledgements only from
/// members with a key (DESIGN section 5).
///
/// @param moved whether the address is one that the cluster was told for a member that it had:
///   configuration files of before then name another
public record Member(
    ServerId id,
    String host,
    int clientPort,
    int peerPort,
    boolean voter,
    Optional<String> key,
    boolean moved) {
  public Member {
    Check.that(!host.isEmpty(), "member %s has no host", id);
  }

  /// One that is where it began.
  public Member(
      ServerId id, String host, int clientPort, int peerPort, boolean voter, Optional<String> key) {
    this(id, host, clientPort, peerPort, voter, key, false);
  }

  public Member withKey(String newKey) {
    return new Member(id, host, clientPort, peerPort, voter, Optional.of(newKey), moved);
  }

  public Member withVote(boolean newVoter) {
    return new Member(id, host, clientPort, peerPort, newVoter, key, moved);
  }

  /// The same server where it is to be reached from now on.
  public Member movedTo(String newHost, int newClientPort, int newPeerPort) {
    Member there = new Member(id, newHost, newClientPort, newPeerPort, voter, key, true);
    return sameAddress(there) ? this : there;
  }

  /// Whether both are reached at the same place.
  public boolean sameAddress(Member other) {
    return host.equals(other.host) && clientPort == other.clientPort && peerPort == other.peerPort;
  }

  /// Whether a server at one of the two places would be in the other's way.
  boolean collidesWith(Member other) {
    return host.equals(other.host)
        && (clientPort == other.clientPort
            || clientPort == other.peerPort
            || peerPort == other.clientPort
            || peerPort == other.peerPort);
  }
}

package holdfast.replication;

import holdfast.check.Check;
import java.util.Optional;

/// One configured server. `key` is the random identity of its data directory (128 bits, hex),
/// absent until the log holds it; a founded cluster counts votes and acknowledgements only from
/// members with a key (DESIGN section 5).
public record Member(
    ServerId id, String host, int clientPort, int peerPort, boolean voter, Optional<String> key) {
  public Member {
    Check.that(!host.isEmpty(), "member %s has no host", id);
  }

  public Member withKey(String newKey) {
    return new Member(id, host, clientPort, peerPort, voter, Optional.of(newKey));
  }
}

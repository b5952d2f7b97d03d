package holdfast.server;

import holdfast.replication.ServerId;
import holdfast.wire.PeerFrame;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// As primary: holds the backups' running digests against its own, so that a replica that differs
/// does not stay unseen (promise 2). Owned by the replica thread.
final class Divergence {
  private static final Logger log = LoggerFactory.getLogger(Divergence.class);

  /// Where each server that differs was first seen to differ.
  private final Map<ServerId, Long> differing = new TreeMap<>();

  void compare(ServerId from, PeerFrame.Report report, Applier applier) {
    Optional<byte[]> own = applier.digestAt(report.digestIndex());
    if (own.isEmpty() || differing.containsKey(from)) {
      return;
    }
    if (!HexFormat.of().formatHex(own.get()).equals(report.digest())) {
      differing.put(from, report.digestIndex());
      log.error(
          "server {} differs from this one at log index {} or before: one of the two has a damaged database",
          from,
          report.digestIndex());
    }
  }

  /// A sentence for STATUS.
  Optional<String> warning() {
    if (differing.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "the databases of the primary and of server %s differ: stop the one with the damaged disk and replace it"
            .formatted(differing.keySet()));
  }
}

package holdfast.server;

import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.wire.PeerFrame;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// As primary: holds the backups' running digests against its own, so that a replica whose tables
/// differ does not stay unseen (promise 2), and finds by the majority who is wrong (DESIGN 10.19).
/// A digest is of all that was applied: equal once, two servers were equal at every index before.
/// Owned by the replica thread.
final class Divergence {
  private static final Logger log = LoggerFactory.getLogger(Divergence.class);

  private record Differs(long index, String digest) {}

  private final ServerId self;

  /// Up to where each server was last seen equal to this one.
  private final Map<ServerId, Long> equalUpTo = new TreeMap<>();

  /// What each server that differs last reported.
  private final Map<ServerId, Differs> differing = new TreeMap<>();

  /// Servers that got new tables and have not been seen equal since.
  private final Set<ServerId> unproven = new TreeSet<>();

  private Membership membership = new Membership(0, List.of());

  Divergence(ServerId self) {
    this.self = self;
  }

  /// @param digestAt this server's digest at an index, if it is remembered
  void compare(
      ServerId from,
      PeerFrame.Report report,
      LongFunction<Optional<byte[]>> digestAt,
      Membership present) {
    membership = present;
    long index = report.digestIndex();
    Optional<String> own = digestAt.apply(index).map(HexFormat.of()::formatHex);
    if (own.isEmpty()) {
      return;
    }
    if (own.get().equals(report.digest())) {
      equalUpTo.merge(from, index, Math::max);
      differing.remove(from);
      unproven.remove(from);
      return;
    }
    if (differing.put(from, new Differs(index, report.digest())) == null) {
      log.error(
          "server {} differs from this one at log index {} or before: one of the two has a damaged database",
          from,
          index);
    }
  }

  /// The servers that differ from this one where a majority is known to equal it.
  List<ServerId> ill() {
    return differing.entrySet().stream()
        .filter(entry -> isMajority(1 + equalAt(entry.getValue().index())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private long equalAt(long index) {
    return equalUpTo.entrySet().stream()
        .filter(e -> membership.isVoter(e.getKey()) && !e.getKey().equals(self))
        .filter(e -> e.getValue() >= index)
        .count();
  }

  /// Whether a majority equals each other, and not this server.
  boolean isSelfIll() {
    return differing.values().stream()
        .anyMatch(one ->
            isMajority(
                differing.entrySet().stream()
                    .filter(e -> membership.isVoter(e.getKey()) && e.getValue().equals(one))
                    .count()));
  }

  private boolean isMajority(long servers) {
    return servers >= membership.quorum();
  }

  /// `server` has new tables: what it reported before does not count.
  void forget(ServerId server) {
    if (differing.remove(server) != null) {
      unproven.add(server);
    }
    equalUpTo.remove(server);
  }

  /// Whether nothing speaks against `server`'s tables.
  boolean isSound(ServerId server) {
    return !differing.containsKey(server) && !unproven.contains(server);
  }

  /// This server is primary no more.
  void clear() {
    differing.clear();
    equalUpTo.clear();
    unproven.clear();
  }

  /// A sentence for STATUS.
  Optional<String> warning() {
    if (differing.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        ill().containsAll(differing.keySet())
            ? "the database of server %s differs from the others': it is replaced by a copy"
                .formatted(differing.keySet())
            : "the databases of the primary and of server %s differ, and no majority shows which is right: stop the one with the damaged disk and replace it"
                .formatted(differing.keySet()));
  }
}

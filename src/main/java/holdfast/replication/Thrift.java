package holdfast.replication;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which backups a primary sends new entries to at once: as many as it needs for a quorum, those
/// that are furthest along. The others get them a little later, several in one REPLICATE, which
/// spares them a wake-up, a disk sync and an acknowledgement for each write (the *thrifty*
/// optimisation of EPaxos, SOSP 2013, there without the second sending). One that no longer answers
/// falls behind those that have got them later, and so is chosen no more.
final class Thrift {
  /// Entries that wait for one backup.
  static final int HELD_MAX = 8;

  /// Uncommitted entries. With more under way at a time each is cheap, and then it is better that
  /// the fastest of all backups counts.
  static final int UNCOMMITTED_MAX = 4;

  private final ServerId self;
  private Set<ServerId> chosen = Set.of();

  /// @param self the primary
  Thrift(ServerId self) {
    this.self = self;
  }

  /// All of `others`, if too few of them keep up.
  Set<ServerId> choose(Membership list, Map<ServerId, Progress> others) {
    int wanted = list.quorum() - (list.counts(self) ? 1 : 0);
    List<ServerId> able = new ArrayList<>();
    others.forEach((peer, progress) -> {
      if (list.counts(peer) && progress.state() == Progress.State.REPLICATE) {
        able.add(peer);
      }
    });
    if (able.size() < wanted) {
      return others.keySet();
    }
    // Of two alike the one that was chosen before.
    able.sort(
        Comparator.comparingLong((ServerId peer) -> -others.get(peer).match())
            .thenComparing(peer -> !chosen.contains(peer)));
    chosen = new TreeSet<>(able.subList(0, wanted));
    return chosen;
  }
}

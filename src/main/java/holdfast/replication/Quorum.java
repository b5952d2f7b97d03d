package holdfast.replication;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// The arithmetic of majorities. A quorum is more than half of *all* voters of a membership, but
/// only voters that `Membership.counts` can be part of it.
final class Quorum {
  private Quorum() {}

  /// Whether a quorum of `membership` has what `has` asks.
  static boolean reached(Membership membership, Predicate<ServerId> has) {
    int count = 0;
    for (ServerId voter : membership.voters()) {
      if (membership.counts(voter) && has.test(voter)) {
        count++;
      }
    }
    return count >= membership.quorum();
  }

  /// The highest index that a quorum of both views holds: what is committed.
  static long index(Views views, ToLongFunction<ServerId> match) {
    long index = index(views.latest(), match);
    return views.pending() ? Math.min(index, index(views.before(), match)) : index;
  }

  /// The highest index that a quorum of `membership` holds, each voter holding everything up to its
  /// `match`; 0 if there is none.
  static long index(Membership membership, ToLongFunction<ServerId> match) {
    List<Long> held = new ArrayList<>();
    for (ServerId voter : membership.voters()) {
      if (membership.counts(voter)) {
        held.add(match.applyAsLong(voter));
      }
    }
    if (held.size() < membership.quorum()) {
      return 0;
    }
    held.sort(Collections.reverseOrder());
    return held.get(membership.quorum() - 1);
  }
}

package holdfast.replication;

import java.util.Optional;

/// Tells membership entries from all others. The core cannot read commands (they are JSON text); it
/// is handed this.
@FunctionalInterface
public interface MembershipReader {
  /// The list that `entry` states, with the entry's own index and term, or empty if it states none.
  /// Must be cheap: it is asked of every entry that is appended.
  Optional<Membership> membershipOf(LogEntry entry);
}

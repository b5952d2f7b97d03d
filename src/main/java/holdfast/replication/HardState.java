package holdfast.replication;

import java.util.Optional;

/// What a server may never forget: its term, and whom it voted for in it. An absent vote is
/// ordinary state.
public record HardState(long term, Optional<ServerId> vote) {
  public static final HardState INITIAL = new HardState(0, Optional.empty());
}

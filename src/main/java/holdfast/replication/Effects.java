package holdfast.replication;

import java.util.List;
import java.util.Optional;

/// What one step asks of the server, carried out by one thread in the order of the components. Only
/// a primary's REPLICATE, COMMIT, HEARTBEAT and TAKE_OVER, which claim nothing about its own disk,
/// stand in `sendBeforeSync`, and not even they when the same step changes the hard state.
/// `hardState` and `entries` are made durable by one sync; then `sendAfterSync` may leave, then
/// answers and whatever clients see of commands up to `commitIndex`.
///
/// @param entries to append in order; if the log on disk reaches to or beyond the first one's
///   index, it is truncated there first
/// @param commitIndex everything up to here is final; never falls
/// @param foundingWanted this server was elected with an empty log: hand in `Event.Founded`
public record Effects(
    List<Envelope> sendBeforeSync,
    Optional<HardState> hardState,
    List<LogEntry> entries,
    List<Envelope> sendAfterSync,
    long commitIndex,
    List<Answer> answers,
    boolean foundingWanted) {
  public Effects {
    sendBeforeSync = List.copyOf(sendBeforeSync);
    entries = List.copyOf(entries);
    sendAfterSync = List.copyOf(sendAfterSync);
    answers = List.copyOf(answers);
  }

  /// Whether anything must be on disk before `sendAfterSync` may leave.
  public boolean mustSync() {
    return hardState.isPresent() || !entries.isEmpty();
  }
}

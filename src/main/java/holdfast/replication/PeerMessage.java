package holdfast.replication;

import java.util.List;
import java.util.Optional;

/// What replicas say to each other. `term` is the sender's current term, except in a pre-vote (see
/// there).
public sealed interface PeerMessage {
  long term();

  /// Asks for a vote (thesis §3.4). With `preVote`, `term` is the *next* term, which nobody adopts
  /// (thesis §9.6). With `takeOver` the old primary asked for this election, so that hearing it is
  /// no reason to refuse (thesis §3.10).
  record RequestVote(long term, boolean preVote, boolean takeOver, LogPosition last)
      implements PeerMessage {}

  /// The answer: empty `denial` means granted. A granted pre-vote carries the term asked for; every
  /// other answer the voter's own.
  record VoteResponse(long term, boolean preVote, Optional<Denial> denial) implements PeerMessage {
    public boolean granted() {
      return denial.isEmpty();
    }
  }

  /// Entries that follow `prev`, or none to probe or to tell the commit index (thesis §3.5).
  record Replicate(long term, LogPosition prev, List<LogEntry> entries, long commitIndex)
      implements PeerMessage {
    public Replicate {
      entries = List.copyOf(entries);
    }
  }

  /// The log up to `matchIndex` equals the primary's and is on disk here.
  record ReplicateAck(long term, long matchIndex) implements PeerMessage {}

  /// The entry at REPLICATE's `prev` is missing or has another term. `conflict` is the first index
  /// of the term found at that place, with that term; or, when the log is shorter, one past its end
  /// with term 0 (thesis §3.5, conflict back-off by term). `prevIndex` names the REPLICATE that is
  /// refused.
  record ReplicateConflict(long term, long prevIndex, LogPosition conflict)
      implements PeerMessage {}

  /// The primary lives. `round` counts its heartbeat rounds in this term.
  record Heartbeat(long term, long commitIndex, long round) implements PeerMessage {}

  /// Answers `round`; `lastIndex` is the last index on disk here.
  record HeartbeatAck(long term, long round, long lastIndex, long appliedIndex)
      implements PeerMessage {}

  /// Planned hand-over: stand for election now (thesis §3.10).
  record TakeOver(long term) implements PeerMessage {}
}

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
      implements PeerMessage {
    @Override
    public String toString() {
      return "REQUEST_VOTE"
          + (preVote ? " pre_vote" : "")
          + (takeOver ? " take_over" : "")
          + " term=%d last=%s".formatted(term, last);
    }
  }

  /// The answer: empty `denial` means granted. A granted pre-vote carries the term asked for; every
  /// other answer the voter's own.
  record VoteResponse(long term, boolean preVote, Optional<Denial> denial) implements PeerMessage {
    public boolean granted() {
      return denial.isEmpty();
    }

    @Override
    public String toString() {
      return "VOTE_RESPONSE"
          + (preVote ? " pre_vote" : "")
          + " term=%d ".formatted(term)
          + denial.map(reason -> "denied " + reason).orElse("granted");
    }
  }

  /// Entries that follow `prev`, or none to probe (thesis §3.5).
  record Replicate(long term, LogPosition prev, List<LogEntry> entries, long commitIndex)
      implements PeerMessage {
    public Replicate {
      entries = List.copyOf(entries);
    }

    @Override
    public String toString() {
      return "REPLICATE term=%d prev=%s entries=%s commit=%d"
          .formatted(term, prev, spanOf(entries), commitIndex);
    }
  }

  /// So much is committed, all of which the receiver is known to have: said when there are no
  /// entries to say it with. Nobody answers it; one that is lost is made good by the next
  /// heartbeat.
  record Commit(long term, long commitIndex) implements PeerMessage {
    @Override
    public String toString() {
      return "COMMIT term=%d commit=%d".formatted(term, commitIndex);
    }
  }

  /// The log up to `matchIndex` equals the primary's and is on disk here.
  record ReplicateAck(long term, long matchIndex) implements PeerMessage {
    @Override
    public String toString() {
      return "REPLICATE_ACK term=%d match=%d".formatted(term, matchIndex);
    }
  }

  /// The entry at REPLICATE's `prev` is missing or has another term. `conflict` is the first index
  /// of the term found at that place, with that term; or, when the log is shorter, one past its end
  /// with term 0 (thesis §3.5, conflict back-off by term). `prevIndex` names the REPLICATE that is
  /// refused; 0 with `conflict` `NONE`: its term is over, see `term`.
  record ReplicateConflict(long term, long prevIndex, LogPosition conflict) implements PeerMessage {
    @Override
    public String toString() {
      return "REPLICATE_CONFLICT term=%d prev=%d conflict=%s".formatted(term, prevIndex, conflict);
    }
  }

  /// The primary lives. `round` counts its heartbeat rounds in this term.
  record Heartbeat(long term, long commitIndex, long round) implements PeerMessage {
    @Override
    public String toString() {
      return "HEARTBEAT term=%d round=%d commit=%d".formatted(term, round, commitIndex);
    }
  }

  /// Answers `round`, or `NO_ROUND` if the heartbeat's term is over; `lastIndex` is the last index
  /// on disk here.
  record HeartbeatAck(long term, long round, long lastIndex, long appliedIndex)
      implements PeerMessage {
    public static final long NO_ROUND = 0;

    @Override
    public String toString() {
      return "HEARTBEAT_ACK term=%d round=%d last=%d applied=%d"
          .formatted(term, round, lastIndex, appliedIndex);
    }
  }

  /// Planned hand-over: stand for election now (thesis §3.10).
  record TakeOver(long term) implements PeerMessage {
    @Override
    public String toString() {
      return "TAKE_OVER term=%d".formatted(term);
    }
  }

  /// The sender hears that the receiver is primary in a later timeline than its own, `term`'s, and
  /// asks to be taken in there: it needs a copy of the state with the log (SURVIVOR.md rules 5, 7).
  record TakeMeIn(long term) implements PeerMessage {
    @Override
    public String toString() {
      return "TAKE_ME_IN term=%d".formatted(term);
    }
  }

  /// The first and the last of `entries`, for a line of a trace.
  private static String spanOf(List<LogEntry> entries) {
    return switch (entries.size()) {
      case 0 -> "none";
      case 1 -> entries.getFirst().toString();
      default -> entries.getFirst() + ".." + entries.getLast();
    };
  }
}

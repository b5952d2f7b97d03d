package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayDeque;

/// What a primary knows of one other member's log, and what it may send there. PROBE: the match is
/// being looked for, one REPLICATE at a time. REPLICATE: the match is known, batches follow each
/// other without waiting, within a window. SNAPSHOT: the log no longer has what the member needs,
/// or the member is of a lower timeline, where no entry of this log can reach it.
final class Progress {
  enum State {
    PROBE,
    REPLICATE,
    SNAPSHOT
  }

  private record Sent(long lastIndex, long bytes) {}

  private static final long NOTHING = -1;

  private State state = State.PROBE;
  private long match;
  private long next;

  /// PROBE: the one REPLICATE is on its way.
  private boolean paused;

  /// REPLICATE: batches sent and not acknowledged.
  private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();

  private long bytesInFlight;

  /// REPLICATE: at its last turn it was sent everything that the log had.
  private boolean keptUp;

  /// The highest commit index this member was told that it could use.
  private long toldCommit;

  /// The highest heartbeat round acknowledged in this term, and the tick it was sent at.
  private long ackedRound;

  private long ackedTick = NOTHING;

  /// When its clients last waited for what this primary commits.
  private long askedTick = NOTHING;

  /// Whether there is evidence, and nothing newer, that the member's process is gone.
  private boolean dead;

  /// Since this tick the member has been seen to have everything.
  private long caughtUpTick = NOTHING;

  /// The first round sent after a REPLICATE that waits for its answer: once this round is
  /// acknowledged, everything up to `markIndex` must have been too.
  private long markRound = NOTHING;

  private long markIndex;

  /// SNAPSHOT: the last index the member reported since.
  private long reportedIndex = NOTHING;

  /// SNAPSHOT: the member said that it is of a lower timeline, and nothing else since.
  private boolean strayed;

  /// The last command that the member said it has applied.
  private long appliedIndex;

  /// @param next the first index to send
  Progress(long next) {
    this.next = next;
  }

  State state() {
    return state;
  }

  long match() {
    return match;
  }

  long next() {
    return next;
  }

  long ackedRound() {
    return ackedRound;
  }

  /// Whether a round sent at `tick` or later was acknowledged.
  boolean ackedRoundOf(long tick) {
    return ackedTick != NOTHING && ackedTick >= tick;
  }

  /// Whether it acknowledged such a round, and is not known to have died since.
  boolean answersSince(long tick) {
    return !dead && ackedRoundOf(tick);
  }

  /// Takes note, once a heartbeat interval, whether the member had everything that was committed
  /// when the interval began.
  void judged(long tick, boolean hasEverything) {
    if (!hasEverything) {
      caughtUpTick = NOTHING;
    } else if (caughtUpTick == NOTHING) {
      caughtUpTick = tick;
    }
  }

  /// Whether the member has had everything at every heartbeat since `tick`.
  boolean caughtUpSince(long tick) {
    return caughtUpTick != NOTHING && caughtUpTick <= tick;
  }

  /// How many entries may be sent now; 0 if none.
  int entriesRoom(ReplicaSettings settings) {
    return switch (state) {
      case PROBE -> paused ? 0 : settings.batchEntriesMax();
      case REPLICATE ->
          bytesInFlight >= settings.windowBytesMax()
              ? 0
              : (int)
                  Math.min(
                      settings.batchEntriesMax(), settings.windowEntriesMax() - (next - 1 - match));
      case SNAPSHOT -> 0;
    };
  }

  /// How many bytes of commands may be sent now (a larger single one may still go alone).
  long bytesRoom(ReplicaSettings settings) {
    return Math.min(settings.batchBytesMax(), settings.windowBytesMax() - bytesInFlight);
  }

  void asked(long tick) {
    askedTick = tick;
  }

  /// Whether there are new entries that may wait: few, it was sent everything that the log had when
  /// it last had its turn, and nobody has asked for anything there since `tick`.
  ///
  /// @param lastIndex of the log
  boolean canWait(long lastIndex, long tick) {
    long entries = lastIndex - next + 1;
    return entries > 0
        && entries <= Thrift.HELD_MAX
        && keptUp
        && (askedTick == NOTHING || askedTick < tick);
  }

  /// Its turn is over, and the log ends at `lastIndex`.
  void turnEnded(long lastIndex) {
    keptUp = state == State.REPLICATE && next > lastIndex;
  }

  /// Whether even an empty REPLICATE would tell something: it asks where the logs part.
  boolean mustProbe() {
    return state == State.PROBE && !paused && match < next - 1;
  }

  /// A REPLICATE with so many entries after `prevIndex` is on its way.
  void sent(long prevIndex, int entries, long bytes, long commitIndex) {
    told(Math.min(commitIndex, prevIndex + entries));
    switch (state) {
      case PROBE -> paused = true;
      case REPLICATE -> {
        if (entries > 0) {
          next += entries;
          inFlight.addLast(new Sent(next - 1, bytes));
          bytesInFlight += bytes;
        }
      }
      case SNAPSHOT -> Check.that(false, "REPLICATE to a member that needs a snapshot");
    }
  }

  /// The commit index that this member can use and has not been told, or 0.
  long news(long commitIndex) {
    long useful = Math.min(commitIndex, match);
    return state == State.REPLICATE && useful > toldCommit ? useful : 0;
  }

  void told(long commitIndex) {
    toldCommit = Math.max(toldCommit, commitIndex);
  }

  /// The member's log equals the primary's up to `index`. Late, doubled and overtaken
  /// acknowledgements change nothing, since a match of this term stays one.
  void onAck(long index) {
    if (index < match) {
      return;
    }
    match = index;
    while (!inFlight.isEmpty() && inFlight.getFirst().lastIndex() <= match) {
      bytesInFlight -= inFlight.removeFirst().bytes();
    }
    if (state == State.REPLICATE) {
      next = Math.max(next, match + 1);
    } else {
      become(State.REPLICATE, match + 1);
    }
  }

  /// The member's log does not match at `prevIndex`; look again from `retryNext`.
  void onConflict(long prevIndex, long retryNext) {
    boolean stale =
        switch (state) {
          // What was once matched stays so: this answers an older REPLICATE.
          case REPLICATE -> prevIndex <= match || prevIndex >= next;
          case PROBE -> prevIndex <= match || prevIndex != next - 1;
          case SNAPSHOT -> true;
        };
    if (!stale) {
      become(State.PROBE, Math.max(match + 1, Math.min(retryNext, prevIndex)));
    }
  }

  void onHeartbeatSent(long round) {
    if (markRound == NOTHING && (paused || !inFlight.isEmpty())) {
      markRound = round;
      markIndex = next - 1;
    }
  }

  /// A link keeps the order, so what was sent before an acknowledged round and is not acknowledged
  /// itself was lost, it or its answer.
  ///
  /// @param sentTick when the round was sent
  /// @param lastIndex the last index on the member's disk
  /// @param log the primary's own
  void onHeartbeatAck(long round, long sentTick, long lastIndex, ReplicatedLog log) {
    ackedRound = Math.max(ackedRound, round);
    ackedTick = Math.max(ackedTick, sentTick);
    boolean markPassed = markRound != NOTHING && round >= markRound;
    if (markPassed) {
      markRound = NOTHING;
    }
    switch (state) {
      case PROBE -> paused &= !markPassed;
      case REPLICATE -> {
        if (markPassed && match < markIndex) {
          become(State.PROBE, Math.max(match + 1, Math.min(lastIndex + 1, next)));
        }
      }
      case SNAPSHOT -> {
        if (strayed) {
          // An answer of this term: it is in this timeline by now, and none ever goes back.
          onSnapshotEnded(lastIndex, log.last().index());
        } else if (reportedIndex == NOTHING) {
          reportedIndex = lastIndex;
        } else if (lastIndex != reportedIndex && lastIndex >= log.compacted().index()) {
          onSnapshotEnded(lastIndex, log.last().index());
        }
      }
    }
  }

  /// The link is new: whatever was on its way may be lost. A member that needed a snapshot may have
  /// one by now: it is asked for the end of its log.
  void onLinkUp(long primaryLastIndex) {
    dead = false;
    become(
        State.PROBE,
        switch (state) {
          case PROBE -> next;
          case REPLICATE -> match + 1;
          case SNAPSHOT -> primaryLastIndex + 1;
        });
  }

  /// A member that needed a snapshot says that it holds everything up to `index`.
  void onSnapshotEnded(long index, long primaryLastIndex) {
    if (state == State.SNAPSHOT) {
      become(State.PROBE, Math.max(match, Math.min(index, primaryLastIndex)) + 1);
    }
  }

  /// Nothing arrives there until a new link, or a heartbeat, says otherwise.
  void onLinkDown() {
    dead = true;
    if (state != State.SNAPSHOT) {
      become(State.PROBE, state == State.PROBE ? next : match + 1);
      paused = true;
    }
  }

  void needsSnapshot() {
    become(State.SNAPSHOT, next);
  }

  /// The member is of a lower timeline.
  void strays() {
    if (!strayed) {
      become(State.SNAPSHOT, next);
      strayed = true;
    }
  }

  boolean strayed() {
    return strayed;
  }

  long appliedIndex() {
    return appliedIndex;
  }

  void onApplied(long index) {
    appliedIndex = Math.max(appliedIndex, index);
  }

  private void become(State newState, long newNext) {
    state = newState;
    next = newNext;
    keptUp = false;
    paused = false;
    inFlight.clear();
    bytesInFlight = 0;
    markRound = NOTHING;
    reportedIndex = NOTHING;
    strayed = false;
  }

  void checkInvariants(ServerId peer, long lastIndex) {
    Check.that(
        match < next && next <= lastIndex + 1 && bytesInFlight >= 0,
        "member %s: match %d, next %d, last index %d, %d bytes in flight",
        peer,
        match,
        next,
        lastIndex,
        bytesInFlight);
  }

  @Override
  public String toString() {
    return state + (paused ? " paused" : "") + " match=" + match + " next=" + next;
  }
}

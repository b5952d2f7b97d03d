package holdfast.replication;

import holdfast.check.Check;
import holdfast.replication.RoleState.Backup;
import holdfast.replication.RoleState.Candidate;
import holdfast.replication.RoleState.PreCandidate;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// One server's part in the replication: events in, effects out. It has no clock, no disk, no
/// network and no randomness of its own, so that the same events give the same effects anywhere.
///
/// The effects of one step are carried out before those of the next; the next step may be taken
/// earlier, but nothing in its `sendAfterSync` may leave, and nothing of its commit index be
/// applied, before the sync of the one before. After a sync the server hands in `Event.Synced`.
public final class Replica {
  private final ServerId self;
  private final ReplicaSettings settings;
  private final MembershipReader memberships;
  private final byte[] noop;
  private final ReplicatedLog log;
  private final ElectionTimer timer;
  private final Outbox outbox = new Outbox();

  /// Peers whose process is known to have died and has not been heard since.
  private final TreeSet<ServerId> dead = new TreeSet<>();

  private HardState hardState;

  /// The hard state as last handed out to be saved.
  private HardState savedHardState;

  private RoleState state;
  private long lastCommitIndex;

  /// A server that starts: a backup that knows no primary, whatever it was before. For
  /// `electionTicksMin` it takes one to be alive, since it may have promised so before it stopped.
  ///
  /// @param noop the command that opens a term
  public Replica(
      ServerId self,
      ReplicaSettings settings,
      StoredLog stored,
      LogReader reader,
      MembershipReader memberships,
      byte[] noop,
      RandomGenerator random) {
    this.self = self;
    this.settings = settings;
    this.memberships = memberships;
    this.noop = noop;
    this.log = new ReplicatedLog(stored, reader, memberships, settings.cacheBytesMax());
    this.timer = new ElectionTimer(settings, random);
    this.hardState = stored.hardState();
    this.savedHardState = stored.hardState();
    this.state = new Backup(Optional.empty(), settings.electionTicksMin());
    this.lastCommitIndex = log.commitIndex();
    checkInvariants();
  }

  /// Advances the replica by one event.
  public Effects step(Event event) {
    return step(List.of(event));
  }

  /// Advances the replica by several events at once: one sync, and one REPLICATE per backup for all
  /// their proposals. Ticks come first, so that a primary that was paused finds out before it does
  /// anything else.
  public Effects step(List<Event> events) {
    for (Event event : events) {
      if (event instanceof Event.Tick(int elapsed)) {
        onTick(elapsed);
      }
    }
    for (Event event : events) {
      onEvent(event);
    }
    if (state instanceof Primary primary) {
      primary.finishStep();
    }
    checkInvariants();
    return drainEffects();
  }

  private void onEvent(Event event) {
    switch (event) {
      case Event.Tick tick -> {} // taken first
      case Event.Received(var from, var message) -> onMessage(from, message);
      case Event.Proposed(var proposals) -> onProposed(proposals);
      case Event.Founded(var command) -> {
        if (state instanceof Primary primary) {
          primary.onFounded(memberships, command);
        }
      }
      case Event.ReadRequested(var readId) -> {
        if (state instanceof Primary primary) {
          primary.onReadRequested(readId);
        } else {
          outbox.answer(new Answer.ReadRefused(readId));
        }
      }
      case Event.TakeOverRequested(var target) -> {
        if (state instanceof Primary primary) {
          primary.onTakeOverRequested(target);
        }
      }
      case Event.Synced(var last) -> log.synced(last);
      case Event.Applied(var index) -> log.applied(index);
      case Event.PeerDied(var peer) -> onPeerDied(peer);
      case Event.PeerAlive(var peer) -> onPeerAlive(peer);
    }
  }

  private void onMessage(ServerId from, PeerMessage message) {
    switch (message) {
      case PeerMessage.RequestVote request -> onRequestVote(from, request);
      case PeerMessage.Replicate replicate -> onReplicate(from, replicate);
      case PeerMessage.Heartbeat heartbeat -> onHeartbeat(from, heartbeat);
      case PeerMessage.TakeOver takeOver -> onTakeOver(from, takeOver);
      case PeerMessage.VoteResponse response -> onVoteResponse(from, response);
      case PeerMessage.ReplicateAck ack -> {
        if (answersPrimary(from, ack) && state instanceof Primary primary) {
          primary.onReplicateAck(from, ack);
        }
      }
      case PeerMessage.ReplicateConflict refusal -> {
        if (answersPrimary(from, refusal) && state instanceof Primary primary) {
          primary.onReplicateConflict(from, refusal);
        }
      }
      case PeerMessage.HeartbeatAck ack -> {
        if (answersPrimary(from, ack) && state instanceof Primary primary) {
          primary.onHeartbeatAck(from, ack);
        }
      }
    }
  }

  private void onProposed(List<Event.Proposal> proposals) {
    if (state instanceof Primary primary) {
      primary.onProposed(proposals);
      return;
    }
    for (Event.Proposal proposal : proposals) {
      outbox.answer(new Answer.Refused(proposal.proposalId(), Answer.Reason.NOT_PRIMARY));
    }
  }

  // ---- time and links

  private void onTick(int elapsed) {
    Check.that(elapsed >= 1, "a tick of %d", elapsed);
    if (state instanceof Primary primary) {
      timer.advance(elapsed);
      if (primary.hearsQuorum(timer.now())) {
        primary.onTick(timer.now());
      } else {
        becomeBackup(hardState.term(), Backup.WITHOUT_PRIMARY);
      }
      return;
    }
    timer.advance(1);
    if (isOnlyVoter() && !(state instanceof Candidate)) {
      becomeCandidate(false);
    } else if (timer.expired()) {
      onElectionTimeout();
    }
  }

  private boolean isOnlyVoter() {
    return Quorum.reached(membership(), self::equals);
  }

  /// A server that does not count as a voter in its own view waits on: it could not win.
  private void onElectionTimeout() {
    if (membership().counts(self)) {
      becomePreCandidate();
    } else {
      becomeBackup(hardState.term(), Backup.WITHOUT_PRIMARY);
      timer.restart();
    }
  }

  /// A primary whose process died will not be heard again: no need to wait for its silence.
  private void onPeerDied(ServerId peer) {
    dead.add(peer);
    switch (state) {
      case Backup backup -> {
        if (backup.primary().equals(Optional.of(peer))) {
          timer.restartSoon();
        }
      }
      case PreCandidate asking -> {
        if (asking.before().primary().equals(Optional.of(peer))) {
          timer.restartSoon();
        }
        countVotes();
      }
      case Candidate asking -> countVotes();
      case Primary primary -> primary.onPeerDied(peer);
    }
  }

  private void onPeerAlive(ServerId peer) {
    boolean wasDead = dead.remove(peer);
    switch (state) {
      case Backup backup -> {
        if (wasDead && backup.primary().equals(Optional.of(peer))) {
          timer.restart();
        }
      }
      case PreCandidate asking -> {
        if (wasDead && asking.before().primary().equals(Optional.of(peer))) {
          becomeBackup(hardState.term(), asking.before());
        }
      }
      case Candidate asking -> {}
      case Primary primary -> primary.onPeerAlive(peer);
    }
  }

  // ---- elections: the voter

  private void onRequestVote(ServerId from, PeerMessage.RequestVote request) {
    dead.remove(from);
    Optional<Denial> denial = voteRules().denialOf(from, request);
    boolean granted = denial.isEmpty();
    if (request.preVote()) {
      long term = granted ? request.term() : hardState.term();
      outbox.sendAfterSync(from, new PeerMessage.VoteResponse(term, true, denial));
      return;
    }
    // A term is not taken over from a candidate that would unseat a primary which lives.
    if (request.term() > hardState.term() && !denial.equals(Optional.of(Denial.PRIMARY_ALIVE))) {
      becomeBackup(request.term(), Backup.WITHOUT_PRIMARY);
    }
    if (granted) {
      if (!(state instanceof Backup)) {
        becomeBackup(hardState.term(), Backup.WITHOUT_PRIMARY);
      }
      hardState = new HardState(hardState.term(), Optional.of(from));
      timer.restart();
    }
    outbox.sendAfterSync(from, new PeerMessage.VoteResponse(hardState.term(), false, denial));
  }

  private VoteRules voteRules() {
    return switch (state) {
      case Backup backup -> {
        boolean alive = timer.now() < backup.heardUntil();
        Optional<ServerId> heard = backup.primary().filter(id -> alive && !dead.contains(id));
        yield new VoteRules(hardState, log.last(), heard, alive && backup.primary().isEmpty());
      }
      case PreCandidate asking -> new VoteRules(hardState, log.last(), Optional.empty(), false);
      case Candidate asking -> new VoteRules(hardState, log.last(), Optional.empty(), false);
      case Primary primary -> new VoteRules(hardState, log.last(), Optional.of(self), false);
    };
  }

  // ---- elections: the candidate

  private void onVoteResponse(ServerId from, PeerMessage.VoteResponse response) {
    if (membership().member(from).isEmpty()) {
      return;
    }
    dead.remove(from);
    if (!response.granted() && response.term() > hardState.term()) {
      learnTerm(response.term());
      return;
    }
    switch (state) {
      case PreCandidate(var votes, var before) -> {
        if (response.preVote()) {
          record(votes, from, response, hardState.term() + 1);
        }
      }
      case Candidate(var votes) -> {
        if (!response.preVote()) {
          record(votes, from, response, hardState.term());
        }
      }
      case Backup backup -> {} // late
      case Primary primary -> {} // late
    }
  }

  private void record(
      Votes votes, ServerId from, PeerMessage.VoteResponse response, long termAskedFor) {
    if (response.denial().isPresent()) {
      // STALE_TERM without a higher term refuses a request of an earlier term.
      if (response.denial().get() != Denial.STALE_TERM) {
        votes.denied(from, response.denial().get());
      }
    } else if (response.term() == termAskedFor) {
      votes.granted(from);
    }
    countVotes();
  }

  private void countVotes() {
    switch (state) {
      case PreCandidate(var votes, var before) -> {
        switch (votes.outcome(membership(), dead)) {
          case WON -> becomeCandidate(false);
          case LOST -> {
            boolean soon = isDead(before.primary()) && !votes.refusedForTheLog();
            stopAsking(before, soon);
          }
          case OPEN -> {}
        }
      }
      case Candidate(var votes) -> {
        switch (votes.outcome(membership(), dead)) {
          case WON -> becomePrimary();
          // As a rule the votes were split. Whoever has one to give has lost its primary.
          case LOST -> stopAsking(Backup.WITHOUT_PRIMARY, !votes.refusedForTheLog());
          case OPEN -> {}
        }
      }
      case Backup backup -> {}
      case Primary primary -> {}
    }
  }

  private void stopAsking(Backup backup, boolean againSoon) {
    becomeBackup(hardState.term(), backup);
    if (againSoon) {
      timer.restartSoon();
    }
  }

  private boolean isDead(Optional<ServerId> primary) {
    return primary.isPresent() && dead.contains(primary.get());
  }

  /// Takes over the higher term of a server that answered, unless this one follows a primary that
  /// lives. Whoever asked can be elected in the next term; so can a primary that has to step down
  /// for it, at the cost of one election (DESIGN rule 10.10).
  private void learnTerm(long term) {
    if (voteRules().heardPrimary().filter(id -> !id.equals(self)).isEmpty()) {
      becomeBackup(term, Backup.WITHOUT_PRIMARY);
      timer.restartSoon();
    }
  }

  private void onTakeOver(ServerId from, PeerMessage.TakeOver takeOver) {
    dead.remove(from);
    if (takeOver.term() == hardState.term()
        && primary().equals(Optional.of(from))
        && !from.equals(self)
        && membership().counts(self)) {
      becomeCandidate(true);
    }
  }

  // ---- the backup

  private void onHeartbeat(ServerId from, PeerMessage.Heartbeat heartbeat) {
    boolean follows = follows(from, heartbeat.term());
    if (follows) {
      Check.that(
          heartbeat.commitIndex() <= log.last().index(),
          "primary %s counts on entries up to %d, this log ends at %s",
          from,
          heartbeat.commitIndex(),
          log.last());
      log.commit(Math.max(log.commitIndex(), heartbeat.commitIndex()));
    }
    // The term of the answer is the later one, and by then `from` may be its primary and have begun
    // a round of that number: an answer to an old round must not be taken for one to the new.
    long round = follows ? heartbeat.round() : PeerMessage.HeartbeatAck.NO_ROUND;
    outbox.sendAfterSync(
        from,
        new PeerMessage.HeartbeatAck(
            hardState.term(), round, log.syncedIndex(), log.appliedIndex()));
  }

  private void onReplicate(ServerId from, PeerMessage.Replicate replicate) {
    LogPosition prev = replicate.prev();
    if (!follows(from, replicate.term())) {
      outbox.sendAfterSync(
          from, new PeerMessage.ReplicateConflict(hardState.term(), 0, LogPosition.NONE));
    } else if (!log.matches(prev)) {
      outbox.sendAfterSync(
          from,
          new PeerMessage.ReplicateConflict(
              hardState.term(), prev.index(), log.conflictAt(prev.index())));
    } else {
      log.merge(replicate.entries());
      // Not the own last index: what stands beyond may differ from the primary's.
      long match = prev.index() + replicate.entries().size();
      log.commit(Math.max(log.commitIndex(), Math.min(replicate.commitIndex(), match)));
      outbox.sendAfterSync(
          from, new PeerMessage.ReplicateAck(hardState.term(), log.acknowledgeable(match)));
    }
  }

  /// Follows the primary of `term`; false if the term is over. A server takes entries also from a
  /// primary that its own membership, which may lag, does not know (thesis §4.1).
  private boolean follows(ServerId from, long term) {
    dead.remove(from);
    if (term < hardState.term()) {
      return false;
    }
    boolean another =
        term == hardState.term() && primary().map(known -> !known.equals(from)).orElse(false);
    Check.that(!another, "two primaries in term %d: %s and %s", term, primary(), from);
    becomeBackup(term, new Backup(Optional.of(from), timer.now() + settings.electionTicksMin()));
    timer.restart();
    timer.onPrimary();
    return true;
  }

  // ---- the primary

  /// Whether an answer is for this server's present term; a higher one makes it step down.
  private boolean answersPrimary(ServerId from, PeerMessage answer) {
    if (membership().member(from).isEmpty()) {
      return false;
    }
    dead.remove(from);
    if (answer.term() > hardState.term()) {
      learnTerm(answer.term());
    }
    return answer.term() == hardState.term();
  }

  // ---- changes of role

  private void becomeBackup(long term, Backup backup) {
    enterTerm(term);
    switch (state) {
      case Backup already -> {}
      case PreCandidate asking -> timer.restart();
      case Candidate asking -> timer.restart();
      case Primary primary -> {
        primary.refuseReads();
        timer.restart();
      }
    }
    state = backup;
  }

  private void becomePreCandidate() {
    Backup before =
        switch (state) {
          case Backup backup -> backup;
          case PreCandidate again -> again.before();
          case Candidate lost -> Backup.WITHOUT_PRIMARY;
          case Primary primary -> throw new IllegalStateException("a primary asks for votes");
        };
    timer.onAttempt();
    timer.restart();
    if (isDead(before.primary())) {
      timer.restartSoon();
    }
    Votes votes = new Votes();
    votes.granted(self);
    state = new PreCandidate(votes, before);
    askForVotes(hardState.term() + 1, true, false);
  }

  private void becomeCandidate(boolean takeOver) {
    hardState = new HardState(hardState.term() + 1, Optional.of(self));
    timer.restart();
    Votes votes = new Votes();
    votes.granted(self);
    state = new Candidate(votes);
    askForVotes(hardState.term(), false, takeOver);
  }

  private void askForVotes(long term, boolean preVote, boolean takeOver) {
    for (ServerId voter : membership().voters()) {
      if (!voter.equals(self)) {
        outbox.sendAfterSync(
            voter, new PeerMessage.RequestVote(term, preVote, takeOver, log.last()));
      }
    }
    countVotes();
  }

  private void becomePrimary() {
    timer.onPrimary();
    Primary primary = new Primary(self, hardState.term(), settings, log, outbox, timer.now());
    state = primary;
    if (!primary.foundingWanted()) {
      primary.append(noop);
    }
  }

  private void enterTerm(long term) {
    Check.that(term >= hardState.term(), "term %d after %d", term, hardState.term());
    if (term > hardState.term()) {
      hardState = new HardState(term, Optional.empty());
    }
  }

  // ---- the end of a step

  private Effects drainEffects() {
    Optional<HardState> changed =
        hardState.equals(savedHardState) ? Optional.empty() : Optional.of(hardState);
    savedHardState = hardState;
    boolean foundingWanted = state instanceof Primary primary && primary.foundingWanted();
    return outbox.drain(changed, log.takeUnsaved(), log.commitIndex(), foundingWanted);
  }

  private void checkInvariants() {
    Check.that(
        hardState.term() >= savedHardState.term()
            && hardState.term() >= log.last().term()
            && (hardState.term() > savedHardState.term()
                || savedHardState.vote().isEmpty()
                || hardState.vote().equals(savedHardState.vote())),
        "hard state %s after %s, log ends at %s",
        hardState,
        savedHardState,
        log.last());
    Check.that(
        log.commitIndex() >= lastCommitIndex,
        "commit index %d after %d",
        log.commitIndex(),
        lastCommitIndex);
    lastCommitIndex = log.commitIndex();
    log.checkInvariants();
    if (state instanceof Primary primary) {
      primary.checkInvariants();
    }
  }

  // ---- what the server may ask

  public Role role() {
    return switch (state) {
      case Backup backup -> Role.BACKUP;
      case PreCandidate asking -> Role.CANDIDATE;
      case Candidate asking -> Role.CANDIDATE;
      case Primary primary -> Role.PRIMARY;
    };
  }

  public long term() {
    return hardState.term();
  }

  /// The primary of this term, as far as known, unless its process is known to have died.
  public Optional<ServerId> primary() {
    return switch (state) {
      case Backup backup -> backup.primary().filter(id -> !dead.contains(id));
      case PreCandidate asking -> Optional.empty();
      case Candidate asking -> Optional.empty();
      case Primary primary -> Optional.of(self);
    };
  }

  /// Everything up to here is final.
  public long commitIndex() {
    return log.commitIndex();
  }

  public LogPosition last() {
    return log.last();
  }

  /// The position before the first entry still kept.
  public LogPosition compacted() {
    return log.compacted();
  }

  /// The membership in force: the latest in the log, or the configured one.
  public Membership membership() {
    return log.memberships().latest();
  }

  /// The latest membership that can no longer be rolled back.
  public Membership committedMembership() {
    return log.memberships().committed(log.commitIndex());
  }

  /// Whether this server is primary and has committed an entry of its term: only then does it know
  /// all that is committed.
  public boolean committedInOwnTerm() {
    return state instanceof Primary primary && primary.committedInOwnTerm();
  }

  /// Whether this server is a primary that takes no proposals, since another is to take over.
  public boolean handingOver() {
    return state instanceof Primary primary && primary.handingOver();
  }

  /// Empty: compacted, or beyond the end.
  public Optional<Long> termAt(long index) {
    return log.termAt(index);
  }

  /// Entries from `fromIndex` (which the log must have) on: at least one, at most `entriesMax`, and
  /// no more than fit in `bytesMax` bytes of commands, but always the first.
  public List<LogEntry> entries(long fromIndex, int entriesMax, long bytesMax) {
    return log.entries(fromIndex, entriesMax, bytesMax);
  }

  /// Up to where `peer`'s log is known to equal this primary's and to be on disk there; 0 on any
  /// server that is not primary.
  public long matchIndex(ServerId peer) {
    return state instanceof Primary primary ? primary.matchIndex(peer) : 0;
  }

  /// Whether `peer` acknowledged to this primary a heartbeat sent within `electionTicksMax`. The
  /// primary itself is up; a server that is not primary knows of nobody.
  public boolean isUp(ServerId peer) {
    return state instanceof Primary primary && primary.isUp(peer);
  }

  /// The members that need entries which this primary's log no longer has.
  public List<ServerId> lacking() {
    return state instanceof Primary primary ? primary.lacking() : List.of();
  }

  /// Takes note that the log rows up to `upTo` are gone: all of them applied, none of them needed
  /// by a member.
  public void compacted(LogPosition upTo) {
    log.compacted(upTo);
  }
}

package holdfast.replication;

import holdfast.check.Check;
import holdfast.replication.RoleState.Backup;
import holdfast.replication.RoleState.Candidate;
import holdfast.replication.RoleState.PreCandidate;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Who is primary: this server's hard state and role, the votes that it gives and asks for, and
/// everything that changes its role (thesis §3.4, §4.2.3, §6.2, §9.6).
final class Elections {
  /// So many head starts are left at most: a new primary is wanted soon, rather than the best one.
  private static final int HEAD_STARTS_MAX = 3;

  private final ServerId self;
  private final ReplicaSettings settings;
  private final byte[] noop;
  private final ReplicatedLog log;
  private final Outbox outbox;
  private final ElectionTimer timer;
  private final TimelineGate gate;

  /// Peers whose process is known to have died: no answer is to be expected of it, and if it was
  /// primary it is none any more.
  private final TreeSet<ServerId> dead = new TreeSet<>();

  /// Whose heartbeats were heard last, if nobody was primary since. In an election it is the one
  /// that fell silent, as a rule.
  private Optional<ServerId> followed = Optional.empty();

  private HardState hardState;

  /// The hard state as last handed out to be saved.
  private HardState savedHardState;

  private RoleState state;

  private Preference preference = Preference.NONE;

  /// A server that starts: a backup that knows no primary, whatever it was before. For
  /// `electionTicksMin` it takes one to be alive, since it may have promised so before it stopped.
  Elections(
      ServerId self,
      ReplicaSettings settings,
      HardState hardState,
      byte[] noop,
      ReplicatedLog log,
      Outbox outbox,
      ElectionTimer timer,
      TimelineGate gate) {
    this.self = self;
    this.settings = settings;
    this.noop = noop;
    this.log = log;
    this.outbox = outbox;
    this.timer = timer;
    this.gate = gate;
    this.hardState = hardState;
    this.savedHardState = hardState;
    this.state = new Backup(Optional.empty(), settings.electionTicksMin());
  }

  /// From now on this server stands for election a little after those that are preferred to it.
  void prefer(Preference wanted) {
    preference = wanted;
    timer.leaveHeadStart(this::headStart);
  }

  /// More ticks than the spread of those who know that the primary died, for each preferred voter
  /// that may be alive.
  private int headStart() {
    int preferred = 0;
    for (ServerId voter : membership().voters()) {
      if (preference.prefers(voter, self) && !dead.contains(voter)) {
        preferred++;
      }
    }
    return Math.min(preferred, HEAD_STARTS_MAX) * (settings.diedTicksMax() + 1);
  }

  RoleState state() {
    return state;
  }

  long term() {
    return hardState.term();
  }

  /// The primary of this term, as far as known, unless its process is known to have died.
  Optional<ServerId> primary() {
    if (gate.superior().isPresent()) {
      return Optional.empty();
    }
    return switch (state) {
      case Backup backup -> backup.primary().filter(id -> !dead.contains(id));
      case PreCandidate asking -> Optional.empty();
      case Candidate asking -> Optional.empty();
      case Primary primary -> Optional.of(self);
    };
  }

  private Membership membership() {
    return log.memberships().latest();
  }

  // ---- time and links

  /// Time passed. A primary that hears no quorum holds its office no longer, and soon asks to be
  /// elected again: if all servers stood still together, the others still follow it and would wait
  /// for its silence first. Where there is a successor, it is heard before, or the others refuse.
  void onTick(int elapsed) {
    Check.that(elapsed >= 1, "a tick of %d", elapsed);
    gate.onTick();
    if (gate.superior().isPresent()) {
      timer.advance(1);
      timer.restart(); // once nothing is heard of that primary any more, this server waits anew
      return;
    }
    if (state instanceof Primary primary) {
      timer.advance(elapsed);
      if (primary.hearsQuorum(timer.now()) && !primary.hasLeft()) {
        primary.onTick(timer.now());
      } else {
        standSoon(hardState.term());
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

  /// A server that does not count as a voter waits on: it could not win. One that the latest list
  /// leaves out stands as long as it does not know that to be committed: it may be the only one
  /// whose log has that list (thesis §4.2.2).
  private void onElectionTimeout() {
    if (membership().counts(self) || log.memberships().views().before().counts(self)) {
      becomePreCandidate();
    } else {
      becomeBackup(hardState.term(), Backup.WITHOUT_PRIMARY);
      timer.restart();
    }
  }

  /// A primary whose process died will not be heard again: no need to wait for its silence.
  void onPeerDied(ServerId peer) {
    dead.add(peer);
    switch (state) {
      case Backup backup -> {
        if (backup.primary().equals(Optional.of(peer))) {
          timer.restartSoonAfter(0);
        }
      }
      case PreCandidate asking -> {
        if (asking.before().primary().equals(Optional.of(peer))) {
          timer.restartSoonAfter(0);
        }
        countVotes();
      }
      case Candidate asking -> countVotes();
      case Primary primary -> primary.onPeerDied(peer);
    }
  }

  void onPeerAlive(ServerId peer) {
    gate.onHeard(peer);
    boolean wasDead = dead.remove(peer);
    switch (state) {
      case Backup backup -> {
        if (wasDead && backup.primary().equals(Optional.of(peer))) {
          trustAgain(backup);
        }
      }
      case PreCandidate asking -> {
        if (wasDead && asking.before().primary().equals(Optional.of(peer))) {
          trustAgain(asking.before());
        }
      }
      case Candidate asking -> {}
      case Primary primary -> primary.onPeerAlive(peer);
    }
  }

  /// There is a link to the primary again. Should its process be a new one after all, then it is
  /// primary no more: it has two heartbeat intervals to show that it is.
  private void trustAgain(Backup backup) {
    int ticks = 2 * settings.heartbeatTicks();
    long heardUntil = Math.min(backup.heardUntil(), timer.now() + ticks);
    becomeBackup(hardState.term(), new Backup(backup.primary(), heardUntil));
    timer.restartSoonAfter(ticks);
  }

  // ---- elections: the voter

  void onRequestVote(ServerId from, PeerMessage.RequestVote request) {
    Optional<Denial> denial = voteRules().denialOf(from, request);
    boolean granted = denial.isEmpty();
    if (request.preVote()) {
      long term = granted ? request.term() : hardState.term();
      outbox.sendAfterSync(from, new PeerMessage.VoteResponse(term, true, denial));
      standSoonInPlaceOf(denial);
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

  /// Refused for a log that ends before this server's, that candidate has to wait for this one to
  /// stand, if nobody can win without it while the primary is silent. Then there is nothing that
  /// this server could wait for.
  private void standSoonInPlaceOf(Optional<Denial> denial) {
    if (denial.equals(Optional.of(Denial.LOG_BEHIND)) && state instanceof Backup) {
      Set<ServerId> notWith = silent();
      notWith.add(self);
      if (!Quorum.reached(membership(), voter -> !notWith.contains(voter))) {
        timer.hasten();
      }
    }
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

  void onVoteResponse(ServerId from, PeerMessage.VoteResponse response) {
    if (membership().member(from).isEmpty()) {
      return;
    }
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
          case LOST -> stopAskingInAdvance(votes, before);
          case OPEN -> {}
        }
      }
      case Candidate(var votes) -> {
        switch (votes.outcome(membership(), dead)) {
          case WON -> becomePrimary();
          // As a rule the votes were split. Whoever has one to give has lost its primary.
          case LOST -> stopAsking(Backup.WITHOUT_PRIMARY, !votes.refusedForTheLog());
          case OPEN -> standAgainSoonIfSplit(votes);
        }
      }
      case Backup backup -> {}
      case Primary primary -> {}
    }
  }

  /// Only a voter that knows of a primary is a reason to go on following the one from before. If
  /// instead too many are dead, that one has lost its majority too, and its clients are to be told.
  private void stopAskingInAdvance(Votes votes, Backup before) {
    boolean lives = votes.refusedFor(Denial.PRIMARY_ALIVE);
    boolean soon = (!lives || isDead(before.primary())) && !votes.refusedForTheLog();
    stopAsking(lives ? before : Backup.WITHOUT_PRIMARY, soon);
  }

  private void stopAsking(Backup backup, boolean againSoon) {
    becomeBackup(hardState.term(), backup);
    if (againSoon) {
      timer.restartSoonAfter(0);
    }
  }

  /// Where others had votes and only the silent primary's could still decide, that is not worth an
  /// election time-out; if it comes after all, it counts.
  private void standAgainSoonIfSplit(Votes votes) {
    if (votes.refusedFor(Denial.ALREADY_VOTED)
        && !votes.refusedForTheLog()
        && votes.outcome(membership(), silent()) == Votes.Outcome.LOST) {
      timer.restartSoonAfter(0);
    }
  }

  /// Of whom no vote is to be expected: the dead, and the primary that fell silent.
  private Set<ServerId> silent() {
    Set<ServerId> silent = new TreeSet<>(dead);
    followed.ifPresent(silent::add);
    return silent;
  }

  private boolean isDead(Optional<ServerId> primary) {
    return primary.isPresent() && dead.contains(primary.get());
  }

  /// Takes over the higher term of a server that answered, unless this one follows a primary that
  /// lives. Whoever asked can be elected in the next term; so can a primary that has to step down
  /// for it, at the cost of one election (DESIGN rule 10.10).
  void learnTerm(long term) {
    if (voteRules().heardPrimary().filter(id -> !id.equals(self)).isEmpty()) {
      standSoon(term);
    }
  }

  /// Knows no primary in `term`, and nobody whose silence is worth waiting for.
  private void standSoon(long term) {
    becomeBackup(term, Backup.WITHOUT_PRIMARY);
    timer.restartSoonAfter(0);
  }

  void onTakeOver(ServerId from, PeerMessage.TakeOver takeOver) {
    if (takeOver.term() == hardState.term()
        && primary().equals(Optional.of(from))
        && !from.equals(self)
        && membership().counts(self)) {
      becomeCandidate(true);
    }
  }

  // ---- following a primary

  /// Follows the primary of `term`; false if the term is over. A server takes entries also from a
  /// primary that its own membership, which may lag, does not know (thesis §4.1).
  boolean follows(ServerId from, long term) {
    if (term < hardState.term()) {
      return false;
    }
    dead.remove(from);
    boolean another =
        term == hardState.term() && primary().map(known -> !known.equals(from)).orElse(false);
    Check.that(!another, "two primaries in term %d: %s and %s", term, primary(), from);
    becomeBackup(term, new Backup(Optional.of(from), timer.now() + settings.electionTicksMin()));
    timer.restart();
    timer.onPrimary();
    followed = Optional.of(from);
    return true;
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
      timer.restartSoonAfter(0);
    }
    Votes votes = new Votes();
    votes.granted(self);
    state = new PreCandidate(votes, before);
    askForVotes(Timeline.termAfter(hardState.term()), true, false);
  }

  private void becomeCandidate(boolean takeOver) {
    hardState = new HardState(Timeline.termAfter(hardState.term()), Optional.of(self));
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
    followed = Optional.empty();
    Primary primary = new Primary(self, hardState.term(), settings, log, outbox, timer.now());
    state = primary;
    if (!primary.foundingWanted()) {
      primary.append(noop);
    }
  }

  // ---- timelines

  /// A primary of a higher timeline lives: this server holds no office any more, and stands for
  /// none. Its term stays, since it is of another timeline.
  void yieldToSuperior() {
    if (!(state instanceof Backup)) {
      becomeBackup(hardState.term(), Backup.WITHOUT_PRIMARY);
    }
  }

  Optional<Membership> foundable(boolean forced) {
    return foundingRules(gate::isSilent)
        .flatMap(rules -> forced ? rules.foundableByForce() : rules.foundable());
  }

  /// Whether nothing but the other voter's silence is missing for a founding that loses nothing.
  boolean foundableOnceSilent() {
    return foundingRules(voter -> true).flatMap(FoundingRules::foundable).isPresent();
  }

  private Optional<FoundingRules> foundingRules(Predicate<ServerId> silent) {
    boolean served = gate.superior().isPresent() || primary().isPresent();
    return settings.survivorTicks() == 0 || served
        ? Optional.empty()
        : Optional.of(
            new FoundingRules(
                self, Timeline.of(hardState.term()), membership(), log.appliedIndex(), silent));
  }

  /// Founds a timeline, unless it may not any more (SURVIVOR.md rule 4): term, vote and entry go to
  /// disk together, and nothing leaves before that. What stands behind the applied index stays, and
  /// is committed with the entry.
  void onTimelineFounded(MembershipReader memberships, Event.TimelineFounded founded) {
    int highest = Math.max(Timeline.of(hardState.term()).number(), gate.highestNumber());
    long term = new Timeline(highest + 1, self.value()).firstTerm();
    LogEntry entry = new LogEntry(log.last().index() + 1, term, founded.command());
    Optional<Membership> stated = memberships.membershipOf(entry);
    Optional<Membership> wanted = foundable(founded.forced());
    if (stated.isPresent() && wanted.map(stated.get()::statesSame).orElse(false)) {
      hardState = new HardState(term, Optional.of(self));
      timer.onPrimary();
      followed = Optional.empty();
      Primary primary = new Primary(self, term, settings, log, outbox, timer.now());
      state = primary;
      primary.append(founded.command());
    }
  }

  Optional<Membership> ownChange() {
    return state instanceof Primary primary ? primary.ownChange(dead::contains) : Optional.empty();
  }

  private void enterTerm(long term) {
    Check.that(term >= hardState.term(), "term %d after %d", term, hardState.term());
    if (term > hardState.term()) {
      hardState = new HardState(term, Optional.empty());
    }
  }

  // ---- the end of a step

  /// The hard state if it is to be saved, once.
  Optional<HardState> takeUnsaved() {
    Optional<HardState> changed =
        hardState.equals(savedHardState) ? Optional.empty() : Optional.of(hardState);
    savedHardState = hardState;
    return changed;
  }

  /// The term never falls, and within a term a vote once given stays.
  void checkInvariants() {
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
    if (state instanceof Primary primary) {
      primary.checkInvariants();
    }
  }
}

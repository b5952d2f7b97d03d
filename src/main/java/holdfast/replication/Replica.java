package holdfast.replication;

import holdfast.check.Check;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One server's part in the replication: events in, effects out. It has no clock, no disk, no
/// network and no randomness of its own, so that the same events give the same effects anywhere.
///
/// The effects of one step are carried out before those of the next; the next step may be taken
/// earlier, but nothing in its `sendAfterSync` may leave, and nothing of its commit index be
/// applied, before the sync of the one before. After a sync the server hands in `Event.Synced`.
public final class Replica {
  private final MembershipReader memberships;
  private final ReplicatedLog log;
  private final Elections elections;
  private final Outbox outbox = new Outbox();
  private final TimelineGate gate;
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
    this.memberships = memberships;
    this.log = new ReplicatedLog(stored, reader, memberships, settings.cacheBytesMax());
    this.gate = new TimelineGate(settings);
    this.elections =
        new Elections(
            self,
            settings,
            stored.hardState(),
            noop,
            log,
            outbox,
            new ElectionTimer(settings, random),
            gate);
    this.lastCommitIndex = log.commitIndex();
    checkInvariants();
  }

  /// Whom the operator would rather see as primary; to be said before the first step, and the same
  /// on every server.
  public void prefer(Preference preference) {
    elections.prefer(preference);
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
        elections.onTick(elapsed);
      }
    }
    for (Event event : events) {
      onEvent(event);
    }
    if (elections.state() instanceof Primary primary) {
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
        if (elections.state() instanceof Primary primary) {
          primary.onFounded(memberships, command);
        }
      }
      case Event.ChangeProposed(var command) -> {
        if (elections.state() instanceof Primary primary) {
          primary.onChangeProposed(memberships, command);
        }
      }
      case Event.TimelineFounded founded -> elections.onTimelineFounded(memberships, founded);
      case Event.ReadRequested(var readId) -> {
        if (elections.state() instanceof Primary primary) {
          primary.onReadRequested(readId);
        } else {
          outbox.answer(new Answer.ReadRefused(readId));
        }
      }
      case Event.TakeOverRequested(var target) -> {
        if (elections.state() instanceof Primary primary) {
          primary.onTakeOverRequested(target);
        }
      }
      case Event.SendHeld held -> {
        if (elections.state() instanceof Primary primary) {
          primary.onSendHeld();
        }
      }
      case Event.Asked(var peer) -> {
        if (elections.state() instanceof Primary primary) {
          primary.onAsked(peer);
        }
      }
      case Event.Synced(var last) -> log.synced(last);
      case Event.Applied(var index) -> log.applied(index);
      case Event.SnapshotEnded(var peer, var index) -> {
        if (elections.state() instanceof Primary primary) {
          primary.onSnapshotEnded(peer, index);
        }
      }
      case Event.PeerDied(var peer) -> elections.onPeerDied(peer);
      case Event.PeerAlive(var peer) -> elections.onPeerAlive(peer);
    }
  }

  private void onMessage(ServerId from, PeerMessage message) {
    Timeline own = Timeline.of(elections.term());
    switch (gate.passage(from, message, own, log.last().index() == 0)) {
      case IN -> onOwnTimeline(from, message);
      case IGNORED -> {
        if (message instanceof PeerMessage.TakeMeIn wish) {
          onTakeMeIn(from, wish);
        }
      }
      case SUPERSEDED -> {
        elections.yieldToSuperior();
        outbox.sendAfterSync(from, new PeerMessage.TakeMeIn(elections.term()));
      }
    }
  }

  /// Only a primary causes a server to leave its timeline, and only for a higher one.
  private void onTakeMeIn(ServerId from, PeerMessage.TakeMeIn wish) {
    boolean lower = Timeline.of(wish.term()).compareTo(Timeline.of(elections.term())) < 0;
    if (lower && elections.state() instanceof Primary primary) {
      primary.onTakeMeIn(from);
    }
  }

  private void onOwnTimeline(ServerId from, PeerMessage message) {
    switch (message) {
      case PeerMessage.RequestVote request -> elections.onRequestVote(from, request);
      case PeerMessage.Replicate replicate -> onReplicate(from, replicate);
      case PeerMessage.Heartbeat heartbeat -> onHeartbeat(from, heartbeat);
      case PeerMessage.Commit commit -> {
        if (elections.follows(from, commit.term())) {
          commit(from, commit.commitIndex());
        }
      }
      case PeerMessage.TakeOver takeOver -> elections.onTakeOver(from, takeOver);
      case PeerMessage.VoteResponse response -> elections.onVoteResponse(from, response);
      case PeerMessage.ReplicateAck ack -> {
        if (answersPrimary(from, ack) && elections.state() instanceof Primary primary) {
          primary.onReplicateAck(from, ack);
        }
      }
      case PeerMessage.ReplicateConflict refusal -> {
        if (answersPrimary(from, refusal) && elections.state() instanceof Primary primary) {
          primary.onReplicateConflict(from, refusal);
        }
      }
      case PeerMessage.HeartbeatAck ack -> {
        if (answersPrimary(from, ack) && elections.state() instanceof Primary primary) {
          primary.onHeartbeatAck(from, ack);
        }
      }
      case PeerMessage.TakeMeIn late -> {} // it is in this timeline by now
    }
  }

  private void onProposed(List<Event.Proposal> proposals) {
    if (elections.state() instanceof Primary primary) {
      primary.onProposed(proposals);
      return;
    }
    for (Event.Proposal proposal : proposals) {
      outbox.answer(new Answer.Refused(proposal.proposalId(), Answer.Reason.NOT_PRIMARY));
    }
  }

  // ---- the backup

  private void onHeartbeat(ServerId from, PeerMessage.Heartbeat heartbeat) {
    boolean follows = elections.follows(from, heartbeat.term());
    if (follows) {
      commit(from, heartbeat.commitIndex());
    }
    // The term of the answer is the later one, and by then `from` may be its primary and have begun
    // a round of that number: an answer to an old round must not be taken for one to the new.
    long round = follows ? heartbeat.round() : PeerMessage.HeartbeatAck.NO_ROUND;
    outbox.sendAfterSync(
        from,
        new PeerMessage.HeartbeatAck(
            elections.term(), round, log.syncedIndex(), log.appliedIndex()));
  }

  /// What the primary says is committed it knows to be in this log.
  private void commit(ServerId from, long index) {
    Check.that(
        index <= log.last().index(),
        "primary %s counts on entries up to %d, this log ends at %s",
        from,
        index,
        log.last());
    log.commit(Math.max(log.commitIndex(), index));
  }

  private void onReplicate(ServerId from, PeerMessage.Replicate replicate) {
    LogPosition prev = replicate.prev();
    if (!elections.follows(from, replicate.term())) {
      outbox.sendAfterSync(
          from, new PeerMessage.ReplicateConflict(elections.term(), 0, LogPosition.NONE));
    } else if (!log.matches(prev)) {
      outbox.sendAfterSync(
          from,
          new PeerMessage.ReplicateConflict(
              elections.term(), prev.index(), log.conflictAt(prev.index())));
    } else {
      log.merge(replicate.entries());
      // Not the own last index: what stands beyond may differ from the primary's.
      long match = prev.index() + replicate.entries().size();
      log.commit(Math.max(log.commitIndex(), Math.min(replicate.commitIndex(), match)));
      outbox.sendAfterSync(
          from, new PeerMessage.ReplicateAck(elections.term(), log.acknowledgeable(match)));
    }
  }

  // ---- the primary

  /// Whether an answer is for this server's present term; a higher one makes it step down.
  private boolean answersPrimary(ServerId from, PeerMessage answer) {
    if (!views().contains(from)) {
      return false;
    }
    if (answer.term() > elections.term()) {
      elections.learnTerm(answer.term());
    }
    return answer.term() == elections.term();
  }

  // ---- the end of a step

  private Effects drainEffects() {
    boolean foundingWanted =
        elections.state() instanceof Primary primary && primary.foundingWanted();
    return outbox.drain(
        elections.takeUnsaved(), log.takeUnsaved(), log.commitIndex(), foundingWanted);
  }

  private void checkInvariants() {
    elections.checkInvariants();
    Check.that(
        log.commitIndex() >= lastCommitIndex,
        "commit index %d after %d",
        log.commitIndex(),
        lastCommitIndex);
    lastCommitIndex = log.commitIndex();
    log.checkInvariants();
  }

  // ---- what the server may ask

  public Role role() {
    return switch (elections.state()) {
      case RoleState.Backup backup -> Role.BACKUP;
      case RoleState.PreCandidate asking -> Role.CANDIDATE;
      case RoleState.Candidate asking -> Role.CANDIDATE;
      case Primary primary -> Role.PRIMARY;
    };
  }

  public long term() {
    return elections.term();
  }

  /// Whether this primary has entries that it has not sent to all who could have them, since its
  /// quorum does not need these. They leave with the next tick, or with `Event.SendHeld`.
  public boolean holdsBack() {
    return elections.state() instanceof Primary primary && primary.holdsBack();
  }

  /// The primary of this term, as far as known, unless its process is known to have died.
  public Optional<ServerId> primary() {
    return elections.primary();
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
    return log.memberships().committed();
  }

  /// The latest membership that is applied. Its entry is applied in a transaction that is synced,
  /// so that nobody is told that it has left who could be needed again for the list to be
  /// committed.
  public Membership appliedMembership() {
    return log.memberships().applied();
  }

  /// The lists whose majorities a commit needs now.
  public Views views() {
    return log.memberships().views();
  }

  /// Whether a server with the data directory `key` may be heard as `from`. One that this list does
  /// not know may: the list may lag (DESIGN rule 10.8), and whose word *counts* is another matter.
  /// Not one that has left, and not one that lost its disk: it may have forgotten votes and entries
  /// (DESIGN rule 10.1).
  public boolean hears(ServerId from, String key) {
    Optional<Member> member = membership().member(from).or(() -> views().before().member(from));
    return member.isPresent()
        ? member.get().key().map(key::equals).orElse(true)
        : !committedMembership().isRetired(from);
  }

  /// What is next towards `change`, if this server is primary.
  public Optional<ChangeStep> toward(MemberChange change) {
    return elections.state() instanceof Primary primary
        ? Optional.of(primary.toward(change))
        : Optional.empty();
  }

  /// Why this primary would not state the list `wanted` next.
  public Optional<ChangeDenial> denialOf(Membership wanted) {
    return elections.state() instanceof Primary primary
        ? primary.denialOf(wanted)
        : Optional.of(ChangeDenial.NOT_READY);
  }

  /// The list that this primary should state next by itself: a voter that is silent or dead has no
  /// vote there (`ReplicaSettings.survivorTicks` only), or a learner that has been caught up for
  /// long enough has one.
  public Optional<Membership> ownChange() {
    return elections.ownChange();
  }

  /// The primary of a higher timeline that this server hears. It holds no office meanwhile, takes
  /// no proposals, and has asked to be taken in: it needs a copy of that primary's state with the
  /// log.
  public Optional<ServerId> superseded() {
    return gate.superior();
  }

  /// The list to found a timeline with (`Event.TimelineFounded`), if this server may go on alone
  /// without losing anything that was acknowledged: it is one of two voters and has heard nothing
  /// of the other for `ReplicaSettings.survivorTicks` (SURVIVOR.md rule 3).
  public Optional<Membership> foundable() {
    return elections.foundable(false);
  }

  /// Whether `foundable` waits for nothing but that silence.
  public boolean foundableOnceSilent() {
    return elections.foundableOnceSilent();
  }

  /// The list to found a timeline with at an operator's word, whatever the other members may have:
  /// empty while this server knows a primary, or is no founded cluster's member, or
  /// `ReplicaSettings.survivorTicks` is 0 (SURVIVOR.md rule 12).
  public Optional<Membership> foundableByForce() {
    return elections.foundable(true);
  }

  /// Whether this server is primary of a timeline that a server founded, and its only voter: what
  /// it acknowledges is on one disk.
  public boolean solo() {
    return role() == Role.PRIMARY
        && Timeline.of(term()).founder() != 0
        && membership().voters().size() == 1;
  }

  /// How many more voters may fail, one after the other, so that the rest goes on by itself, as
  /// this primary sees it; 0 on any other server, and while a voter that is up may not know that
  /// the list in force is committed (SURVIVOR.md, Promises).
  public int failuresTolerated() {
    return elections.state() instanceof Primary primary ? primary.failuresTolerated() : 0;
  }

  /// Whether this server is primary and has committed an entry of its term: only then does it know
  /// all that is committed.
  public boolean committedInOwnTerm() {
    return elections.state() instanceof Primary primary && primary.committedInOwnTerm();
  }

  /// Whether this server is a primary that takes no proposals, since another is to take over.
  public boolean handingOver() {
    return elections.state() instanceof Primary primary && primary.handingOver();
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
    return elections.state() instanceof Primary primary ? primary.matchIndex(peer) : 0;
  }

  /// Whether `peer` acknowledged to this primary a heartbeat sent within `electionTicksMax`. The
  /// primary itself is up; a server that is not primary knows of nobody.
  public boolean isUp(ServerId peer) {
    return elections.state() instanceof Primary primary && primary.isUp(peer);
  }

  /// The members that need entries which this primary's log no longer has, or are of a lower
  /// timeline: each must get a snapshot, after which `Event.SnapshotEnded` is due. Empty on a
  /// server that is not primary.
  public List<ServerId> lacking() {
    return elections.state() instanceof Primary primary ? primary.lacking() : List.of();
  }

  /// Whether `peer` is one of `lacking` because it is of a lower timeline: it needs a copy of the
  /// state with the log, to move here (SURVIVOR.md rule 7). Not before this primary has applied the
  /// entry that founded its own timeline.
  public boolean strayed(ServerId peer) {
    return elections.state() instanceof Primary primary && primary.strayed(peer);
  }

  /// Whether this log agrees with `position`, which some primary knew to be committed. If so, it
  /// needs no snapshot that ends there.
  public boolean matches(LogPosition position) {
    return log.matches(position);
  }

  /// Takes note that the log rows up to `upTo`, all of them applied, are gone. A member that still
  /// lacks one of them shows up in `lacking`.
  public void compacted(LogPosition upTo) {
    log.compacted(upTo);
  }
}

package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A primary's work in its term: takes commands into the log, sends it to the other members, counts
/// what they hold, confirms reads and hands over.
final class Primary implements RoleState {
  /// Batches read back from disk in one step for one lagging member, so that it holds nobody up.
  private static final int DISK_BATCHES_PER_STEP = 1;

  /// A planned hand-over (thesis §3.10).
  ///
  /// @param askedTick when TAKE_OVER was last sent, if it was
  private record HandOver(ServerId target, long sinceTick, Optional<Long> askedTick) {}

  private record Uncommitted(long lastIndex, long bytes) {}

  private final ServerId self;
  private final long term;
  private final ReplicaSettings settings;
  private final ReplicatedLog log;
  private final Outbox outbox;
  private final long startTick;
  private final TreeMap<ServerId, Progress> others = new TreeMap<>();
  private final HeartbeatRounds rounds;
  private final ReadIndexes reads = new ReadIndexes();
  private final ArrayDeque<Uncommitted> uncommitted = new ArrayDeque<>();
  private long uncommittedBytes;
  private long heartbeatTick;
  private long now;
  private Optional<HandOver> handOver = Optional.empty();

  /// Whom `others` covers.
  private Views views;

  private final Thrift thrift;

  /// Whatever is held back leaves with this step.
  private boolean heldWanted;

  private boolean holdsBack;

  /// The commit index when the last heartbeat interval began.
  private long heartbeatCommit;

  Primary(
      ServerId self,
      long term,
      ReplicaSettings settings,
      ReplicatedLog log,
      Outbox outbox,
      long startTick) {
    this.self = self;
    this.term = term;
    this.settings = settings;
    this.log = log;
    this.outbox = outbox;
    this.startTick = startTick;
    this.now = startTick;
    this.rounds = new HeartbeatRounds(settings.electionTicksMax());
    this.thrift = new Thrift(self);
    this.views = log.memberships().views();
    this.heartbeatCommit = log.commitIndex();
    followMembership();
    beginRound();
  }

  private Membership membership() {
    return log.memberships().latest();
  }

  /// Elected with nothing in the log and no membership stated: the first entry must found the
  /// cluster. The log may begin behind a state that the cluster is founded from (DESIGN, Founding
  /// from a state).
  boolean foundingWanted() {
    return !membership().founded() && log.last().equals(log.compacted());
  }

  boolean committedInOwnTerm() {
    return log.termAt(log.commitIndex()).equals(Optional.of(term));
  }

  boolean handingOver() {
    return handOver.isPresent();
  }

  long matchIndex(ServerId peer) {
    return peer.equals(self) ? log.syncedIndex() : progress(peer).map(Progress::match).orElse(0L);
  }

  boolean isUp(ServerId peer) {
    long since = now - settings.electionTicksMax();
    return peer.equals(self) || progress(peer).map(p -> p.ackedRoundOf(since)).orElse(false);
  }

  List<ServerId> lacking() {
    List<ServerId> lacking = new ArrayList<>();
    others.forEach((peer, progress) -> {
      if (progress.state() == Progress.State.SNAPSHOT && (!progress.strayed() || canTakeIn())) {
        lacking.add(peer);
      }
    });
    return lacking;
  }

  boolean strayed(ServerId peer) {
    return canTakeIn() && progress(peer).map(Progress::strayed).orElse(false);
  }

  /// Whether a copy of this state has the entry that founded its timeline: with an older list of
  /// voters, but this term, its owner could go on alone without what this timeline acknowledged
  /// (SURVIVOR.md rule 7b).
  private boolean canTakeIn() {
    long founded = log.memberships().applied().term();
    return committedInOwnTerm() && Timeline.of(founded).equals(Timeline.of(term));
  }

  /// How many more voters may fail, one after the other, so that the rest goes on by itself. While
  /// one that is up may not know that the list is committed, none may: a list that waits for who is
  /// dead would stop the others.
  int failuresTolerated() {
    Membership list = membership();
    List<ServerId> up = list.voters().stream().filter(this::isUp).toList();
    if (up.stream().anyMatch(voter -> appliedIndex(voter) < list.index())) {
      return 0;
    }
    boolean lastSurvivor =
        settings.survivorTicks() > 0 && up.size() == 2 && up.equals(list.voters());
    return Math.max(0, up.size() - list.quorum()) + (lastSurvivor ? 1 : 0);
  }

  private long appliedIndex(ServerId peer) {
    return peer.equals(self)
        ? log.appliedIndex()
        : progress(peer).map(Progress::appliedIndex).orElse(0L);
  }

  private Optional<Progress> progress(ServerId peer) {
    return Optional.ofNullable(others.get(peer));
  }

  // ---- the log

  void append(byte[] command) {
    long index = log.last().index() + 1;
    log.append(new LogEntry(index, term, command));
    uncommitted.addLast(new Uncommitted(index, command.length));
    uncommittedBytes += command.length;
    if (!views.equals(log.memberships().views())) {
      followMembership();
    }
  }

  /// The first entry, unless it is no longer wanted or states no cluster that could ever commit it:
  /// votes and acknowledgements count only from members whose key it names.
  void onFounded(MembershipReader memberships, byte[] command) {
    if (!foundingWanted()) {
      return;
    }
    Optional<Membership> stated =
        memberships.membershipOf(new LogEntry(log.last().index() + 1, term, command));
    if (stated.isPresent() && Quorum.reached(stated.get(), id -> true)) {
      append(command);
    }
  }

  /// Once one command is refused so are the rest, so that none overtakes another.
  void onProposed(List<Event.Proposal> proposals) {
    Optional<Answer.Reason> refusal = Optional.empty();
    for (Event.Proposal proposal : proposals) {
      refusal = refusal.or(() -> refusalOf(proposal.command().length));
      if (refusal.isPresent()) {
        outbox.answer(new Answer.Refused(proposal.proposalId(), refusal.get()));
      } else {
        append(proposal.command());
        outbox.answer(new Answer.Appended(proposal.proposalId(), log.last()));
      }
    }
  }

  private Optional<Answer.Reason> refusalOf(int bytes) {
    if (handingOver()) {
      return Optional.of(Answer.Reason.HANDING_OVER);
    }
    boolean full =
        uncommittedBytes > 0 && uncommittedBytes + bytes > settings.uncommittedBytesMax();
    // Before the founding there is no cluster yet that could hold a command.
    return full || foundingWanted() ? Optional.of(Answer.Reason.BUSY) : Optional.empty();
  }

  private void followMembership() {
    views = log.memberships().views();
    others.keySet().removeIf(peer -> !views.contains(peer));
    for (Member member : views.members()) {
      if (!member.id().equals(self)) {
        others.computeIfAbsent(member.id(), id -> new Progress(log.last().index() + 1));
      }
    }
  }

  // ---- the membership

  /// A list that differs from the one in force, if nothing speaks against it.
  void onChangeProposed(MembershipReader memberships, byte[] command) {
    LogEntry entry = new LogEntry(log.last().index() + 1, term, command);
    Optional<Membership> wanted = memberships.membershipOf(entry);
    if (wanted.isPresent() && denialOf(wanted.get()).isEmpty()) {
      append(command);
    }
  }

  Optional<ChangeDenial> denialOf(Membership wanted) {
    return notReady().or(() -> rules().denialOf(wanted));
  }

  /// Only with an entry of its own term committed does a primary know which list is committed
  /// (thesis §4.1, and the erratum to it); and then one change at a time.
  private Optional<ChangeDenial> notReady() {
    if (!committedInOwnTerm() || !membership().founded() || hasLeft()) {
      return Optional.of(ChangeDenial.NOT_READY);
    }
    if (membership().index() > log.commitIndex()) {
      return Optional.of(ChangeDenial.CHANGE_PENDING);
    }
    return handingOver() ? Optional.of(ChangeDenial.HANDING_OVER) : Optional.empty();
  }

  private MemberRules rules() {
    return new MemberRules(
        self,
        membership(),
        peer ->
            progress(peer)
                .map(p -> p.answersSince(now - settings.electionTicksMin()))
                .orElse(false),
        peer ->
            progress(peer).map(p -> p.caughtUpSince(now - settings.caughtUpTicks())).orElse(false),
        settings.survivorTicks() > 0);
  }

  /// Whether the list without this server is committed: its work is done (thesis §4.2.2).
  boolean hasLeft() {
    return membership().founded() && !views.pending() && !membership().isVoter(self);
  }

  ChangeStep toward(MemberChange change) {
    Optional<ChangeDenial> notReady = notReady();
    if (notReady.isEmpty()) {
      return rules().toward(change);
    }
    if (notReady.equals(Optional.of(ChangeDenial.CHANGE_PENDING))) {
      return new ChangeStep.Later(
          "the change at log index %d waits for a majority".formatted(membership().index()));
    }
    return new ChangeStep.Later(
        handingOver()
            ? "the primary is handing over"
            : "the primary has committed nothing in its term yet");
  }

  /// @param dead whose process is known to have died
  Optional<Membership> ownChange(Predicate<ServerId> dead) {
    if (notReady().isPresent()) {
      return Optional.empty();
    }
    Optional<Membership> demotion =
        settings.survivorTicks() > 0
            ? rules().demotion(voter -> isGone(voter, dead))
            : Optional.empty();
    return demotion.or(() -> rules().promotion());
  }

  /// Whether nothing was heard of `voter` for an election timeout: the shortest, if its process is
  /// known to have died.
  private boolean isGone(ServerId voter, Predicate<ServerId> dead) {
    long since =
        now - (dead.test(voter) ? settings.electionTicksMin() : settings.electionTicksMax());
    return startTick < since && !progress(voter).map(p -> p.ackedRoundOf(since)).orElse(false);
  }

  // ---- time

  /// Whether a quorum has acknowledged a heartbeat round that was *sent* in the last
  /// `electionTicksMin` ticks (check-quorum, thesis §6.2). Until then no voter that acknowledged it
  /// votes for another, so this primary stops before the next one can start.
  boolean hearsQuorum(long tick) {
    long since = tick - settings.electionTicksMin() + 1;
    return Quorum.reached(
        membership(),
        voter ->
            voter.equals(self)
                || startTick >= since
                || progress(voter).map(p -> p.ackedRoundOf(since)).orElse(false));
  }

  void onTick(long tick) {
    now = tick;
    heldWanted = true;
    if (now - heartbeatTick >= settings.heartbeatTicks()) {
      judgeOthers();
      beginRound();
    }
    if (handOver.isPresent() && now - handOver.get().sinceTick() >= settings.electionTicksMax()) {
      handOver = Optional.empty();
    }
  }

  private void judgeOthers() {
    long since = now - settings.electionTicksMin();
    others.forEach((peer, progress) ->
        progress.judged(now, progress.match() >= heartbeatCommit && progress.ackedRoundOf(since)));
    heartbeatCommit = log.commitIndex();
  }

  private void beginRound() {
    long round = rounds.begin(now);
    heartbeatTick = now;
    others.forEach((peer, progress) -> {
      long known = Math.min(log.commitIndex(), progress.match());
      outbox.sendBeforeSync(peer, new PeerMessage.Heartbeat(term, known, round));
      progress.told(known);
      progress.onHeartbeatSent(round);
    });
  }

  // ---- answers of the other members

  void onReplicateAck(ServerId from, PeerMessage.ReplicateAck ack) {
    Check.that(
        ack.matchIndex() <= log.last().index(),
        "member %s holds %d of a log of %s",
        from,
        ack.matchIndex(),
        log.last());
    progress(from).ifPresent(progress -> progress.onAck(ack.matchIndex()));
  }

  void onReplicateConflict(ServerId from, PeerMessage.ReplicateConflict refusal) {
    progress(from)
        .ifPresent(
            progress -> progress.onConflict(refusal.prevIndex(), retryNext(refusal.conflict())));
  }

  /// If this log has entries of the term that the backup has at the place, the logs may agree up to
  /// the last of them; if not, the backup's whole run of that term is to go (thesis §3.5).
  private long retryNext(LogPosition conflict) {
    return log.lastIndexOf(conflict.term())
        .map(index -> Math.max(index + 1, conflict.index()))
        .orElse(conflict.index());
  }

  void onHeartbeatAck(ServerId from, PeerMessage.HeartbeatAck ack) {
    Optional<Long> sentTick = rounds.sentTick(ack.round());
    Check.that(ack.round() <= rounds.latest(), "member %s acks %s", from, ack);
    // What is applied anywhere is committed. A list of members that waits for a server which has
    // left since, because the others knew, must not wait for ever.
    log.memberships().settledUpTo(Math.min(ack.appliedIndex(), log.last().index()));
    if (sentTick.isPresent()) {
      progress(from)
          .ifPresent(progress -> {
            progress.onApplied(ack.appliedIndex());
            progress.onHeartbeatAck(ack.round(), sentTick.get(), ack.lastIndex(), log);
          });
    }
  }

  void onTakeMeIn(ServerId from) {
    progress(from).ifPresent(Progress::strays);
  }

  void onPeerAlive(ServerId peer) {
    progress(peer).ifPresent(progress -> progress.onLinkUp(log.last().index()));
  }

  void onSnapshotEnded(ServerId peer, long index) {
    progress(peer).ifPresent(progress -> progress.onSnapshotEnded(index, log.last().index()));
  }

  void onPeerDied(ServerId peer) {
    progress(peer).ifPresent(Progress::onLinkDown);
    if (handOver.isPresent() && handOver.get().target().equals(peer)) {
      handOver = Optional.empty();
    }
  }

  // ---- reads and hand-over

  void onReadRequested(long readId) {
    if (!reads.add(readId)) {
      outbox.answer(new Answer.ReadRefused(readId));
    }
  }

  /// Refuses all reads that wait: this server is primary no more.
  void refuseReads() {
    reads.takeAll().forEach(outbox::answer);
  }

  void onTakeOverRequested(Optional<ServerId> wanted) {
    Optional<ServerId> target = wanted.isPresent() ? wanted : mostCaughtUp();
    if (target.isPresent() && !target.get().equals(self) && membership().counts(target.get())) {
      handOver = Optional.of(new HandOver(target.get(), now, Optional.empty()));
    }
  }

  private Optional<ServerId> mostCaughtUp() {
    Optional<ServerId> best = Optional.empty();
    for (Map.Entry<ServerId, Progress> other : others.entrySet()) {
      ServerId peer = other.getKey();
      if (membership().counts(peer)
          && isUp(peer)
          && (best.isEmpty() || other.getValue().match() > matchIndex(best.get()))) {
        best = Optional.of(peer);
      }
    }
    return best;
  }

  // ---- the end of a step

  /// Commits, confirms and sends what the events of the step made possible, once for all of them.
  void finishStep() {
    advanceCommit();
    askForReads();
    reads
        .takeReady(round -> Quorum.reached(membership(), voter -> hasAcked(voter, round)))
        .forEach(outbox::answer);
    replicate();
    handOver = handOver.map(this::askToTakeOver);
  }

  /// Entries of older terms are committed only together with one of the own term, never by counting
  /// them (Figure 8, thesis §3.6.2). This server counts itself only for what is on its own disk
  /// (thesis §10.2.1). While a change of the voters is pending it takes both lists' majorities.
  private void advanceCommit() {
    if (!views.equals(log.memberships().views())) {
      followMembership();
    }
    long index = Quorum.index(views, this::matchIndex);
    if (index > log.commitIndex() && log.termAt(index).equals(Optional.of(term))) {
      log.commit(index);
      while (!uncommitted.isEmpty() && uncommitted.getFirst().lastIndex() <= index) {
        uncommittedBytes -= uncommitted.removeFirst().bytes();
      }
      if (!views.equals(log.memberships().views())) {
        followMembership();
      }
    }
  }

  /// Only with an entry of its own term committed does a primary know all that is committed (thesis
  /// §6.4).
  private void askForReads() {
    if (!reads.roundWanted() || !committedInOwnTerm()) {
      return;
    }
    boolean alone = Quorum.reached(membership(), self::equals);
    if (!alone) {
      beginRound();
    }
    reads.asked(rounds.latest(), log.commitIndex());
  }

  private boolean hasAcked(ServerId voter, long round) {
    return voter.equals(self) || progress(voter).map(p -> p.ackedRound() >= round).orElse(false);
  }

  void onSendHeld() {
    heldWanted = true;
  }

  void onAsked(ServerId peer) {
    progress(peer).ifPresent(progress -> progress.asked(now));
  }

  boolean holdsBack() {
    return holdsBack;
  }

  /// To all; or, of those who may wait, only to those whose acknowledgements commit.
  private void replicate() {
    long last = log.last().index();
    long askedSince = now - settings.electionTicksMax();
    boolean many = last - log.commitIndex() > Thrift.UNCOMMITTED_MAX;
    boolean toAll = heldWanted || many || handingOver() || views.pending();
    heldWanted = false;
    List<ServerId> mayWait = new ArrayList<>();
    others.forEach((peer, progress) -> {
      if (!toAll && progress.canWait(last, askedSince)) {
        mayWait.add(peer);
      }
    });
    if (!mayWait.isEmpty()) {
      mayWait.removeAll(thrift.choose(membership(), others));
    }
    holdsBack = !mayWait.isEmpty();
    others.forEach((peer, progress) -> {
      if (!mayWait.contains(peer)) {
        replicate(peer, progress);
        progress.turnEnded(last);
      }
    });
  }

  private void replicate(ServerId peer, Progress progress) {
    boolean sent = false;
    int diskBatches = 0;
    while (progress.entriesRoom(settings) > 0
        && (progress.next() <= log.last().index() || progress.mustProbe())) {
      long next = progress.next();
      if (next <= log.compacted().index()) {
        progress.needsSnapshot();
        return;
      }
      List<LogEntry> entries = List.of();
      if (next <= log.last().index()) {
        if (!log.inMemory(next) && ++diskBatches > DISK_BATCHES_PER_STEP) {
          break;
        }
        entries = log.entries(next, progress.entriesRoom(settings), progress.bytesRoom(settings));
      }
      send(peer, progress, next - 1, entries);
      sent = true;
    }
    long news = progress.news(log.commitIndex());
    if (!sent && news > 0) {
      outbox.sendBeforeSync(peer, new PeerMessage.Commit(term, news));
      progress.told(news);
    }
  }

  private void send(ServerId peer, Progress progress, long prevIndex, List<LogEntry> entries) {
    long bytes = 0;
    for (LogEntry entry : entries) {
      bytes += entry.command().length;
    }
    outbox.sendBeforeSync(
        peer,
        new PeerMessage.Replicate(term, log.positionAt(prevIndex), entries, log.commitIndex()));
    progress.sent(prevIndex, entries.size(), bytes, log.commitIndex());
  }

  /// As soon as the target has everything, and again with every heartbeat interval.
  private HandOver askToTakeOver(HandOver current) {
    boolean due =
        current.askedTick().map(tick -> now - tick >= settings.heartbeatTicks()).orElse(true);
    if (!due || matchIndex(current.target()) < log.last().index()) {
      return current;
    }
    // It claims nothing about this server's disk, and must leave when that disk is full.
    outbox.sendBeforeSync(current.target(), new PeerMessage.TakeOver(term));
    return new HandOver(current.target(), current.sinceTick(), Optional.of(now));
  }

  void checkInvariants() {
    others.forEach((peer, progress) -> progress.checkInvariants(peer, log.last().index()));
    Check.that(
        uncommittedBytes >= 0 && (uncommittedBytes == 0 || !uncommitted.isEmpty()),
        "%d uncommitted bytes in %d entries",
        uncommittedBytes,
        uncommitted.size());
  }
}

package holdfast.server;

import holdfast.chat.Command;
import holdfast.replication.Answer;
import holdfast.replication.Effects;
import holdfast.replication.Envelope;
import holdfast.replication.Event;
import holdfast.replication.LogEntry;
import holdfast.replication.PeerMessage;
import holdfast.replication.Preference;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.storage.SqliteStore;
import holdfast.wire.Ack;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What surrounds the core on the replica thread: turns frames and client writes into its events,
/// and what it answers into frames, outcomes and pushes. Everything here is owned by that thread.
final class Office implements WriteDesk.Channel, ReadIndexDesk.Channel {
  /// Periodic work (time-outs, the published view) is done every so many ticks.
  private static final int CHORES_TICKS = 5;

  /// Every so many heartbeat rounds the table for STATUS travels along.
  private static final long TABLE_EVERY_ROUNDS = 5;

  /// Lanes are numbered from a random number on, so that those of two processes of one server do
  /// not meet; this leaves room for more within what JSON holds.
  private static final long FIRST_LANE_ID_MAX = 1L << 52;

  private static final Logger log = LoggerFactory.getLogger(Office.class);

  private final ServerId self;
  private final Replica replica;
  private final SqliteStore store;
  private final Applier applier;
  private final Peers peers;
  private final ClusterViews views;
  private final StatusBoard board;
  private final Founding founding;
  private final SnapshotDesk snapshots;
  private final MemberDesk members;
  private final SurvivorDesk survivor;
  private final ClusterClock clock = new ClusterClock();
  private final ClockWatch clockWatch;
  private final PreferredPrimary preferred;
  private final WriteDesk desk;
  private final ReadIndexDesk readIndexes;
  private final SignIns signIns;
  private final Proposals proposals;
  private final RescueDesk rescue;
  private final CommitNotices commits = new CommitNotices();
  private final HeldEntries heldEntries = new HeldEntries();
  private final List<Event> events = new ArrayList<>();
  private int ticksToChores = CHORES_TICKS;
  private long term;
  private Role role = Role.BACKUP;
  private Optional<ServerId> primary = Optional.empty();
  private boolean diskFull;
  private boolean logFull;
  private Optional<PeerMessage> lastReplicate = Optional.empty();
  private byte[] lastReplicateFrame = new byte[0];

  /// What this office is set up with.
  ///
  /// @param requestTimeoutNanos as `request.timeout`
  /// @param clockSkewMaxMs as `clock.skew.max`
  /// @param preference as `primary.preference`
  record Settings(
      ServerId self, long requestTimeoutNanos, long clockSkewMaxMs, Preference preference) {}

  Office(
      Settings settings,
      Replica replica,
      SqliteStore store,
      Applier applier,
      Peers peers,
      StatusBoard board,
      ClusterViews views,
      SnapshotDesk snapshots,
      MemberDesk members,
      SurvivorDesk survivor,
      Function<Predicate<byte[]>, SignIns> signIns) {
    this.self = settings.self();
    this.replica = replica;
    this.store = store;
    this.applier = applier;
    this.peers = peers;
    this.board = board;
    this.views = views;
    this.founding = new Founding(self, store.memberKey());
    this.snapshots = snapshots;
    this.members = members;
    this.survivor = survivor;
    this.clockWatch = new ClockWatch(self, clock, settings.clockSkewMaxMs());
    this.preferred = new PreferredPrimary(self, settings.preference());
    this.desk =
        new WriteDesk(
            applier::machine,
            this,
            settings.requestTimeoutNanos(),
            RandomGenerator.getDefault().nextLong(1, FIRST_LANE_ID_MAX));
    this.rescue = new RescueDesk(store.rescue(), desk, applier::machine);
    this.readIndexes = new ReadIndexDesk(this, applier.appliedIndex());
    this.proposals =
        new Proposals(
            self,
            replica,
            peers,
            clock,
            desk,
            readIndexes,
            () -> diskFull,
            () -> refusal().map(RequestRefused::code));
    this.signIns = signIns.apply(this::proposeOwn);
    this.term = replica.term();
  }

  WriteDesk desk() {
    return desk;
  }

  ReadIndexDesk readIndexes() {
    return readIndexes;
  }

  SignIns signIns() {
    return signIns;
  }

  Optional<Long> lacks(ServerId server) {
    return replica.isUp(server)
        ? Optional.of(Math.max(0, replica.commitIndex() - replica.matchIndex(server)))
        : Optional.empty();
  }

  long appliedIndex() {
    return applier.appliedIndex();
  }

  Optional<byte[]> digestAt(long index) {
    return applier.digestAt(index);
  }

  MemberDesk members() {
    return members;
  }

  SurvivorDesk survivor() {
    return survivor;
  }

  RescueDesk rescue() {
    return rescue;
  }

  // ---- the loop's side

  void add(Event event) {
    events.add(event);
  }

  boolean hasEvents() {
    return !events.isEmpty() || !proposals.isEmpty();
  }

  List<Event> takeEvents() {
    heldEntries.addDue(events, System.nanoTime());
    List<Event> taken = new ArrayList<>(events);
    events.clear();
    proposals.take().ifPresent(taken::add);
    return taken;
  }

  void onTick(int elapsed) {
    if (!founding.mustWait(store.clusterId().isPresent(), replica.last())) {
      events.add(new Event.Tick(elapsed));
    }
    ticksToChores -= elapsed;
  }

  /// The core has taken a step, whose effects are still to be carried out.
  void onStep() {
    heldEntries.look(replica.holdsBack(), System.nanoTime());
  }

  void afterStep(Effects effects) {
    if (effects.foundingWanted()) {
      long time = Math.max(store.chat().time(), System.currentTimeMillis());
      events.add(
          new Event.Founded(
              store.clusterId().isPresent()
                  ? founding.entryAfterState(replica.membership(), members.keysShown(), time)
                  : founding.entry(replica.membership(), members.keysShown(), time)));
    }
    if (term != replica.term() || role != replica.role() || !primary.equals(replica.primary())) {
      onOfficeChanged();
    }
    if (role == Role.PRIMARY) {
      proposals.settleAckAlls(applier.appliedIndex());
    }
  }

  void afterPass() {
    if (ticksToChores <= 0) {
      ticksToChores = CHORES_TICKS;
      long now = System.nanoTime();
      desk.onTime(now);
      readIndexes.onTime(now);
      signIns.onTime(now);
      events.addAll(members.onTime(now));
      survivor.onTime(now).ifPresent(events::add);
      clockWatch.check(replica, now).ifPresent(events::add);
      snapshots.onTime(now).ifPresent(events::add);
      preferred
          .check(replica, voter -> clockWatch.mayStamp(voter, replica, now), now)
          .ifPresent(events::add);
      // No more may be logged until all members have their votes again, or have been removed.
      logFull = snapshots.logIsFull() || applier.machine().isMemoryFull();
      publish();
      members.dropWhoLeft();
      signIns.pushCluster(views.current());
    }
    signIns.flushPresence();
    if (rescue.isIdle() && open() && replica.superseded().isEmpty()) {
      rescue.goOn(System.nanoTime());
    }
  }

  private void onOfficeChanged() {
    boolean newTerm = term != replica.term();
    boolean becamePrimary = role != Role.PRIMARY && replica.role() == Role.PRIMARY;
    log.info(
        "{} in term {}, primary {}",
        replica.role(),
        Timeline.termText(replica.term()),
        replica.primary().map(ServerId::toString).orElse("unknown"));
    term = replica.term();
    role = replica.role();
    primary = replica.primary();
    commits.clear();
    proposals.onOfficeChanged(term, !newTerm && role == Role.PRIMARY);
    if (becamePrimary) {
      clock.forgetOthers();
      clock.atLeast(lastEntryTime());
    }
    desk.resendAll();
    readIndexes.askAgain();
    publish();
    signIns.pushCluster(views.current());
  }

  private long lastEntryTime() {
    for (long index = replica.last().index(); index > applier.appliedIndex(); index--) {
      LogEntry entry = replica.entries(index, 1, Long.MAX_VALUE).getFirst();
      OptionalLong time = CommandCodec.timeOf(entry.command());
      if (time.isPresent()) {
        return time.getAsLong();
      }
    }
    return store.chat().time();
  }

  private void publish() {
    List<String> warnings = new ArrayList<>();
    if (diskFull) {
      warnings.add("the disk of server " + self + " is full: make room; it goes on by itself");
    }
    applier.stopped().ifPresent(warnings::add);
    clockWatch.warning().ifPresent(warnings::add);
    warnings.addAll(survivor.warnings(logFull));
    warnings.addAll(snapshots.warnings());
    warnings.addAll(board.rescues(replica, rescue.counts()));
    views.publish(replica, applier, store, survivor.hope(), warnings);
  }

  /// The store's transaction was taken back, and the applier with it.
  void onDiskFull() {
    diskFull = true;
    // What was taken back with the transaction is no longer there to be read.
    readIndexes.onApplied(applier.appliedIndex());
    rescue.rolledBack();
    if (replica.role() == Role.PRIMARY && !replica.handingOver()) {
      events.add(new Event.TakeOverRequested(Optional.empty()));
    }
  }

  /// Whether something of this server's own is to be written.
  boolean hasRows() {
    return rescue.hasRows();
  }

  /// As part of the store's open transaction, before anything is applied.
  void write() {
    diskFull = false;
    snapshots.compact();
    rescue.write();
  }

  /// The transaction that `write` was part of is.
  void committed() {
    rescue.committed();
  }

  // ---- out

  /// Sends a message of the core's; a COMMIT in its own time.
  void send(Envelope envelope) {
    if (commits.holds(envelope, System.nanoTime())) {
      return;
    }
    PeerFrame frame =
        switch (envelope.message()) {
          case PeerMessage.Heartbeat heartbeat ->
              new PeerFrame.Heartbeat(
                  heartbeat,
                  heartbeat.round() % TABLE_EVERY_ROUNDS == 0
                      ? Optional.of(views.current().servers())
                      : Optional.empty());
          case PeerMessage.HeartbeatAck ack ->
              new PeerFrame.HeartbeatAck(ack, views.report(replica, applier, rescue.counts()));
          case PeerMessage other -> new PeerFrame.Core(other);
        };
    peers.send(envelope.to(), encode(envelope.message(), frame));
  }

  /// REPLICATE to several backups is mostly the same message: it is turned into bytes once.
  private byte[] encode(PeerMessage message, PeerFrame frame) {
    if (!(message instanceof PeerMessage.Replicate)) {
      return PeerCodec.encode(self, frame);
    }
    if (lastReplicate.isEmpty() || !lastReplicate.get().equals(message)) {
      lastReplicate = Optional.of(message);
      lastReplicateFrame = PeerCodec.encode(self, frame);
    }
    return lastReplicateFrame;
  }

  /// Sends the COMMITs that are due.
  void sendCommits() {
    var due = commits.takeDue(System.nanoTime());
    for (var notice : due) {
      sendFrame(notice.getKey(), new PeerFrame.Core(notice.getValue()));
    }
    if (!due.isEmpty()) {
      flushPeers();
    }
  }

  /// How long until a COMMIT or what the core holds back is due, at most `atMostNanos`.
  long restNanos(long atMostNanos) {
    long now = System.nanoTime();
    return heldEntries.restNanos(now, commits.restNanos(now, atMostNanos));
  }

  /// Sends what this pass has queued for the peers.
  void flushPeers() {
    peers.flush();
  }

  private void sendFrame(ServerId to, PeerFrame frame) {
    peers.send(to, PeerCodec.encode(self, frame));
  }

  // ---- WriteDesk.Channel, ReadIndexDesk.Channel

  @Override
  public boolean open() {
    if (replica.role() == Role.PRIMARY) {
      return !replica.handingOver();
    }
    return primary.isPresent() && board.isLinked(primary.get());
  }

  @Override
  public boolean local() {
    return replica.role() == Role.PRIMARY;
  }

  @Override
  public Optional<RequestRefused> refusal() {
    if (!local()) {
      return Optional.empty();
    }
    if (diskFull) {
      return Optional.of(
          new RequestRefused(
              ErrorCode.DISK_FULL, "not done: the primary's disk is full; repeat later"));
    }
    return logFull ? Optional.of(survivor.logFull()) : Optional.empty();
  }

  @Override
  public boolean send(WriteLane lane, PendingWrite write) {
    if (local()) {
      heldEntries.addFor(write.ack, events);
      proposals.propose(write.body, new Origin.Local(lane, write));
      return true;
    }
    return primary.isPresent()
        && peers.send(
            primary.get(),
            PeerCodec.encode(
                self,
                new PeerFrame.Forward(term, lane.laneId, write.number, write.body, write.ack)));
  }

  /// Logs a command of this server's own, through whatever server is primary. False: none is at
  /// hand.
  boolean proposeOwn(byte[] body) {
    if (!open()) {
      return false;
    }
    if (local()) {
      proposals.propose(body, new Origin.Own());
      return true;
    }
    long lane = desk.newLaneId();
    return peers.send(
        primary.orElseThrow(),
        PeerCodec.encode(self, new PeerFrame.Forward(term, lane, 1, body, Ack.MAJORITY)));
  }

  @Override
  public boolean ask(long readId) {
    if (replica.role() == Role.PRIMARY) {
      events.add(proposals.askCore(Optional.empty(), readId));
      return true;
    }
    return open()
        && peers.send(
            primary.orElseThrow(), PeerCodec.encode(self, new PeerFrame.ReadIndex(term, readId)));
  }

  void onAnswer(Answer answer) {
    proposals.onAnswer(answer);
  }

  void onApplied(AppliedEntry entry) {
    switch (entry.command()) {
      case Command.Write write ->
          desk.onApplied(write.request(), entry.applied().outcome(), entry.applied().repeat());
      case Command.Found found -> views.onFounded(found.tokenKey());
      case Command.Noop noop -> {}
      case Command.Members members -> {}
      case Command.Seen seen -> {}
    }
    signIns.onApplied(entry);
  }

  /// Whether clients of this server wait for the outcomes of writes.
  boolean answersWait() {
    return !desk.isEmpty();
  }

  void onAppliedUpTo(long index) {
    readIndexes.onApplied(index);
  }

  // ---- frames and links

  /// A frame from `from`, over a link on which it showed `memberKey`.
  void onFrame(ServerId from, String memberKey, PeerFrame frame) {
    if (!replica.hears(from, memberKey)) {
      return;
    }
    switch (frame) {
      case PeerFrame.Core(PeerMessage.RequestVote vote)
          when founding.mustIgnore(vote, store.clusterId().isPresent(), replica.last()) -> {}
      case PeerFrame.Core(PeerMessage.Replicate replicate) when diskFull -> {}
      case PeerFrame.Core(PeerMessage message) -> events.add(new Event.Received(from, message));
      case PeerFrame.Heartbeat heartbeat -> {
        events.add(new Event.Received(from, heartbeat.message()));
        if (isOwnTimeline(heartbeat.message().term())) {
          heartbeat.servers().ifPresent(board::onTold);
        }
      }
      case PeerFrame.HeartbeatAck ack -> onHeartbeatAck(from, ack);
      case PeerFrame.Forward forward -> {
        onAsked(from);
        heldEntries.addFor(forward.ack(), events);
        proposals.onForward(from, forward);
      }
      case PeerFrame.Forwarded forwarded -> {
        if (forwarded.term() == term) {
          desk.onAcked(forwarded.session(), forwarded.number(), forwarded.acked());
        }
      }
      case PeerFrame.ForwardRefused refused -> onForwardRefused(refused);
      case PeerFrame.ReadIndex read -> {
        onAsked(from);
        if (replica.role() == Role.PRIMARY && isOwnTimeline(read.term())) {
          events.add(proposals.askCore(Optional.of(from), read.readId()));
        } else {
          sendFrame(from, new PeerFrame.ReadIndexReply(term, read.readId(), -1));
        }
      }
      case PeerFrame.ReadIndexReply reply -> {
        if (reply.index() < 0 || !isOwnTimeline(reply.term())) {
          readIndexes.onRefused(reply.readId());
        } else {
          readIndexes.onConfirmed(reply.readId(), reply.index());
        }
      }
      case PeerFrame.Snapshot piece -> snapshots.onPiece(from, piece);
      case PeerFrame.SnapshotAck ack -> snapshots.onAck(from, ack).ifPresent(events::add);
      case PeerFrame.Typing typing -> signIns.typings().onFrame(typing);
      case PeerFrame.Change change -> members.onChange(from, change).ifPresent(events::add);
      case PeerFrame.ChangeReply reply -> members.onReply(reply);
      case PeerFrame.Presence presence -> signIns.onPresence(from, presence);
    }
  }

  /// Clients of `from` wait, and it can tell them only once it has everything up to there.
  private void onAsked(ServerId from) {
    commits.asked(from, System.nanoTime());
    Event asked = new Event.Asked(from);
    if (events.isEmpty() || !events.getLast().equals(asked)) {
      events.add(asked);
    }
  }

  /// What is said in another timeline means nothing in this one, where the same index is another
  /// command (SURVIVOR.md rule 5).
  private boolean isOwnTimeline(long otherTerm) {
    return Timeline.of(otherTerm).equals(Timeline.of(term));
  }

  private void onHeartbeatAck(ServerId from, PeerFrame.HeartbeatAck ack) {
    events.add(new Event.Received(from, ack.message()));
    if (!isOwnTimeline(ack.message().term())) {
      return;
    }
    board.onAck(from, ack.message(), ack.report());
    if (replica.role() == Role.PRIMARY) {
      clock.heard(from, ack.report().time(), System.nanoTime());
      snapshots.compare(from, ack.report());
    }
  }

  private void onForwardRefused(PeerFrame.ForwardRefused refused) {
    if (refused.term() != term) {
      return;
    }
    if (refused.code().equals(PeerFrame.ForwardRefused.GAP)) {
      desk.onGap(refused.session(), refused.number(), refused.expected());
    } else {
      desk.onRefused(refused.session(), refused.number(), refusalCode(refused.code()));
    }
  }

  /// A code that a newer server may have and this one does not know means: not now.
  private static ErrorCode refusalCode(String name) {
    return switch (name) {
      case "BUSY" -> ErrorCode.BUSY;
      case "DISK_FULL" -> ErrorCode.DISK_FULL;
      default -> ErrorCode.NO_PRIMARY;
    };
  }

  /// A link to `peer` stands: both sides have proved the secret, and it showed `memberKey`.
  void onLinkUp(ServerId peer, String memberKey, Optional<String> clusterId) {
    members.onShown(peer, memberKey);
    board.linkUp(peer);
    founding.onLink(peer, clusterId.isPresent());
    events.add(new Event.PeerAlive(peer));
    signIns.onLinkUp(peer);
    snapshots.onLinkUp(peer);
    if (primary.equals(Optional.of(peer))) {
      desk.resendAll();
      readIndexes.askAgain();
    }
  }

  void onLinkDown(ServerId peer) {
    board.linkDown(peer);
    founding.onLinkDown(peer);
    signIns.onPeerGone(peer);
  }

  void onPeerDied(ServerId peer) {
    events.add(new Event.PeerDied(peer));
  }
}

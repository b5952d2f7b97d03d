package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// One replica with a disk in memory, which carries out effects in their order: writes, syncs,
/// sends, applies. The disk forgets at a crash what was not synced.
final class TestServer {
  /// Small enough to reach every bound, and to tick by hand.
  static final ReplicaSettings SETTINGS =
      new ReplicaSettings(10, 20, 3, 2, 12, 8, 400, 4, 200, 1_000, 60, 0);

  final ServerId id;
  private final Membership configured;
  private final ReplicaSettings settings;
  private final SplittableRandom random;

  private Replica replica;
  private HardState hardState;
  private List<LogEntry> disk;
  private long applied;

  /// While false nothing reaches the disk, and nothing leaves that waits for it.
  private boolean syncing = true;

  private final List<Effects> unsynced = new ArrayList<>();
  private final List<Envelope> sent = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private Consumer<Envelope> network = sent::add;
  private Consumer<String> trace = line -> {};
  private boolean foundingWanted;

  TestServer(
      ServerId id,
      Membership configured,
      HardState hardState,
      List<LogEntry> disk,
      long applied,
      ReplicaSettings settings,
      long seed) {
    this.id = id;
    this.configured = configured;
    this.hardState = hardState;
    this.disk = new ArrayList<>(disk);
    this.applied = applied;
    this.settings = settings;
    this.random = new SplittableRandom(seed);
    restart();
  }

  /// Server 1 of `voters`, never started before.
  static TestServer fresh(int voters) {
    return new TestServer(
        TestLog.id(1), TestLog.configured(voters), HardState.INITIAL, List.of(), 0, SETTINGS, 1);
  }

  /// Server 1 of a founded cluster of `voters` whose log has one entry for each of `terms`; only
  /// the founding is known to be committed.
  static TestServer founded(int voters, long... terms) {
    return founded(SETTINGS, voters, terms);
  }

  static TestServer founded(ReplicaSettings settings, int voters, long... terms) {
    return new TestServer(
        TestLog.id(1),
        TestLog.configured(voters),
        new HardState(terms[terms.length - 1], Optional.empty()),
        TestLog.log(voters, terms),
        1,
        settings,
        1);
  }

  /// Server 1 of `voters`, primary in term 2 with its opening entry at index 2; nothing is
  /// acknowledged.
  static TestServer primary(int voters) {
    TestServer server = founded(voters, 1);
    server.winElection();
    return server;
  }

  /// The same, all acknowledged by servers 2 and 3, and committed.
  static TestServer settled(int voters) {
    TestServer server = primary(voters);
    server.acknowledge(2);
    server.acknowledge(3);
    server.takeSent();
    return server;
  }

  Replica replica() {
    return replica;
  }

  /// Hands every message to `network`, instead of keeping it for `sentTo`, and says what happens.
  void connect(Consumer<Envelope> network, Consumer<String> trace) {
    this.network = network;
    this.trace = trace;
  }

  /// Starts from what the disk has.
  void restart() {
    unsynced.clear();
    foundingWanted = false;
    replica =
        new Replica(
            id,
            settings,
            TestLog.stored(hardState, disk, configured, applied),
            (from, entries, bytes) -> TestLog.read(disk, from, entries, bytes),
            TestLog::membershipOf,
            TestLog.NOOP,
            random);
  }

  /// Takes one step with `events`, and carries its effects out.
  void step(Event... events) {
    Role role = replica.role();
    long term = replica.term();
    Effects effects = replica.step(List.of(events));
    traceRole(role, term, effects);
    foundingWanted = effects.foundingWanted();
    for (Envelope envelope : effects.sendBeforeSync()) {
      Check.that(
          effects.hardState().isEmpty()
              && (envelope.message() instanceof PeerMessage.Replicate
                  || envelope.message() instanceof PeerMessage.Heartbeat
                  || envelope.message() instanceof PeerMessage.Commit
                  || envelope.message() instanceof PeerMessage.TakeOver),
          "%s leaves before the sync",
          envelope);
    }
    send(effects.sendBeforeSync());
    unsynced.add(effects);
    if (syncing) {
      syncAll();
    }
  }

  private void traceRole(Role role, long term, Effects effects) {
    boolean preVote =
        effects.sendAfterSync().stream()
            .anyMatch(e -> e.message() instanceof PeerMessage.RequestVote r && r.preVote());
    if (replica.role() != role || replica.term() != term || preVote) {
      trace.accept(
          "%s became %s term=%d"
              .formatted(id, preVote ? "PRE_CANDIDATE" : replica.role(), replica.term()));
    }
  }

  /// From now on effects wait for `syncAll`.
  void holdSyncs() {
    syncing = false;
  }

  /// Writes and syncs what waits, and goes on doing so.
  void syncAll() {
    syncing = true;
    while (!unsynced.isEmpty()) {
      carryOut(unsynced.removeFirst());
    }
  }

  private void carryOut(Effects effects) {
    effects
        .hardState()
        .ifPresent(saved -> {
          hardState = saved;
          trace.accept(
              "%s saves term=%d vote=%s"
                  .formatted(
                      id, saved.term(), saved.vote().map(ServerId::toString).orElse("none")));
        });
    write(effects.entries());
    send(effects.sendAfterSync());
    for (Answer answer : effects.answers()) {
      trace.accept(id + " answers " + answer);
      answers.add(answer);
    }
    if (effects.mustSync()) {
      step(new Event.Synced(disk.isEmpty() ? LogPosition.NONE : disk.getLast().position()));
    }
    if (effects.commitIndex() > applied) {
      applied = effects.commitIndex();
      trace.accept(id + " commits " + applied);
      step(new Event.Applied(applied));
    }
  }

  private void write(List<LogEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    int first = (int) entries.getFirst().index();
    if (first <= disk.size()) {
      trace.accept("%s truncates %d..%d".formatted(id, first, disk.size()));
      disk = new ArrayList<>(disk.subList(0, first - 1));
    }
    for (LogEntry entry : entries) {
      Check.that(entry.index() == disk.size() + 1, "%s written after %d", entry, disk.size());
      disk.add(entry);
      trace.accept("%s writes %s %s".formatted(id, entry, TestLog.text(entry)));
    }
  }

  private void send(List<Envelope> envelopes) {
    envelopes.forEach(network);
  }

  // ---- in the words of a test

  void tick(int count) {
    for (int i = 0; i < count; i++) {
      step(new Event.Tick(1));
    }
  }

  /// Ticks until the replica stands for election.
  void timeOut() {
    for (int i = 0; replica.role() == Role.BACKUP; i++) {
      Check.that(i <= settings.electionTicksMax(), "server %s does not stand for election", id);
      tick(1);
    }
  }

  void receive(int from, PeerMessage message) {
    step(new Event.Received(TestLog.id(from), message));
  }

  void propose(long proposalId, String command) {
    step(new Event.Proposed(List.of(new Event.Proposal(proposalId, TestLog.bytes(command)))));
  }

  /// Lets servers 2, 3, … grant until this one is primary, and forgets what was sent meanwhile.
  void winElection() {
    timeOut();
    long term = replica.term() + 1;
    for (int voter = 2; replica.term() < term; voter++) {
      receive(voter, new PeerMessage.VoteResponse(term, true, Optional.empty()));
    }
    for (int voter = 2; replica.role() != Role.PRIMARY; voter++) {
      receive(voter, new PeerMessage.VoteResponse(term, false, Optional.empty()));
    }
    takeSent();
    takeAnswers();
  }

  /// Answers all REPLICATEs sent to `backup` as one that has everything would.
  void acknowledge(int backup) {
    receive(backup, new PeerMessage.ReplicateAck(replica.term(), replica.last().index()));
  }

  /// The last heartbeat round that `peer` was sent.
  long lastRound(int peer) {
    return sentTo(peer, PeerMessage.Heartbeat.class).getLast().round();
  }

  void acknowledgeRound(int peer, long round) {
    receive(peer, new PeerMessage.HeartbeatAck(replica.term(), round, 1, 1));
  }

  void acknowledgeLastRound(int peer) {
    acknowledgeRound(peer, lastRound(peer));
  }

  List<PeerMessage> sentTo(int peer) {
    return sent.stream()
        .filter(e -> e.to().equals(TestLog.id(peer)))
        .map(Envelope::message)
        .toList();
  }

  /// What was sent to `peer` of one kind.
  <T extends PeerMessage> List<T> sentTo(int peer, Class<T> kind) {
    return sentTo(peer).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  List<Envelope> takeSent() {
    List<Envelope> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  List<Answer> takeAnswers() {
    List<Answer> taken = List.copyOf(answers);
    answers.clear();
    return taken;
  }

  HardState savedHardState() {
    return hardState;
  }

  List<LogEntry> disk() {
    return List.copyOf(disk);
  }

  boolean foundingWanted() {
    return foundingWanted;
  }
}

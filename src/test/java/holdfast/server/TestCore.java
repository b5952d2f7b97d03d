package holdfast.server;

import holdfast.replication.Answer;
import holdfast.replication.Effects;
import holdfast.replication.Envelope;
import holdfast.replication.Event;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.Replica;
import holdfast.replication.ReplicaSettings;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import holdfast.wire.CommandCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// The core of server 1, for tests of what stands around it: with a log of lists of members, and
/// with effects that are carried out at once.
final class TestCore {
  static final ServerId ONE = new ServerId(1);
  static final ServerId TWO = new ServerId(2);
  static final ServerId THREE = new ServerId(3);

  private static final CommandCodec CODEC = new CommandCodec();

  final Replica replica;
  private final ReplicaSettings settings;
  private final List<LogEntry> disk = new ArrayList<>();
  private final Map<ServerId, Long> lastRounds = new HashMap<>();
  private Consumer<Answer> answered = answer -> {};
  private boolean diskFull;
  private long applied;

  /// @param applied how many of the lists are applied
  /// @param lists each as `1 2 3l`: the ids, with an `l` if it has no vote; none: a server that
  ///   never was part of a cluster
  TestCore(ReplicaSettings settings, int applied, String... lists) {
    this.settings = settings;
    this.applied = applied;
    List<Membership> memberships = new ArrayList<>();
    for (String list : lists) {
      byte[] command = CommandCodec.members(1, membership(list), list.contains("l"));
      disk.add(new LogEntry(disk.size() + 1, 1, command));
      memberships.add(CODEC.membershipOf(disk.getLast()).orElseThrow());
    }
    Membership configured = membership("1 2 3");
    StoredLog stored =
        disk.isEmpty()
            ? StoredLog.empty(configured)
            : new StoredLog(
                new HardState(1, Optional.empty()),
                LogPosition.NONE,
                disk.getLast().position(),
                List.of(disk.getFirst().position()),
                memberships,
                configured,
                applied);
    this.replica =
        new Replica(
            ONE,
            settings,
            stored,
            (from, entries, bytes) -> List.of(disk.get((int) from - 1)),
            CODEC,
            CommandCodec.noop(),
            new SplittableRandom(1));
  }

  /// A primary of three in term 2, each of which has everything and has just said so.
  static TestCore primary(ReplicaSettings settings) {
    TestCore core = new TestCore(settings, 1, "1 2 3");
    core.winElection();
    core.hold(TWO, THREE);
    core.beat(TWO, THREE);
    return core;
  }

  static Membership membership(String list) {
    List<Member> members = new ArrayList<>();
    for (String word : list.split(" ", -1)) {
      int id = Integer.parseInt(word.replace("l", ""));
      members.add(
          new Member(
              new ServerId(id),
              "127.0.0.1",
              8080 + id,
              8090 + id,
              !word.endsWith("l"),
              Optional.of("key" + id)));
    }
    return new Membership(0, members);
  }

  /// Has `consumer` told what the core answers.
  void answerTo(Consumer<Answer> consumer) {
    answered = consumer;
  }

  /// From now on nothing reaches the disk.
  void fillDisk() {
    diskFull = true;
  }

  /// What did not reach the disk does.
  void makeRoom() {
    diskFull = false;
    step(new Event.Synced(replica.last()));
  }

  void step(Event... events) {
    Effects effects = replica.step(List.of(events));
    List<Envelope> sent = new ArrayList<>(effects.sendBeforeSync());
    sent.addAll(effects.sendAfterSync());
    for (Envelope envelope : sent) {
      if (envelope.message() instanceof PeerMessage.Heartbeat heartbeat) {
        lastRounds.put(envelope.to(), heartbeat.round());
      }
    }
    disk.addAll(effects.entries());
    effects.answers().forEach(answered);
    if (effects.mustSync() && !diskFull) {
      step(new Event.Synced(replica.last()));
    }
    if (effects.commitIndex() > applied) {
      applied = effects.commitIndex();
      step(new Event.Applied(applied));
    }
  }

  long applied() {
    return applied;
  }

  void tick(int count) {
    for (int i = 0; i < count; i++) {
      step(new Event.Tick(1));
    }
  }

  void hear(ServerId from, PeerMessage message) {
    step(new Event.Received(from, message));
  }

  void winElection() {
    while (replica.role() != Role.CANDIDATE) {
      tick(1);
    }
    long term = replica.term() + 1;
    hear(TWO, new PeerMessage.VoteResponse(term, true, Optional.empty()));
    hear(TWO, new PeerMessage.VoteResponse(term, false, Optional.empty()));
  }

  /// These have everything on their disks.
  void hold(ServerId... peers) {
    for (ServerId peer : peers) {
      hear(peer, new PeerMessage.ReplicateAck(replica.term(), replica.last().index()));
    }
  }

  /// A heartbeat, which these acknowledge.
  void beat(ServerId... peers) {
    tick(settings.heartbeatTicks());
    acknowledgeBeat(peers);
  }

  /// The last heartbeat is acknowledged by these.
  void acknowledgeBeat(ServerId... peers) {
    for (ServerId peer : peers) {
      hear(
          peer,
          new PeerMessage.HeartbeatAck(
              replica.term(), lastRounds.get(peer), replica.matchIndex(peer), 1));
    }
  }

  /// Another server stands for election because this one hands over to it, or died as far as that
  /// one knows.
  void loseOffice() {
    hear(THREE, new PeerMessage.RequestVote(replica.term() + 1, false, true, replica.last()));
  }
}

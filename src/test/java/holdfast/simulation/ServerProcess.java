package holdfast.simulation;

import holdfast.chat.Applied;
import holdfast.chat.ChatLimits;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.EntryId;
import holdfast.chat.RunningDigest;
import holdfast.replication.Answer;
import holdfast.replication.Effects;
import holdfast.replication.Envelope;
import holdfast.replication.Event;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// One life of a server, from its start to its crash: the loop that a real server runs, in virtual
/// time. It takes what waits as one batch, steps the core, and carries out the effects in their
/// order; a sync takes as long as the disk is slow.
final class ServerProcess {
  private static final int BATCH_MAX = 64;
  private static final long WAKE_US = 20;

  /// Until a primary sends what it has held back for who is not needed.
  private static final long HOLD_US = 2_000;

  private record Written(long index, long term, Request request, Applied applied) {}

  private final World world;
  private final Server server;
  private final Disk disk;
  private final Replica replica;
  private final ChatMachine machine;
  private final RunningDigest digest;
  private final WriteDesk writes = new WriteDesk(this);
  private final ReadDesk reads = new ReadDesk(this);
  private final SnapshotDesk snapshots;
  private final MemberDesk members;
  private final RescueDesk rescues;
  private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Event.Proposal> proposals = new ArrayList<>();

  /// What the last batch gave the next one to begin with.
  private final List<Event> followUps = new ArrayList<>();

  private final List<Runnable> onResume = new ArrayList<>();
  private boolean alive = true;
  private boolean paused;
  private boolean busy;
  private boolean awake;
  private boolean sendsHeld;

  /// The last step left it to this one to apply.
  private boolean applyOwed;

  private int ticksElapsed;
  private long lastProposalId;
  private long lastCommit;

  /// The core has been told, or is told with the next batch, that commands up to here are applied.
  private long appliedTold;

  private long lastStamp;

  ServerProcess(World world, Server server, RandomGenerator random) {
    this.world = world;
    this.server = server;
    this.disk = server.disk();
    this.machine = new ChatMachine(disk.chat(), ChatLimits.defaults());
    this.digest = new RunningDigest(disk.digest());
    this.replica =
        new Replica(
            server.id(),
            world.plan().settings(),
            disk.stored(server.configured(), world.commands()),
            disk,
            world.commands()::membershipOf,
            world.commands().write(new Command.Noop()),
            random);
    this.snapshots = new SnapshotDesk(world, this, random);
    this.members = new MemberDesk(world, this);
    this.rescues = new RescueDesk(world, this);
    this.lastCommit = disk.applied();
    this.appliedTold = disk.applied();
    world.laws().started(this);
    world.agenda().after(random.nextLong(world.plan().tickUs()), this::tick);
  }

  ServerId id() {
    return server.id();
  }

  Replica replica() {
    return replica;
  }

  ChatMachine machine() {
    return machine;
  }

  Disk disk() {
    return disk;
  }

  WriteDesk writes() {
    return writes;
  }

  ReadDesk reads() {
    return reads;
  }

  SnapshotDesk snapshots() {
    return snapshots;
  }

  MemberDesk members() {
    return members;
  }

  RescueDesk rescues() {
    return rescues;
  }

  long now() {
    return world.agenda().now();
  }

  long applied() {
    return disk.applied();
  }

  boolean alive() {
    return alive;
  }

  /// Whether nothing waits here to be done.
  boolean idle() {
    return !busy && !awake && inbox.isEmpty();
  }

  void crash() {
    alive = false;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    List<Runnable> held = List.copyOf(onResume);
    onResume.clear();
    held.forEach(Runnable::run);
    wake();
  }

  /// Takes `input` in the next batch, unless the process is dead by then.
  void arrive(Runnable input) {
    if (alive) {
      inbox.add(input);
      wake();
    }
  }

  /// Gives the core an event in the batch that is being put together.
  void handIn(Event event) {
    events.add(event);
  }

  /// Proposes `request` in the batch that is being put together, stamped with the time.
  long propose(Request request) {
    byte[] command = world.commands().write(request.at().apply(stamp()));
    proposals.add(new Event.Proposal(++lastProposalId, command));
    return lastProposalId;
  }

  /// Clients of `from` wait for what this server, if it is primary, commits.
  void onAsked(ServerId from) {
    events.add(new Event.Asked(from));
  }

  /// The time for a command, never less than the one before.
  long stamp() {
    long wallClock = (world.agenda().now() + server.clockAheadUs()) / Agenda.MS;
    lastStamp = Math.max(Math.max(lastStamp, disk.chat().time()), wallClock);
    return lastStamp;
  }

  /// Sends to another server's process what the servers say to each other beside the core's words.
  void tell(ServerId to, String what, Consumer<ServerProcess> onArrival) {
    world.trace().line(now(), "%s->%s %s", id(), to, what);
    world.deliver(id(), to, false, onArrival);
  }

  private void tick() {
    if (alive) {
      ticksElapsed++;
      world.agenda().after((long) (world.plan().tickUs() * server.tickStretch()), this::tick);
      wake();
    }
  }

  private void wake() {
    if (!awake && !busy && !paused && alive) {
      awake = true;
      world.agenda().after(WAKE_US, this::runBatch);
    }
  }

  private void runBatch() {
    awake = false;
    if (!alive || paused || busy) {
      return;
    }
    if (ticksElapsed > 0) {
      snapshots.onTick();
      members.onTick();
      events.add(new Event.Tick(ticksElapsed));
      ticksElapsed = 0;
    }
    events.addAll(followUps);
    followUps.clear();
    for (int i = 0; i < BATCH_MAX && alive && !inbox.isEmpty(); i++) {
      inbox.remove().run();
    }
    if (!alive) {
      // It has ended itself, to begin anew with a snapshot or because it was removed.
      return;
    }
    writes.route();
    rescues.route();
    members.proposeOwn();
    if (!proposals.isEmpty()) {
      events.add(new Event.Proposed(proposals));
      proposals.clear();
    }
    if (!events.isEmpty()) {
      Role before = replica.role();
      long termBefore = replica.term();
      Effects effects = replica.step(events);
      events.clear();
      world.laws().stepped(this, before, termBefore);
      Role role = replica.role();
      boolean counting =
          before == Role.PRIMARY && role == Role.PRIMARY && replica.term() == termBefore;
      carryOut(effects, counting);
    }
    if (!inbox.isEmpty() || !followUps.isEmpty()) {
      wake();
    }
  }

  private void carryOut(Effects effects, boolean counting) {
    effects.sendBeforeSync().forEach(this::send);
    effects.hardState().ifPresent(disk::save);
    if (!effects.entries().isEmpty()) {
      world.laws().appends(this, effects.entries());
      disk.append(effects.entries());
    }
    world.laws().commits(this, lastCommit, effects.commitIndex(), counting);
    lastCommit = effects.commitIndex();
    long appliedBefore = disk.applied();
    boolean appliesFirst = effects.entries().isEmpty() || applyOwed || writes.answersWait();
    List<Written> written =
        appliesFirst ? applyUpTo(Math.min(lastCommit, appliable(effects))) : List.of();
    applyOwed = !appliesFirst;
    rescues.settle();
    long settled = replica.committedMembership().index();
    boolean settles = settled > appliedBefore && settled <= disk.applied();
    compact();
    disk.commit();
    if (effects.mustSync() || settles) {
      busy = true;
      world.agenda().after(world.syncTime(server), () -> synced(effects, written));
    } else {
      finish(effects, written);
    }
  }

  private long appliable(Effects effects) {
    return world.plan().applyUnsynced() || effects.entries().isEmpty()
        ? disk.last().index()
        : effects.entries().getFirst().index() - 1;
  }

  private List<Written> applyUpTo(long limit) {
    List<Written> written = new ArrayList<>();
    for (long index = disk.applied() + 1; index <= limit; index++) {
      LogEntry entry = disk.entry(index).orElseThrow();
      Command command = world.commands().read(entry.command());
      Applied applied = machine.apply(EntryId.of(entry.term(), index), command);
      digest.add(index, entry.command(), applied.outcome());
      disk.setApplied(index, digest.value());
      if (world.plan().survivor()) {
        world
            .commands()
            .membershipOf(entry)
            .ifPresent(list -> disk.hold(list, world.commands().sharedBefore(entry)));
      }
      Optional<Request> request = world.laws().applied(this, entry, command, applied);
      request.ifPresent(r -> written.add(new Written(entry.index(), entry.term(), r, applied)));
    }
    return written;
  }

  /// Lets go of what is applied, whoever may lack it; save what a snapshot on its way will need.
  private void compact() {
    long upTo =
        Math.min(
            Math.min(Math.min(appliedTold, disk.forgettable()), snapshots.pin()),
            disk.last().index() - world.plan().keepEntries());
    if (upTo > disk.compacted().index()) {
      disk.compact(upTo, world.commands());
      replica.compacted(disk.compacted());
    }
  }

  private void synced(Effects effects, List<Written> written) {
    if (paused) {
      onResume.add(() -> synced(effects, written));
    } else if (alive) {
      disk.sync();
      if (!effects.entries().isEmpty()) {
        world.laws().synced(this, effects.entries());
      }
      busy = false;
      followUps.add(new Event.Synced(disk.last()));
      finish(effects, written);
      wake();
    }
  }

  private void finish(Effects effects, List<Written> written) {
    effects.sendAfterSync().forEach(this::send);
    effects.answers().forEach(this::onAnswer);
    for (Written write : written) {
      writes.onApplied(write.index(), write.term(), write.request(), write.applied().outcome());
    }
    if (disk.applied() > appliedTold) {
      appliedTold = disk.applied();
      followUps.add(new Event.Applied(appliedTold));
      reads.onApplied();
    }
    if (effects.foundingWanted()) {
      followUps.add(new Event.Founded(founding()));
    }
    if (replica.holdsBack() && !sendsHeld) {
      sendsHeld = true;
      world.agenda().after(HOLD_US, this::sendHeld);
    }
  }

  private void sendHeld() {
    sendsHeld = false;
    if (alive) {
      followUps.add(new Event.SendHeld());
      wake();
    }
  }

  private void onAnswer(Answer answer) {
    switch (answer) {
      case Answer.Appended appended -> writes.onAppended(appended);
      case Answer.Refused refused -> writes.onRefused(refused);
      case Answer.ReadReady ready -> reads.onReady(ready);
      case Answer.ReadRefused refused -> reads.onRefused(refused);
    }
  }

  private void send(Envelope envelope) {
    if (world.trace().on()) {
      world.trace().line(now(), "%s->%s %s", id(), envelope.to(), envelope.message());
    }
    world.laws().sent(id(), envelope);
    Event.Received received = new Event.Received(id(), envelope.message());
    world.deliver(id(), envelope.to(), true, other -> other.handIn(received));
  }

  private byte[] founding() {
    List<Member> founders = new ArrayList<>();
    for (Member member : server.configured().members()) {
      Optional<String> key =
          member.id().equals(id())
              ? Optional.of(disk.key())
              : Optional.ofNullable(members.keysShown().get(member.id()));
      founders.add(key.map(member::withKey).orElse(member));
    }
    return world
        .commands()
        .write(
            new Command.Found(lastStamp, "founded by " + id(), new byte[32]),
            new Membership(0, founders));
  }
}

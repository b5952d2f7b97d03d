package holdfast.simulation;

import holdfast.replication.Event;
import holdfast.replication.LogPosition;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A server's dealings in snapshots: as primary it sends one, chunk by chunk as they are asked for,
/// to a member that lacks what is compacted (or, now and then, to one that does not, as if its
/// tables had been found to differ); as backup it takes them in.
final class SnapshotDesk {
  private static final int CHUNKS_MAX = 6;

  /// What was said and not answered is said again after so many ticks.
  private static final int AGAIN_TICKS = 4;

  private final World world;
  private final ServerProcess process;
  private final RandomGenerator random;
  private Optional<Outgoing> outgoing = Optional.empty();

  /// Whom the last snapshot went to, while it still needs the log after it.
  private Optional<ServerId> tailFor = Optional.empty();

  private int ticks;

  private record Outgoing(ServerId peer, Disk.Snapshot snapshot, boolean replaces) {}

  SnapshotDesk(World world, ServerProcess process, RandomGenerator random) {
    this.world = world;
    this.process = process;
    this.random = random;
  }

  /// The log after this index must be kept.
  long pin() {
    if (process.replica().role() != Role.PRIMARY) {
      return Long.MAX_VALUE;
    }
    return Math.min(
        outgoing.map(o -> o.snapshot().position().index()).orElse(Long.MAX_VALUE),
        tailFor.map(peer -> process.replica().matchIndex(peer)).orElse(Long.MAX_VALUE));
  }

  void onTick() {
    if (process.replica().role() != Role.PRIMARY) {
      outgoing = Optional.empty();
      tailFor = Optional.empty();
      return;
    }
    ticks++;
    List<ServerId> lacking =
        process.replica().lacking().stream()
            .filter(peer -> process.replica().isUp(peer) || process.replica().strayed(peer))
            .toList();
    tailFor =
        tailFor.filter(
            peer -> process.replica().matchIndex(peer) < process.replica().commitIndex());
    if (outgoing
        .map(o -> o.replaces() ? !process.replica().isUp(o.peer()) : !lacking.contains(o.peer()))
        .orElse(false)) {
      tailFor = outgoing.map(Outgoing::peer);
      outgoing = Optional.empty();
    }
    if (outgoing.isPresent()) {
      if (ticks % AGAIN_TICKS == 0) {
        send(outgoing.get(), 0);
      }
    } else if (!lacking.isEmpty()) {
      begin(lacking.get(random.nextInt(lacking.size())), false);
    }
  }

  /// Whether no snapshot is on its way from here.
  boolean idle() {
    return outgoing.isEmpty();
  }

  /// Sends a snapshot to `peer` that is to replace its tables, as if they had been found to differ.
  void replaceTablesOf(ServerId peer) {
    if (process.replica().role() == Role.PRIMARY
        && outgoing.isEmpty()
        && !peer.equals(process.id())) {
      begin(peer, true);
    }
  }

  private void begin(ServerId peer, boolean replaces) {
    Disk.Snapshot snapshot =
        process
            .disk()
            .snapshot(
                world.newSnapshotNumber(),
                1 + random.nextInt(CHUNKS_MAX),
                world.plan().survivor(),
                world.commands());
    outgoing = Optional.of(new Outgoing(peer, snapshot, replaces));
    tailFor = Optional.empty();
    send(outgoing.get(), 0);
  }

  private void send(Outgoing out, int chunk) {
    long term = process.replica().term();
    ServerId from = process.id();
    process.tell(
        out.peer(),
        "SNAPSHOT %d of %s chunk %d"
            .formatted(out.snapshot().number(), out.snapshot().position(), chunk),
        receiver ->
            receiver.snapshots().onChunk(from, term, out.snapshot(), chunk, out.replaces()));
  }

  // ---- the receiver

  private void onChunk(
      ServerId from, long term, Disk.Snapshot snapshot, int chunk, boolean replaces) {
    Optional<ServerId> expected =
        isMove(snapshot)
            ? process.replica().superseded()
            : process.replica().primary().filter(_ -> process.replica().term() == term);
    if (!expected.equals(Optional.of(from))) {
      return;
    }
    if (!isWanted(snapshot, replaces)) {
      long last = process.replica().last().index();
      process.tell(
          from,
          "SNAPSHOT_ACK ended",
          sender -> sender.snapshots().onEnded(process.id(), snapshot.number(), last));
    } else if (process.disk().arrives(snapshot, chunk)) {
      world.restartWithSnapshot(world.server(process.id()));
    } else {
      int held = process.disk().arrived(snapshot.number());
      process.tell(
          from,
          "SNAPSHOT_ACK %d".formatted(held),
          sender -> sender.snapshots().onAck(process.id(), snapshot.number(), held));
    }
  }

  private boolean isMove(Disk.Snapshot snapshot) {
    return snapshot.history().isPresent() && process.disk().isHigher(snapshot.position());
  }

  private boolean isWanted(Disk.Snapshot snapshot, boolean replaces) {
    LogPosition position = snapshot.position();
    if (isMove(snapshot)) {
      return true;
    }
    return replaces
        ? snapshot.number() != process.disk().installed()
            && position.index() >= process.replica().compacted().index()
        : !process.replica().matches(position);
  }

  // ---- the sender

  private void onAck(ServerId from, long number, int held) {
    outgoing
        .filter(o -> o.peer().equals(from) && o.snapshot().number() == number)
        .ifPresent(o -> send(o, held));
  }

  private void onEnded(ServerId from, long number, long index) {
    if (outgoing.map(o -> o.peer().equals(from) && o.snapshot().number() == number).orElse(false)) {
      tailFor = outgoing.map(Outgoing::peer);
      outgoing = Optional.empty();
      process.handIn(new Event.SnapshotEnded(from, index));
    }
  }
}

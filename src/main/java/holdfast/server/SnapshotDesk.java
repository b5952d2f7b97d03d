package holdfast.server;

import holdfast.replication.Event;
import holdfast.replication.LogPosition;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.storage.SqliteStore;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import holdfast.wire.PeerFrame.SnapshotAck.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Snapshots as the replica thread sees them: as primary, who gets one and what of the log must be
/// kept for it; as backup, whether one is wanted. Owned by that thread, the compaction that follows
/// from it and the comparison of digests, too.
final class SnapshotDesk {
  /// A transfer on which nothing is heard for so long is given up.
  private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  private final ServerId self;
  private final Replica replica;
  private final SqliteStore store;
  private final Applier applier;
  private final Peers peers;
  private final Predicate<ServerId> linked;
  private final boolean survives;
  private final Compaction compaction;
  private final Divergence divergence;
  private final SnapshotTurns turns = new SnapshotTurns();
  private final SnapshotReceiver receiver;
  private Optional<Sending> sending = Optional.empty();

  /// The transfer before, whose thread may still be ending.
  private Optional<SnapshotTransfer> last = Optional.empty();

  /// Who installed a snapshot and still needs what follows it.
  private Optional<Following> following = Optional.empty();

  /// The commit index when this was last looked at: whoever holds that much keeps up.
  private long commitIndexBefore;

  /// @param fromIndex what follows it is needed even before the copy is made
  /// @param copied whether the copy is made, and the receiver is to be heard
  private record Sending(
      SnapshotTransfer transfer, long fromIndex, boolean copied, long heardNanos) {
    long pin() {
      return transfer.position().map(LogPosition::index).orElse(fromIndex);
    }

    Sending heard(long nowNanos) {
      return new Sending(transfer, fromIndex, true, nowNanos);
    }
  }

  private record Following(ServerId peer, long matchIndex, long movedNanos) {}

  /// @param linked whether a link to a server stands
  /// @param survives a last survivor may go on alone: copies have the log with them, so that
  ///   whoever moves to a later timeline can tell what it alone has
  /// @param restart told on any thread that this server is to end and start anew
  SnapshotDesk(
      ServerId self,
      Replica replica,
      SqliteStore store,
      Applier applier,
      Peers peers,
      Predicate<ServerId> linked,
      long logKeepBytes,
      boolean survives,
      Runnable restart) {
    this.self = self;
    this.replica = replica;
    this.store = store;
    this.applier = applier;
    this.peers = peers;
    this.linked = linked;
    this.survives = survives;
    this.compaction = new Compaction(logKeepBytes);
    this.divergence = new Divergence(self);
    this.receiver = new SnapshotReceiver(self, store.snapshots(), peers, restart);
  }

  /// Before anything comes.
  void start() {
    receiver.start();
  }

  /// As part of the store's open transaction.
  void compact() {
    compaction.run(store, replica, applier.appliedIndex());
  }

  /// Whether the log has grown as long as it may while a member without a vote may need it: then no
  /// more writes are taken.
  boolean logIsFull() {
    return compaction.isFull(store);
  }

  // ---- the primary

  /// Holds a backup's digest against this primary's.
  void compare(ServerId from, PeerFrame.Report report) {
    divergence.compare(from, report, applier::digestAt, replica.membership());
  }

  /// Begins what is due and ends what is over. What the core must be told.
  Optional<Event> onTime(long nowNanos) {
    if (replica.role() != Role.PRIMARY) {
      endSending();
      following = Optional.empty();
      divergence.clear();
      compaction.pin(Long.MAX_VALUE);
      return Optional.empty();
    }
    sending =
        sending.map(
            s -> !s.copied() && s.transfer().position().isPresent() ? s.heard(nowNanos) : s);
    sending.filter(s -> isOver(s, nowNanos)).ifPresent(_ -> endSending());
    noteWhoKeepsUp(nowNanos);
    if (sending.isEmpty() && last.map(SnapshotTransfer::hasEnded).orElse(true)) {
      turns.next(wanting(), nowNanos).ifPresent(peer -> begin(peer, nowNanos));
    }
    compaction.pin(
        Math.min(
            sending.map(Sending::pin).orElse(Long.MAX_VALUE),
            following.map(f -> replica.matchIndex(f.peer())).orElse(Long.MAX_VALUE)));
    // A primary whose tables are wrong must not hand them on (DESIGN 10.19).
    return divergence.isSelfIll() && !replica.handingOver()
        ? Optional.of(new Event.TakeOverRequested(Optional.empty()))
        : Optional.empty();
  }

  private List<ServerId> wanting() {
    List<ServerId> wanting = new ArrayList<>(replica.lacking());
    if (!divergence.isSelfIll()) {
      divergence.ill().stream().filter(Predicate.not(wanting::contains)).forEach(wanting::add);
    }
    wanting.removeIf(Predicate.not(this::isThere));
    return wanting;
  }

  /// One of another timeline acknowledges no heartbeat.
  private boolean isThere(ServerId peer) {
    return replica.isUp(peer) || (replica.strayed(peer) && linked.test(peer));
  }

  private void begin(ServerId peer, long nowNanos) {
    turns.begun(peer, nowNanos);
    boolean replaces = !replica.lacking().contains(peer);
    SnapshotTransfer transfer =
        new SnapshotTransfer(
            self, peer, replaces, survives, replica.term(), store.snapshots(), peers);
    sending = Optional.of(new Sending(transfer, store.settledIndex(), false, nowNanos));
    transfer.start();
  }

  /// That the member lacks nothing for a moment proves little: so it seems after each broken link.
  private boolean isOver(Sending current, long nowNanos) {
    SnapshotTransfer transfer = current.transfer();
    boolean silent = current.copied() && nowNanos - current.heardNanos() > SILENCE_NANOS_MAX;
    boolean installed =
        current.copied()
            && !transfer.replaces()
            && replica.matchIndex(transfer.to()) >= current.pin();
    if (installed) {
      follow(transfer.to());
    }
    return installed
        || silent
        || transfer.failure().isPresent()
        || transfer.term() != replica.term();
  }

  private void follow(ServerId peer) {
    following = Optional.of(new Following(peer, replica.matchIndex(peer), System.nanoTime()));
  }

  private void endSending() {
    sending.ifPresent(current -> current.transfer().end());
    last = sending.map(Sending::transfer).or(() -> last);
    sending = Optional.empty();
  }

  private void noteWhoKeepsUp(long nowNanos) {
    replica
        .membership()
        .members()
        .forEach(member -> {
          if (replica.isUp(member.id()) && replica.matchIndex(member.id()) >= commitIndexBefore) {
            if (divergence.isSound(member.id())) {
              turns.caughtUp(member.id());
            }
            following = following.filter(f -> !f.peer().equals(member.id()));
          }
        });
    following =
        following
            .map(f ->
                replica.matchIndex(f.peer()) > f.matchIndex()
                    ? new Following(f.peer(), replica.matchIndex(f.peer()), nowNanos)
                    : f)
            .filter(f -> nowNanos - f.movedNanos() < SILENCE_NANOS_MAX);
    commitIndexBefore = replica.commitIndex();
  }

  /// What `from` says of the snapshot it is being sent; what the core must be told.
  Optional<Event> onAck(ServerId from, PeerFrame.SnapshotAck ack) {
    boolean ours =
        sending
            .map(s -> s.transfer().to().equals(from) && s.transfer().digest().equals(ack.digest()))
            .orElse(false);
    if (!ours) {
      return Optional.empty();
    }
    Sending current = sending.orElseThrow();
    sending = Optional.of(current.heard(System.nanoTime()));
    switch (ack.state()) {
      case RECEIVING -> current.transfer().onHeld(ack.held());
      case PREPARING, INSTALLING -> {}
      case REFUSED -> endSending();
      case ENDED -> {
        endSending();
        divergence.forget(from);
        follow(from);
        compaction.pin(Math.min(current.pin(), replica.matchIndex(from)));
        return Optional.of(new Event.SnapshotEnded(from, ack.lastIndex()));
      }
    }
    return Optional.empty();
  }

  void onLinkUp(ServerId peer) {
    sending
        .filter(current -> current.transfer().to().equals(peer))
        .ifPresent(current -> current.transfer().again());
  }

  /// Sentences for STATUS.
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    sending
        .map(Sending::transfer)
        .ifPresent(transfer ->
            warnings.add(
                "server %s is %s and is being sent a copy of the database (%d%% is there)"
                    .formatted(transfer.to(), state(transfer), transfer.percent())));
    if (replica.role() == Role.PRIMARY) {
      for (ServerId peer : replica.lacking()) {
        if (turns.timesTried(peer) > 1) {
          warnings.add(
              "server %s does not catch up: %d copies of the database were begun for it; look at its disk and its network, or raise log.keep"
                  .formatted(peer, turns.timesTried(peer)));
        }
      }
    }
    if (receiver.isBusy()) {
      warnings.add("server " + self + " is too far behind: a copy of the database is arriving");
    }
    receiver
        .refusal()
        .ifPresent(why ->
            warnings.add(
                "the copy of the database that server %s was sent cannot be taken: %s"
                    .formatted(self, why)));
    divergence.warning().ifPresent(warnings::add);
    return warnings;
  }

  private String state(SnapshotTransfer transfer) {
    if (replica.strayed(transfer.to())) {
      return "of an earlier timeline";
    }
    return transfer.replaces() ? "different from the others" : "too far behind for the log";
  }

  // ---- the backup

  void onPiece(ServerId from, PeerFrame.Snapshot piece) {
    boolean moves = isMove(from, piece);
    boolean follows = piece.term() == replica.term() && replica.primary().equals(Optional.of(from));
    if (!moves && !follows) {
      return;
    }
    if (moves || isWanted(piece)) {
      receiver.onPiece(from, store.clusterId(), piece);
      return;
    }
    peers.send(
        from,
        PeerCodec.encode(
            self,
            new PeerFrame.SnapshotAck(
                piece.term(), piece.digest(), State.ENDED, 0, replica.last().index())));
  }

  /// From the primary of a later timeline, which takes this server in (SURVIVOR.md rule 7).
  private boolean isMove(ServerId from, PeerFrame.Snapshot piece) {
    return replica.superseded().equals(Optional.of(from))
        && Timeline.of(piece.term()).compareTo(Timeline.of(replica.term())) > 0;
  }

  private boolean isWanted(PeerFrame.Snapshot piece) {
    return piece.replaces()
        ? !store.snapshots().installed().equals(Optional.of(piece.digest()))
            && piece.position().index() >= replica.compacted().index()
        : !replica.matches(piece.position());
  }

  /// Ends what other threads do with the store, and waits for each of them.
  void close(Duration atMost) {
    endSending();
    last.ifPresent(transfer -> transfer.close(atMost));
    receiver.close(atMost);
  }
}

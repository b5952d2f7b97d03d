package holdfast.server;

import holdfast.replication.Answer;
import holdfast.replication.Event;
import holdfast.replication.LogPosition;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// What this server, as primary, has handed to its core and owes an answer for: the writes of its
/// own clients and of other servers, and read indexes. Owned by the replica thread.
final class Proposals {
  private final ServerId self;
  private final Replica replica;
  private final Peers peers;
  private final ClusterClock clock;
  private final WriteDesk desk;
  private final ReadIndexDesk readIndexes;
  private final BooleanSupplier diskFull;
  private final Supplier<Optional<ErrorCode>> closed;
  private final Forwards forwards = new Forwards();
  private final Map<Long, Origin> origins = new HashMap<>();
  private final Map<Long, RemoteRead> remoteReads = new HashMap<>();
  private final AckAlls<Origin> ackAlls = new AckAlls<>();
  private List<Event.Proposal> waiting = new ArrayList<>();
  private long term;
  private long lastProposalId;
  private long lastReadId;

  /// A read index asked for by a backup, or (from empty) by this server under `readId`.
  private record RemoteRead(Optional<ServerId> from, long readId) {}

  /// @param diskFull whether nothing gets to this server's disk now
  /// @param closed why this primary takes no writes of anybody now, if it does not
  Proposals(
      ServerId self,
      Replica replica,
      Peers peers,
      ClusterClock clock,
      WriteDesk desk,
      ReadIndexDesk readIndexes,
      BooleanSupplier diskFull,
      Supplier<Optional<ErrorCode>> closed) {
    this.self = self;
    this.replica = replica;
    this.peers = peers;
    this.clock = clock;
    this.desk = desk;
    this.readIndexes = readIndexes;
    this.diskFull = diskFull;
    this.closed = closed;
    this.term = replica.term();
  }

  // ---- in

  /// Proposes a command with the next pass.
  void propose(byte[] body, Origin origin) {
    long time =
        clock.stamp(replica.membership().voters(), System.currentTimeMillis(), System.nanoTime());
    waiting.add(new Event.Proposal(++lastProposalId, CommandCodec.stamp(body, time)));
    origins.put(lastProposalId, origin);
  }

  /// What was proposed since the last call, as one event.
  Optional<Event> take() {
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    Event taken = new Event.Proposed(waiting);
    waiting = new ArrayList<>();
    return Optional.of(taken);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /// A write that another server took. A smaller number than expected is in the log already, and
  /// whoever forwarded it again must not be told that it was refused.
  void onForward(ServerId from, PeerFrame.Forward forward) {
    long expected = forwards.expected(from, forward.session());
    Optional<String> refusal = refusal(forward, expected);
    if (refusal.isPresent()) {
      send(
          from,
          new PeerFrame.ForwardRefused(
              forward.term(), forward.session(), forward.number(), refusal.get(), expected));
    } else if (forward.number() == expected) {
      forwards.accepted(from, forward.session(), forward.number());
      propose(
          forward.command(),
          new Origin.Remote(from, forward.session(), forward.number(), forward.ack()));
    }
  }

  private Optional<String> refusal(PeerFrame.Forward forward, long expected) {
    if (replica.role() != Role.PRIMARY || forward.term() != term) {
      return Optional.of(ErrorCode.NO_PRIMARY.name());
    }
    if (forward.number() < expected) {
      return Optional.empty();
    }
    Optional<ErrorCode> reason = closed.get();
    if (reason.isPresent()) {
      return reason.map(ErrorCode::name);
    }
    return forward.number() > expected
        ? Optional.of(PeerFrame.ForwardRefused.GAP)
        : Optional.empty();
  }

  /// Asks the core for a read index, for this server or for `from`.
  Event askCore(Optional<ServerId> from, long readId) {
    remoteReads.put(++lastReadId, new RemoteRead(from, readId));
    return new Event.ReadRequested(lastReadId);
  }

  /// The term, the role or the primary is another one.
  ///
  /// @param goesOn this server is primary in the same term as before
  void onOfficeChanged(long newTerm, boolean goesOn) {
    term = newTerm;
    if (!goesOn) {
      forwards.newTerm();
      ackAlls.clear();
      // The core refuses what it still holds; this forgets the rest, whose askers ask the next
      // primary.
      remoteReads.values().removeIf(read -> read.from().isPresent());
    }
  }

  // ---- the core's answers

  void onAnswer(Answer answer) {
    switch (answer) {
      case Answer.Appended(long proposalId, LogPosition position) -> {
        Origin origin = origins.remove(proposalId);
        switch (origin.ack()) {
          case MAJORITY -> {}
          case ALL -> ackAlls.add(position, origin);
          // What a full disk did not take is acknowledged when it is applied.
          case PRIMARY -> {
            if (!diskFull.getAsBoolean()) {
              onAcked(origin, position, 1);
            }
          }
        }
      }
      case Answer.Refused(long proposalId, Answer.Reason reason) ->
          onRefused(origins.remove(proposalId), reason);
      case Answer.ReadReady(long readId, long index) -> onReadAnswer(readId, index);
      case Answer.ReadRefused(long readId) -> onReadAnswer(readId, -1);
    }
  }

  private void onRefused(Origin origin, Answer.Reason reason) {
    ErrorCode code =
        switch (reason) {
          case NOT_PRIMARY, HANDING_OVER -> ErrorCode.NO_PRIMARY;
          case BUSY -> ErrorCode.BUSY;
        };
    switch (origin) {
      case Origin.Local(WriteLane lane, PendingWrite write) -> desk.onRefused(lane, write, code);
      case Origin.Remote remote -> {
        forwards.refused(remote.from(), remote.lane(), remote.number());
        send(
            remote.from(),
            new PeerFrame.ForwardRefused(term, remote.lane(), remote.number(), code.name(), 0));
      }
      case Origin.Own() -> {}
    }
  }

  private void onReadAnswer(long readId, long index) {
    RemoteRead read = remoteReads.remove(readId);
    if (read == null) {
      return;
    }
    if (read.from().isPresent()) {
      send(read.from().get(), new PeerFrame.ReadIndexReply(term, read.readId(), index));
    } else if (index >= 0) {
      readIndexes.onConfirmed(read.readId(), index);
    } else {
      readIndexes.onRefused(read.readId());
    }
  }

  /// Tells of each write with ack=all that every voter up has.
  void settleAckAlls(long appliedIndex) {
    ackAlls.settle(replica, appliedIndex, this::onAcked);
  }

  private void onAcked(Origin origin, LogPosition position, int acked) {
    switch (origin) {
      case Origin.Local(WriteLane lane, PendingWrite write) -> desk.acked(lane, write, acked);
      case Origin.Remote remote ->
          send(
              remote.from(),
              new PeerFrame.Forwarded(
                  term, remote.lane(), remote.number(), position.index(), position.term(), acked));
      case Origin.Own() -> {}
    }
  }

  private void send(ServerId to, PeerFrame frame) {
    peers.send(to, PeerCodec.encode(self, frame));
  }
}

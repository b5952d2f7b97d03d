package holdfast.server;

import holdfast.chat.ChatMachine;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.wire.Ack;
import holdfast.wire.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/// The writes that this server took from its clients and has not answered: holds them while there
/// is no primary, hands them to the primary of the day in each connection's order, again after
/// every change of primary (the request ids make that harmless), and answers them from this
/// server's own apply. Owned by the replica thread.
final class WriteDesk {
  /// How long a write waits for a primary before NO_PRIMARY, so that a failover looks like a slow
  /// write.
  static final long HOLD_NANOS = 3_000_000_000L;

  /// A forwarded write that is not applied by then is forwarded again: the frame may have died with
  /// its link.
  static final long FORWARD_AGAIN_NANOS = 500_000_000L;

  /// Bytes of commands that may wait here; beyond: BUSY.
  private static final long PENDING_BYTES_MAX = 24L << 20;

  private final Supplier<ChatMachine> machine;
  private final Channel channel;
  private final long timeoutNanos;

  /// Lanes with pending writes, in the order in which they became active.
  private final Set<WriteLane> active = new LinkedHashSet<>();

  private final Map<RequestName, List<Waiting>> waiting = new HashMap<>();
  private final Map<Long, WriteLane> lanesById = new HashMap<>();
  private long nextLaneId;
  private long pendingBytes;

  /// What a pending write is found by when its command is applied. Content is not part of it: the
  /// first outcome, or BAD_REQUEST for other content, is what the apply returned.
  private record RequestName(long account, Optional<String> username, String requestId) {
    static RequestName of(RequestKey key) {
      return new RequestName(key.account(), key.username(), key.requestId());
    }
  }

  private record Waiting(WriteLane lane, PendingWrite write) {}

  /// Where writes go from here.
  interface Channel {
    /// Why this server, which is the primary, takes no write now; empty: it does, or is not.
    Optional<RequestRefused> refusal();

    /// Whether there is a primary that a write can be handed to now: this server, or one with a
    /// link.
    boolean open();

    /// Whether that primary is this server.
    boolean local();

    /// Hands over one write: proposes it here, or forwards it. False: not possible now.
    boolean send(WriteLane lane, PendingWrite write);
  }

  /// @param firstLaneId greater than 0, and such that no lane of an earlier process of this server
  ///   had its number or one near above: the primary, which may be the same still, would take the
  ///   new lane's writes for those
  WriteDesk(Supplier<ChatMachine> machine, Channel channel, long timeoutNanos, long firstLaneId) {
    this.nextLaneId = firstLaneId;
    this.machine = machine;
    this.channel = channel;
    this.timeoutNanos = timeoutNanos;
  }

  /// Takes a write, after all earlier ones of its lane.
  void submit(WriteLane lane, PendingWrite write) {
    if (lane.closed || blocked(lane, write)) {
      return;
    }
    if (write.ack != Ack.ALL) {
      Optional<ChatMachine.Remembered> remembered = machine.get().remembered(write.key);
      if (remembered.isPresent()) {
        answerRemembered(write.key.requestId(), write.reply, remembered.get());
        return;
      }
    }
    Optional<RequestRefused> refusal = refusal(write);
    if (refusal.isPresent()) {
      failEarly(
          lane,
          write.repeatable ? Optional.of(write.key.requestId()) : Optional.empty(),
          write.reply,
          refusal.get());
      return;
    }
    // Only after all earlier ones of the lane are out: a held lane stays held as a whole.
    PendingWrite before = lane.pending.peekLast();
    boolean next = before == null || before.out || before.applied.isPresent();
    lane.pending.addLast(write);
    pendingBytes += write.body.length;
    active.add(lane);
    waiting
        .computeIfAbsent(RequestName.of(write.key), name -> new ArrayList<>(1))
        .add(new Waiting(lane, write));
    if (next && channel.open()) {
      send(lane, write);
    }
  }

  /// Fails a write that never came as far as the desk, under the same rule of order.
  void failEarly(
      WriteLane lane, Optional<String> requestId, WriteReply reply, RequestRefused refusal) {
    if (refusal.code().retry() && requestId.isPresent() && lane.blockedBy.isEmpty()) {
      lane.blockedBy = requestId;
    }
    reply.failed(refusal);
  }

  /// What the request returned the first time, if it is remembered.
  Optional<ChatMachine.Remembered> remembered(RequestKey key) {
    return machine.get().remembered(key);
  }

  private Optional<RequestRefused> refusal(PendingWrite write) {
    Optional<RequestRefused> refusal = channel.refusal();
    if (refusal.isPresent()) {
      return refusal;
    }
    if (pendingBytes + write.body.length > PENDING_BYTES_MAX) {
      return Optional.of(
          new RequestRefused(
              ErrorCode.BUSY, "not done: too many writes wait on this server; repeat soon"));
    }
    return Optional.empty();
  }

  private boolean blocked(WriteLane lane, PendingWrite write) {
    if (!write.repeatable || lane.blockedBy.isEmpty()) {
      return false;
    }
    if (lane.blockedBy.get().equals(write.key.requestId())) {
      lane.blockedBy = Optional.empty();
      return false;
    }
    write.reply.failed(
        new RequestRefused(
            ErrorCode.BUSY,
            "not done: request_id %s failed before it on this connection; repeat that one first"
                .formatted(lane.blockedBy.get())));
    return true;
  }

  /// Answers a repeat with what is remembered of the request.
  static void answerRemembered(
      String requestId, WriteReply reply, ChatMachine.Remembered remembered) {
    switch (remembered) {
      case ChatMachine.Remembered.First(Outcome outcome) ->
          reply.applied(outcome, true, OptionalInt.empty());
      case ChatMachine.Remembered.OtherContent() ->
          reply.failed(
              new RequestRefused(
                  ErrorCode.BAD_REQUEST,
                  "request_id %s was used for another request; take a new one"
                      .formatted(requestId)));
    }
  }

  private boolean send(WriteLane lane, PendingWrite write) {
    if (lane.laneId == 0) {
      lane.laneId = nextLaneId++;
      lanesById.put(lane.laneId, lane);
    }
    if (write.number == 0) {
      write.number = lane.nextNumber++;
    }
    if (!channel.send(lane, write)) {
      return false;
    }
    write.handedOver(System.nanoTime());
    return true;
  }

  /// A new term, a new primary or a new link to it: everything not applied goes out again, in each
  /// lane's order.
  void resendAll() {
    for (WriteLane lane : List.copyOf(active)) {
      renumber(lane);
      resend(lane);
    }
  }

  private void renumber(WriteLane lane) {
    lanesById.remove(lane.laneId);
    lane.renumber(nextLaneId++);
    lanesById.put(lane.laneId, lane);
  }

  /// Sends what is not applied, oldest first. A remote primary tells by the numbers what it has; in
  /// the own log only what is not there yet may be proposed.
  private void resend(WriteLane lane) {
    if (!channel.open()) {
      return;
    }
    for (PendingWrite write : List.copyOf(lane.pending)) {
      boolean wanted = write.applied.isEmpty() || write.acked == 0;
      if (wanted && !(write.out && channel.local()) && !send(lane, write)) {
        return;
      }
    }
  }

  /// The primary did not log `number`, since it misses an earlier one of this lane: forward from
  /// there; if we no longer have that one, the numbering starts anew.
  void onGap(long laneId, long number, long expected) {
    WriteLane lane = lanesById.get(laneId);
    if (lane == null) {
      return;
    }
    boolean known = false;
    for (PendingWrite write : List.copyOf(lane.pending)) {
      known |= write.number == expected;
      if (write.number == number) {
        write.refused();
      } else if (write.number >= expected) {
        write.out = false;
      }
    }
    if (lane.blockedBy.isPresent()) {
      failThoseBehind(lane);
    }
    if (!known) {
      renumber(lane);
    }
    resend(lane);
  }

  /// The remote primary did not log it.
  void onRefused(long laneId, long number, ErrorCode code) {
    find(laneId, number).ifPresent(w -> onRefused(w.lane(), w.write(), code));
  }

  /// The primary (this server or another) did not log it. Without office it may have it later; if
  /// busy, the client is told, unless an earlier attempt may still be committed.
  void onRefused(WriteLane lane, PendingWrite write, ErrorCode code) {
    write.refused();
    if (code != ErrorCode.NO_PRIMARY && !write.mayBeLogged() && lane.pending.contains(write)) {
      fail(
          lane,
          write,
          new RequestRefused(
              code, "not done: the cluster takes no more writes now; repeat the request soon"));
    }
  }

  /// So many voters have the write, as its `ack` asks for.
  void onAcked(long laneId, long number, int acked) {
    find(laneId, number).ifPresent(w -> acked(w.lane(), w.write(), acked));
  }

  /// ack=primary: the write is on the primary's disk.
  void accepted(WriteLane lane, PendingWrite write) {
    if (lane.pending.contains(write)) {
      finish(lane, write);
      write.reply.accepted();
    }
  }

  void acked(WriteLane lane, PendingWrite write, int acked) {
    if (write.ack == Ack.PRIMARY) {
      accepted(lane, write);
      return;
    }
    write.acked = acked;
    if (write.applied.isPresent() && lane.pending.contains(write)) {
      finish(lane, write);
      write.reply.applied(
          write.applied.get().outcome(), write.applied.get().repeat(), OptionalInt.of(acked));
    }
  }

  private Optional<Waiting> find(long laneId, long number) {
    WriteLane lane = lanesById.get(laneId);
    if (lane != null) {
      for (PendingWrite write : lane.pending) {
        if (write.number == number) {
          return Optional.of(new Waiting(lane, write));
        }
      }
    }
    return Optional.empty();
  }

  /// A command was applied: answers whoever waits for it.
  void onApplied(RequestKey key, Outcome outcome, boolean repeat) {
    List<Waiting> waiters = waiting.get(RequestName.of(key));
    if (waiters == null) {
      return;
    }
    for (Waiting waiter : List.copyOf(waiters)) {
      PendingWrite write = waiter.write();
      if (write.applied.isEmpty()) {
        boolean sameContent = write.key.payload().equals(key.payload());
        write.applied = Optional.of(new PendingWrite.Applied(outcome, repeat));
        if (!sameContent) {
          // Somebody else's request under the same id won; ours is judged against it.
          Optional<ChatMachine.Remembered> remembered = machine.get().remembered(write.key);
          finish(waiter.lane(), write);
          remembered.ifPresent(r -> answerRemembered(write.key.requestId(), write.reply, r));
          continue;
        }
      }
      onApplied(waiter, outcome, repeat);
    }
  }

  private void onApplied(Waiting waiter, Outcome outcome, boolean repeat) {
    PendingWrite write = waiter.write();
    switch (write.ack) {
      case MAJORITY -> {
        finish(waiter.lane(), write);
        write.reply.applied(outcome, repeat, OptionalInt.empty());
      }
      case ALL -> {
        if (write.acked > 0) {
          acked(waiter.lane(), write, write.acked);
        } else {
          write.reply.appliedButNotAcked();
        }
      }
      case PRIMARY -> {
        // Committed before the primary's word came: as good, unless it was refused.
        finish(waiter.lane(), write);
        if (outcome instanceof Outcome.Refused) {
          write.reply.applied(outcome, repeat, OptionalInt.empty());
        } else {
          write.reply.accepted();
        }
      }
    }
  }

  private void finish(WriteLane lane, PendingWrite write) {
    pendingBytes -= write.body.length;
    if (lane.pending.peekFirst() == write) {
      lane.pending.removeFirst();
    } else {
      lane.pending.remove(write);
    }
    if (lane.pending.isEmpty()) {
      active.remove(lane);
    }
    RequestName name = RequestName.of(write.key);
    List<Waiting> waiters = waiting.get(name);
    if (waiters != null) {
      waiters.removeIf(w -> w.write() == write);
      if (waiters.isEmpty()) {
        waiting.remove(name);
      }
    }
  }

  private void fail(WriteLane lane, PendingWrite write, RequestRefused refusal) {
    finish(lane, write);
    if (refusal.code().retry() && write.repeatable) {
      if (lane.blockedBy.isEmpty()) {
        lane.blockedBy = Optional.of(write.key.requestId());
      }
      failThoseBehind(lane);
    }
    write.reply.failed(refusal);
  }

  /// None of them must overtake the write that failed. What was handed to one primary, too, would
  /// be handed to the next one, which may have nothing of what came before it.
  private void failThoseBehind(WriteLane lane) {
    for (PendingWrite later : List.copyOf(lane.pending)) {
      if (!later.repeatable) {
        continue;
      }
      finish(lane, later);
      if (later.mayBeLogged()) {
        later.reply.failed(unknownOutcome());
      } else {
        blocked(lane, later);
      }
    }
  }

  /// Lets time pass: gives up what waited too long, forwards again what got no answer.
  void onTime(long nowNanos) {
    for (WriteLane lane : List.copyOf(active)) {
      while (!lane.pending.isEmpty()) {
        PendingWrite oldest = lane.pending.peekFirst();
        long waited = nowNanos - oldest.arrivedNanos;
        if (waited >= timeoutNanos && oldest.mayBeLogged()) {
          fail(lane, oldest, unknownOutcome());
        } else if (waited >= Math.min(HOLD_NANOS, timeoutNanos) && !oldest.mayBeLogged()) {
          fail(lane, oldest, noPrimary(oldest));
        } else {
          break;
        }
      }
      PendingWrite oldest = lane.pending.peekFirst();
      if (oldest != null
          && channel.open()
          && (!oldest.out || nowNanos - oldest.sentNanos >= FORWARD_AGAIN_NANOS)) {
        resend(lane);
      }
    }
  }

  /// What has a request_id may be a repeat, whose first attempt, at any server, nobody here knows.
  private static RequestRefused noPrimary(PendingWrite write) {
    return new RequestRefused(
        ErrorCode.NO_PRIMARY,
        write.repeatable
            ? "not done this time: no primary could be reached; an earlier attempt that got TIMEOUT"
                + " may still be committed; repeat it with the same request_id"
            : "not done: no primary could be reached; repeat the request");
  }

  private static RequestRefused unknownOutcome() {
    return new RequestRefused(
        ErrorCode.TIMEOUT,
        "the outcome is unknown: the write may still be committed; repeat it with the same"
            + " request_id");
  }

  /// The connection is gone: nobody waits any more. What is in the log takes its course.
  void drop(WriteLane lane) {
    lane.closed = true;
    for (PendingWrite write : List.copyOf(lane.pending)) {
      finish(lane, write);
    }
    lanesById.remove(lane.laneId);
  }

  /// A number for a lane that carries one command of this server's own.
  long newLaneId() {
    return nextLaneId++;
  }

  /// Nothing waits for an answer.
  boolean isEmpty() {
    return active.isEmpty();
  }
}

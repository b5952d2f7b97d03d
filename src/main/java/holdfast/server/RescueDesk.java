package holdfast.server;

import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.storage.Rescue;
import holdfast.storage.RescuedCommand;
import holdfast.storage.Unreplayable;
import holdfast.wire.Ack;
import holdfast.wire.CommandCodec;
import holdfast.wire.PeerFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the writes that this server alone took, in a timeline that lost, logged again: one at a
/// time, in their order, under their own request ids (SURVIVOR.md rule 9). Each is handed to
/// `WriteDesk` like a client's, and its row is done with once it is applied here. Owned by the
/// replica thread.
final class RescueDesk {
  /// After a failure: how long until the same write is tried again.
  static final long AGAIN_NANOS = 200_000_000L;

  private static final Logger log = LoggerFactory.getLogger(RescueDesk.class);

  private final Rescue rescue;
  private final WriteDesk desk;
  private final Supplier<ChatMachine> machine;
  private final WriteLane lane = new WriteLane();

  /// The row that is being logged again.
  private Optional<RescuedCommand> current = Optional.empty();

  /// What is to be written of it with the next transaction: why it could not be, or nothing.
  private Optional<Settled> settled = Optional.empty();

  /// What operators have done with, to be thrown away with the next transaction.
  private final List<Forgetting> forgettings = new ArrayList<>();

  private long notBeforeNanos = System.nanoTime();

  private record Settled(long position, Optional<String> refusal) {}

  private record Forgetting(long upTo, CompletableFuture<Void> done) {}

  RescueDesk(Rescue rescue, WriteDesk desk, Supplier<ChatMachine> machine) {
    this.rescue = rescue;
    this.desk = desk;
    this.machine = machine;
    if (rescue.waiting() > 0) {
      log.warn(
          "{} writes that this server took while the cluster was split are logged again now",
          rescue.waiting());
    }
  }

  /// How many writes wait, and how many could not be logged again.
  PeerFrame.Rescue counts() {
    return new PeerFrame.Rescue(rescue.waiting(), rescue.unreplayableCount());
  }

  /// Whether a write waits and none is under way.
  boolean isIdle() {
    return rescue.waiting() > 0 && current.isEmpty() && settled.isEmpty();
  }

  /// Hands over the next write: a primary of this server's timeline takes writes.
  void goOn(long nowNanos) {
    if (nowNanos - notBeforeNanos < 0) {
      return;
    }
    current = rescue.next();
    current.ifPresent(row -> {
      Optional<Command.Write> command = rescue.translated(row, machine.get());
      if (command.isEmpty()) {
        settle(row, Optional.of(Rescue.NAMES_WHAT_IS_NOT_THERE));
      } else {
        submit(row, command.get());
      }
    });
  }

  /// Outside the rule of order of a connection, which waits for the very write that failed: the
  /// order is this desk's own, and that write may be one that can be named no more.
  private void submit(RescuedCommand row, Command.Write command) {
    boolean repeatable = false;
    desk.submit(
        lane,
        new PendingWrite(
            command.request(),
            CommandCodec.body(command),
            Ack.MAJORITY,
            repeatable,
            new Reply(row),
            System.nanoTime()));
  }

  private void settle(RescuedCommand row, Optional<String> refusal) {
    settled = Optional.of(new Settled(row.position(), refusal));
    current = Optional.empty();
  }

  /// Told what became of the write under way.
  private final class Reply implements WriteReply {
    private final RescuedCommand row;

    Reply(RescuedCommand row) {
      this.row = row;
    }

    private boolean isCurrent() {
      return current.equals(Optional.of(row));
    }

    @Override
    public void applied(Outcome outcome, boolean repeat, OptionalInt acked) {
      if (isCurrent()) {
        settle(
            row,
            outcome instanceof Outcome.Refused refused
                ? Optional.of(refused.message())
                : Optional.empty());
      }
    }

    @Override
    public void appliedButNotAcked() {}

    @Override
    public void accepted() {}

    @Override
    public void failed(RequestRefused refusal) {
      if (!isCurrent()) {
        return;
      }
      if (refusal.code().retry()) {
        current = Optional.empty();
        notBeforeNanos = System.nanoTime() + AGAIN_NANOS;
      } else {
        settle(row, Optional.of(refusal.getMessage()));
      }
    }
  }

  // ---- rows

  /// Whether there is something to write.
  boolean hasRows() {
    return settled.isPresent() || !forgettings.isEmpty();
  }

  /// Throws away what could not be logged again, up to the position `upTo`; `done` is completed
  /// when that is committed. An operator has seen it.
  void forget(long upTo, CompletableFuture<Void> done) {
    forgettings.add(new Forgetting(upTo, done));
  }

  /// As part of the store's open transaction. The write is applied by then, in this transaction or
  /// one before: if the row's end were lost it would only be found done already.
  void write() {
    settled.ifPresent(this::write);
    settled = Optional.empty();
    forgettings.forEach(wish -> rescue.forget(wish.upTo()));
  }

  private void write(Settled done) {
    if (done.refusal().isPresent()) {
      rescue.unreplayable(done.position(), done.refusal().get());
    } else {
      rescue.settled(done.position());
    }
    if (rescue.waiting() == 0) {
      log.info(
          "all writes are logged again, but for {} that could not be", rescue.unreplayableCount());
    }
  }

  /// The transaction that `write` was part of is.
  void committed() {
    forgettings.forEach(wish -> wish.done().complete(null));
    forgettings.clear();
  }

  /// The transaction was rolled back: whatever was settled is found again, and what is to be thrown
  /// away is so with the next one.
  void rolledBack() {
    settled = Optional.empty();
  }

  /// What could not be logged again, from behind `position` on, the oldest first.
  List<Unreplayable> unreplayable(long position, int max) {
    return rescue.unreplayable(position, max);
  }
}

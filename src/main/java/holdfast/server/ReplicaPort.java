package holdfast.server;

import holdfast.chat.ChatMachine;
import holdfast.chat.RequestKey;
import holdfast.replication.Event;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.storage.Reads;
import holdfast.wire.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The replica thread as connections see it: every method hands a task to it; some block the
/// calling (virtual) thread for the answer. Safe for any thread.
final class ReplicaPort {
  /// Beyond a wait's own deadline: a loop that does not answer at all is busy with its disk.
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Intake intake;
  private final Office office;
  private final Reads reads;

  ReplicaPort(Intake intake, Office office, Reads reads) {
    this.intake = intake;
    this.office = office;
    this.reads = reads;
  }

  void submit(WriteLane lane, PendingWrite write) {
    if (!intake.offer(() -> office.desk().submit(lane, write), write.body.length)) {
      write.reply.failed(shuttingDown());
    }
  }

  /// Fails a write that could not be made a command, in its place among the connection's writes.
  void failEarly(
      WriteLane lane, Optional<String> requestId, WriteReply reply, RequestRefused refusal) {
    if (!intake.offer(() -> office.desk().failEarly(lane, requestId, reply, refusal))) {
      reply.failed(shuttingDown());
    }
  }

  /// Runs `task` on the replica thread; false: the server is stopping.
  boolean run(Runnable task) {
    return intake.offer(task);
  }

  /// What is remembered of a request, as of the last command applied.
  Optional<ChatMachine.Remembered> remembered(RequestKey key)
      throws RequestRefused, InterruptedException {
    return call(() -> office.desk().remembered(key));
  }

  /// Replica thread: asks the core to hand over to the most caught-up voter.
  void handOver() {
    office.add(new Event.TakeOverRequested(Optional.empty()));
  }

  /// Replica thread: the same to one voter.
  void handOver(ServerId target) {
    office.add(new Event.TakeOverRequested(Optional.of(target)));
  }

  /// Replica thread: how many committed entries `server` is not known to have; empty if it is not
  /// up, or this server is not primary.
  Optional<Long> lacks(ServerId server) {
    return office.lacks(server);
  }

  /// Replica thread.
  long appliedIndex() {
    return office.appliedIndex();
  }

  /// Replica thread: the running digest there, if it is still known.
  Optional<byte[]> digestAt(long index) {
    return office.digestAt(index);
  }

  /// Asks the primary, whoever that is by then, for a change of the members. Completed within
  /// `MemberDesk.CHANGE_NANOS_MAX`, or not at all if the server stops.
  CompletableFuture<ChangeResult> change(MemberChange change) {
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    if (!intake.offer(() -> office.members().want(change, result))) {
      result.complete(new ChangeResult.Refused("this server is stopping; ask another"));
    }
    return result;
  }

  /// Replica thread: an operator wants this server to go on alone.
  void survive(CompletableFuture<ChangeResult> result) {
    office.survivor().survive(result);
  }

  /// Replica thread.
  RescueDesk rescue() {
    return office.rescue();
  }

  SignIns signIns() {
    return office.signIns();
  }

  Typings typings() {
    return office.signIns().typings();
  }

  WriteDesk desk() {
    return office.desk();
  }

  /// Has `work` done on the replica thread and waits for what it returns.
  <T> T call(Supplier<T> work) throws RequestRefused, InterruptedException {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (!intake.offer(() -> result.complete(work.get()))) {
      throw shuttingDown();
    }
    return await(result, GRACE);
  }

  /// Has `work` begun on the replica thread and waits until that completes what it is given.
  void done(Consumer<CompletableFuture<Void>> work) throws RequestRefused, InterruptedException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (!intake.offer(() -> work.accept(done))) {
      throw shuttingDown();
    }
    await(done, GRACE);
  }

  /// Waits until everything acknowledged anywhere before now is applied here (thesis §6.4):
  /// NO_PRIMARY if no primary confirms it within `within`, BEHIND if this server does not catch up
  /// by then.
  void confirm(Duration within) throws RequestRefused, InterruptedException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    long deadline = System.nanoTime() + within.toNanos();
    if (!intake.offer(() -> office.readIndexes().confirm(done, deadline))) {
      throw shuttingDown();
    }
    await(done, within.plus(GRACE));
  }

  /// Before a refusal that rests on something being absent here: nothing acknowledged anywhere may
  /// be missing. BEHIND, if no primary confirms that.
  void confirmAbsence() throws RequestRefused, InterruptedException {
    try {
      confirm(LoginDesk.CATCH_UP);
    } catch (RequestRefused e) {
      throw new RequestRefused(
          ErrorCode.BEHIND,
          "not known to this server, and no primary can confirm that; repeat, or ask another");
    }
  }

  /// Waits until the command `id` is applied here, or, if its timeline was lost, the beginning of
  /// the one that took its place; BEHIND after `within`.
  void awaitApplied(long id, Duration within) throws RequestRefused, InterruptedException {
    // A step that adds a timeline is settled by itself, so readers know of all.
    awaitIndex(() -> reads.timelines().indexOf(id), within);
  }

  /// Waits until the log is applied here up to `index`; BEHIND after `within`.
  void awaitIndex(long index, Duration within) throws RequestRefused, InterruptedException {
    awaitIndex(() -> index, within);
  }

  private void awaitIndex(LongSupplier index, Duration within)
      throws RequestRefused, InterruptedException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    long deadline = System.nanoTime() + within.toNanos();
    if (!intake.offer(() -> office.readIndexes().await(index.getAsLong(), done, deadline))) {
      throw shuttingDown();
    }
    await(done, within.plus(GRACE));
  }

  private static <T> T await(CompletableFuture<T> future, Duration within)
      throws RequestRefused, InterruptedException {
    try {
      return future.get(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RequestRefused refused) {
        throw refused;
      }
      throw new IllegalStateException("a task of the replica thread failed", e.getCause());
    } catch (TimeoutException e) {
      throw new RequestRefused(
          ErrorCode.BUSY, "this server did not get to it in time; repeat, or ask another");
    }
  }

  static RequestRefused shuttingDown() {
    return new RequestRefused(
        ErrorCode.SHUTTING_DOWN, "this server is stopping; repeat the request at another");
  }
}

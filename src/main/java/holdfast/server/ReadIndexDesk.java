package holdfast.server;

import holdfast.wire.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/// Reads that wait: for the primary to confirm a read index (thesis §6.4), then for this server to
/// have applied that much; or just for an index. All reads that arrive while one confirmation is
/// under way share the next. Owned by the replica thread; the futures are completed there.
final class ReadIndexDesk {
  /// A confirmation unanswered for so long is asked for again (its frame may have died with a
  /// link).
  private static final long ASK_AGAIN_NANOS = 200_000_000L;

  private final Channel channel;
  private List<Waiting> next = new ArrayList<>();
  private final Map<Long, List<Waiting>> asked = new HashMap<>();
  private final PriorityQueue<AwaitingApply> awaitingApply =
      new PriorityQueue<>(Comparator.comparingLong(AwaitingApply::index));
  private long lastReadId;
  private long askedNanos;
  private long appliedIndex;

  private record Waiting(CompletableFuture<Void> done, long deadlineNanos) {}

  private record AwaitingApply(long index, CompletableFuture<Void> done, long deadlineNanos) {}

  /// Where confirmations come from.
  interface Channel {
    /// Asks the primary, this server or another, to confirm `readId`. False: there is none to ask
    /// now.
    boolean ask(long readId);
  }

  ReadIndexDesk(Channel channel, long appliedIndex) {
    this.channel = channel;
    this.appliedIndex = appliedIndex;
  }

  /// Completes `done` once everything acknowledged anywhere before now is applied here.
  void confirm(CompletableFuture<Void> done, long deadlineNanos) {
    next.add(new Waiting(done, deadlineNanos));
    askIfIdle();
  }

  /// Completes `done` once `index` is applied here.
  void await(long index, CompletableFuture<Void> done, long deadlineNanos) {
    if (index <= appliedIndex) {
      done.complete(null);
    } else {
      awaitingApply.add(new AwaitingApply(index, done, deadlineNanos));
    }
  }

  private void askIfIdle() {
    if (asked.isEmpty() && !next.isEmpty()) {
      long readId = ++lastReadId;
      if (channel.ask(readId)) {
        asked.put(readId, next);
        next = new ArrayList<>();
        askedNanos = System.nanoTime();
      }
    }
  }

  void onConfirmed(long readId, long index) {
    List<Waiting> confirmed = asked.remove(readId);
    if (confirmed != null) {
      for (Waiting read : confirmed) {
        await(index, read.done(), read.deadlineNanos());
      }
    }
    askIfIdle();
  }

  /// Not confirmed: they wait on, for the primary to come or their time to end.
  void onRefused(long readId) {
    List<Waiting> refused = asked.remove(readId);
    if (refused != null) {
      next.addAll(refused);
    }
  }

  /// A new primary, term or link: what was asked is asked again.
  void askAgain() {
    for (long readId : List.copyOf(asked.keySet())) {
      onRefused(readId);
    }
    askIfIdle();
  }

  void onApplied(long index) {
    appliedIndex = index;
    while (!awaitingApply.isEmpty() && awaitingApply.peek().index() <= index) {
      awaitingApply.poll().done().complete(null);
    }
  }

  void onTime(long nowNanos) {
    expire(next, nowNanos);
    for (List<Waiting> reads : asked.values()) {
      expire(reads, nowNanos);
    }
    awaitingApply.removeIf(read -> {
      boolean late = nowNanos - read.deadlineNanos() >= 0;
      if (late) {
        read.done().completeExceptionally(behind());
      }
      return late;
    });
    if (!asked.isEmpty() && nowNanos - askedNanos >= ASK_AGAIN_NANOS) {
      askAgain();
    } else {
      askIfIdle();
    }
  }

  private static void expire(List<Waiting> reads, long nowNanos) {
    for (Iterator<Waiting> i = reads.iterator(); i.hasNext(); ) {
      Waiting read = i.next();
      if (nowNanos - read.deadlineNanos() >= 0) {
        i.remove();
        read.done().completeExceptionally(noPrimary());
      }
    }
  }

  private static RequestRefused noPrimary() {
    return new RequestRefused(
        ErrorCode.NO_PRIMARY, "no primary could confirm the read in time; repeat the request");
  }

  private static RequestRefused behind() {
    return new RequestRefused(
        ErrorCode.BEHIND, "this server has not caught up that far yet; repeat, or ask another");
  }
}

package holdfast.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The requests that are not answered yet, in the order they were made, and which of them may be
/// sent now. Owned by the client's loop.
///
/// The rule it keeps (PROTOCOL, Order): after a write failed, the server fails later ones until the
/// failed one comes again. So after a failure nothing new is sent until a short wait is over; then
/// all unanswered writes are sent again, the oldest first, and what is newer after them.
final class Requests {
  /// After that many failures in a row, with longer and longer waits, another server is worth a
  /// try.
  private static final int REPAIRS_MAX = 8;

  private final Map<Long, Pending<?>> pending = new LinkedHashMap<>();
  private final Deque<Pending<?>> waiting = new ArrayDeque<>();
  private final Timing timing;

  /// The login or logout sent and not answered: what is behind it waits.
  private Optional<Pending<?>> barrier = Optional.empty();

  private boolean repairing;

  /// When the wait is over, ns; or was, the last time.
  private long repairAt = System.nanoTime();

  private int repairsInARow;

  Requests(Timing timing) {
    this.timing = timing;
  }

  void add(Pending<?> request) {
    pending.put(request.number, request);
    waiting.add(request);
  }

  Optional<Pending<?>> find(long number) {
    return Optional.ofNullable(pending.get(number));
  }

  boolean hasLogout() {
    return pending.values().stream().anyMatch(request -> request.kind == Pending.Kind.LOGOUT);
  }

  /// The next to be sent; it counts as sent from now on.
  Optional<Pending<?>> takeNext() {
    if (repairing || barrier.isPresent() || waiting.isEmpty()) {
      return Optional.empty();
    }
    Pending<?> next = waiting.remove();
    next.state = Pending.State.SENT;
    if (next.kind == Pending.Kind.LOGIN || next.kind == Pending.Kind.LOGOUT) {
      barrier = Optional.of(next);
    }
    return Optional.of(next);
  }

  /// The request has its final answer.
  void settle(Pending<?> request) {
    pending.remove(request.number);
    if (request.state == Pending.State.WAITING) {
      waiting.remove(request);
    }
    lift(request);
  }

  /// A write was done: the next failure waits only a little again, as it does after a while without
  /// failures.
  void progressed() {
    repairsInARow = 0;
  }

  private void lift(Pending<?> request) {
    if (barrier.isPresent() && barrier.get() == request) {
      barrier = Optional.empty();
    }
  }

  /// The request failed in a way that allows a repeat: everything waits for at least `wait` ns and
  /// the back-off, whichever is longer.
  void failed(Pending<?> request, long wait, long now) {
    request.state = Pending.State.FAILED;
    lift(request);
    if (!repairing) {
      if (now - repairAt > 2 * timing.backoffMax().toNanos()) {
        repairsInARow = 0;
      }
      repairing = true;
      repairsInARow++;
      repairAt = now + timing.backoff(repairsInARow).toNanos();
    }
    if (now + wait - repairAt > 0) {
      repairAt = now + wait;
    }
  }

  /// This server keeps refusing.
  boolean hopeless() {
    return repairsInARow >= REPAIRS_MAX;
  }

  /// Nanoseconds until the repeat is due, at least 0; `otherwise` if none is.
  long untilRepair(long now, long otherwise) {
    return repairing ? Math.min(otherwise, Math.max(0, repairAt - now)) : otherwise;
  }

  /// Makes what failed ready to be sent again, if the wait is over, and with a failed write all
  /// unanswered ones. Returns the ids whose answers no longer count.
  List<Long> repair(long now) {
    if (!repairing || repairAt - now > 0) {
      return List.of();
    }
    boolean writeFailed =
        pending.values().stream()
            .anyMatch(r -> r.kind == Pending.Kind.WRITE && r.state == Pending.State.FAILED);
    List<Long> withdrawn = new ArrayList<>();
    for (Pending<?> request : pending.values()) {
      boolean again =
          request.state == Pending.State.FAILED
              || (writeFailed
                  && request.kind == Pending.Kind.WRITE
                  && request.state == Pending.State.SENT);
      if (again) {
        withdrawn.add(request.id());
        request.state = Pending.State.WAITING;
      }
    }
    collectWaiting();
    return withdrawn;
  }

  /// Makes everything unanswered ready to be sent on another connection. Returns how many of them
  /// had been sent before and are marked as repeated only now.
  int repeatAll() {
    int marked = 0;
    for (Pending<?> request : pending.values()) {
      if (request.wasSent() && !request.repeated) {
        request.repeated = true;
        marked++;
      }
      request.state = Pending.State.WAITING;
    }
    barrier = Optional.empty();
    repairsInARow = 0;
    collectWaiting();
    return marked;
  }

  private void collectWaiting() {
    repairing = false;
    waiting.clear();
    for (Pending<?> request : pending.values()) {
      if (request.state == Pending.State.WAITING) {
        waiting.add(request);
      }
    }
  }

  /// Those whose time is up. All requests have the same time, so the oldest come first.
  List<Pending<?>> expired(long now) {
    List<Pending<?>> over = new ArrayList<>();
    for (Pending<?> request : pending.values()) {
      if (request.deadline - now > 0) {
        break;
      }
      over.add(request);
    }
    return over;
  }

  /// Nanoseconds until the oldest is given up, at least 0; `otherwise` if there is none.
  long untilExpiry(long now, long otherwise) {
    if (pending.isEmpty()) {
      return otherwise;
    }
    Pending<?> oldest = pending.values().iterator().next();
    return Math.min(otherwise, Math.max(0, oldest.deadline - now));
  }

  List<Pending<?>> all() {
    return List.copyOf(pending.values());
  }
}

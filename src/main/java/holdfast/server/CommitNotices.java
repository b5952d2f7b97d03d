package holdfast.server;

import holdfast.replication.Envelope;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// COMMITs that wait for something better to say the same. Whoever wrote a message and got its OK
/// mostly writes the next one at once, and its REPLICATE carries the commit index, too: a COMMIT of
/// its own would cost two frames and a transaction on every backup, at the very moment when the
/// answer is on its way. But a backup whose own clients write or read through this primary is told
/// at once, since they wait for it.
///
/// Belongs to the replica thread. Losing a COMMIT is harmless: HEARTBEAT repeats what it said.
final class CommitNotices {
  /// How long a COMMIT is held back, so that people at another server see a message so much later
  /// at most.
  static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /// A backup that has forwarded or asked something counts as waiting for so long.
  static final long ASKED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Notice(PeerMessage.Commit commit, long dueNanos) {}

  private final Map<ServerId, Notice> held = new TreeMap<>();
  private final Map<ServerId, Long> askedNanos = new TreeMap<>();

  /// Whether `envelope` is held back: a COMMIT that nobody waits for. Anything else that tells what
  /// is committed is sent in place of what is held.
  boolean holds(Envelope envelope, long nowNanos) {
    ServerId to = envelope.to();
    return switch (envelope.message()) {
      case PeerMessage.Commit commit -> {
        Notice before = held.remove(to);
        Long asked = askedNanos.get(to);
        if (asked != null && nowNanos - asked < ASKED_NANOS) {
          yield false;
        }
        held.put(
            to, new Notice(commit, before == null ? nowNanos + HOLD_NANOS : before.dueNanos()));
        yield true;
      }
      case PeerMessage.Replicate _, PeerMessage.Heartbeat _ -> {
        held.remove(to);
        yield false;
      }
      default -> false;
    };
  }

  /// Clients of `from` wait for what this primary commits.
  void asked(ServerId from, long nowNanos) {
    askedNanos.put(from, nowNanos);
    held.computeIfPresent(from, (to, notice) -> new Notice(notice.commit(), nowNanos));
  }

  /// Nothing more is to be told: this server is another's backup, or primary of another term.
  void clear() {
    held.clear();
    askedNanos.clear();
  }

  /// How long until something is due, at most `atMostNanos`.
  long restNanos(long nowNanos, long atMostNanos) {
    long rest = atMostNanos;
    for (Notice notice : held.values()) {
      rest = Math.min(rest, Math.max(0, notice.dueNanos() - nowNanos));
    }
    return rest;
  }

  /// Takes what is due: to whom, and what.
  List<Map.Entry<ServerId, PeerMessage.Commit>> takeDue(long nowNanos) {
    if (held.isEmpty()) {
      return List.of();
    }
    List<Map.Entry<ServerId, PeerMessage.Commit>> due = new ArrayList<>();
    held.forEach((to, notice) -> {
      if (notice.dueNanos() - nowNanos <= 0) {
        due.add(Map.entry(to, notice.commit()));
      }
    });
    due.forEach(notice -> held.remove(notice.getKey()));
    return due;
  }
}

package holdfast.server;

import holdfast.replication.Event;
import holdfast.wire.Ack;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How long the core's entries for backups that its quorum does not need have been held back
/// (`Replica.holdsBack`). Belongs to the replica thread.
final class HeldEntries {
  /// After this they are due: with the pass that is under way then, or, on an idle server, within
  /// the next millisecond. So much later people at those servers see a message, and so much longer
  /// a write waits once a backup that was needed stops answering.
  static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private boolean held;
  private long sinceNanos;

  /// After a step of the core.
  void look(boolean holdsBack, long nowNanos) {
    if (holdsBack && !held) {
      sinceNanos = nowNanos;
    }
    held = holdsBack;
  }

  /// Whether they have been held back for long enough.
  boolean due(long nowNanos) {
    return held && nowNanos - sinceNanos >= HOLD_NANOS;
  }

  /// The event that sends them, if it is time.
  void addDue(List<Event> events, long nowNanos) {
    if (due(nowNanos)) {
      events.add(new Event.SendHeld());
    }
  }

  /// The same for a write that waits for every voter's acknowledgement.
  void addFor(Ack ack, List<Event> events) {
    if (ack == Ack.ALL) {
      events.add(new Event.SendHeld());
    }
  }

  /// How long until they have, at most `atMostNanos`.
  long restNanos(long nowNanos, long atMostNanos) {
    return held
        ? Math.clamp(sinceNanos + HOLD_NANOS - nowNanos, 0, Math.max(0, atMostNanos))
        : atMostNanos;
  }
}

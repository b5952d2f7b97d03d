package holdfast.server;

import java.util.ArrayList;
import java.util.List;

/// The connections for which the replica thread has queued frames since it last flushed. A few it
/// writes to itself, so that a reply is on its way with no other thread to wake; many it leaves to
/// the I/O threads, and goes on with the next batch.
final class Outgoing {
  /// Connections that the replica thread writes to itself in one go.
  private static final int WRITTEN_HERE_MAX = 8;

  private final List<ClientSession> waiting = new ArrayList<>();
  private volatile Thread replicaThread = Thread.currentThread();

  /// From now on the calling thread is the replica thread.
  void begin() {
    replicaThread = Thread.currentThread();
  }

  /// A frame was queued: leaves at once, or, on the replica thread, with the next `flush`.
  void queued(ClientSession session) {
    if (!Thread.currentThread().equals(replicaThread)) {
      session.flush();
    } else if (!session.awaitsFlush) {
      session.awaitsFlush = true;
      waiting.add(session);
    }
  }

  /// Replica thread: sends what it has queued. Never blocks.
  void flush() {
    boolean here = waiting.size() <= WRITTEN_HERE_MAX;
    for (ClientSession session : waiting) {
      session.awaitsFlush = false;
      if (here) {
        session.flush();
      } else {
        session.flushLater();
      }
    }
    waiting.clear();
  }
}

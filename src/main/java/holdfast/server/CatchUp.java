package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.storage.MissedEvents;
import holdfast.storage.Reads;
import holdfast.storage.RejectedReadException;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Streams what a connection missed out of the database, paced by the client's reading, on a
/// virtual thread per connection that resumes from far back; then hands it back to the replica
/// thread, which makes it live.
final class CatchUp {
  /// Events read at once.
  private static final int PAGE = 256;

  /// The thread goes on sending only while less than this waits for the client.
  private static final long QUEUED_BYTES_MAX = 128 << 10;

  /// A client that takes nothing for so long is disconnected.
  static final Duration STALLED_MAX = Duration.ofMinutes(2);

  /// Waiting time when the read pool is busy.
  private static final long BUSY_PAUSE_MS = 50;

  private final Reads reads;
  private final EventEncoder encoder;
  private final Done done;

  /// Told on any thread that everything up to a position was sent.
  interface Done {
    void caughtUp(ClientSession session, int epoch, Cursor.Position position);
  }

  CatchUp(Reads reads, Directory directory, Done done) {
    this.reads = reads;
    this.encoder = new EventEncoder(directory::accountName, directory::roomName);
    this.done = done;
  }

  void start(ClientSession session, Login login, int epoch, Cursor.Position from) {
    Thread.ofVirtual()
        .name("catch-up-" + session.number())
        .start(() -> run(session, login, epoch, from));
  }

  private void run(ClientSession session, Login login, int epoch, Cursor.Position from) {
    Cursor.Position position = from;
    try {
      while (session.epoch.get() == epoch && !session.isClosed()) {
        MissedEvents missed;
        try {
          // Its last events may have been told before they could be read.
          reads.awaitAnnounced();
          missed =
              reads.missed(
                  login.account(), position.id(), position.part(), reads.appliedId(), PAGE);
        } catch (RejectedReadException e) {
          TimeUnit.MILLISECONDS.sleep(BUSY_PAUSE_MS);
          continue;
        }
        switch (missed) {
          case MissedEvents.TooOld() -> {
            session.closeWith(
                ErrorCode.INTERNAL, "the place to resume from was lost; sign in again");
            return;
          }
          case MissedEvents.Page page -> {
            for (ChatEvent event : page.events()) {
              if (!send(session, event, login.account())) {
                return;
              }
            }
            position = new Cursor.Position(page.lastId(), page.lastPart());
            if (!page.more()) {
              done.caughtUp(session, epoch, position);
              return;
            }
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean send(ClientSession session, ChatEvent event, long account)
      throws InterruptedException {
    Optional<byte[]> frame = encoder.frame(event, account);
    if (frame.isEmpty()) {
      return true;
    }
    if (!session.awaitBelow(QUEUED_BYTES_MAX, STALLED_MAX)) {
      session.closeWith(
          ErrorCode.SLOW_CONSUMER, "this connection takes no more; reconnect and resume");
      return false;
    }
    return session.offer(frame.get());
  }
}

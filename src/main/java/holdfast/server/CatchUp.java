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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

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
    boolean more = true;
    try {
      while (more && session.epoch.get() == epoch && !session.isClosed()) {
        Cursor.Position after = position;
        switch (whenNotBusy(() -> missed(login, after))) {
          case MissedEvents.TooOld() -> {
            session.closeWith(
                ErrorCode.INTERNAL, "the place to resume from was lost; sign in again");
            return;
          }
          case MissedEvents.Page page -> {
            for (ChatEvent event : page.events()) {
              Optional<byte[]> frame = whenNotBusy(() -> encoder.frame(event, login.account()));
              if (frame.isPresent() && !send(session, frame.get())) {
                session.closeWith(
                    ErrorCode.SLOW_CONSUMER, "this connection takes no more; reconnect and resume");
                return;
              }
            }
            position = new Cursor.Position(page.lastId(), page.lastPart());
            more = page.more();
          }
        }
      }
      if (!more) {
        done.caughtUp(session, epoch, position);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // Signed in, and never told anything again, it would have no reason to go elsewhere.
      LOG.error("client {} cannot be told what it missed", session.number(), e);
      session.closeWith(
          ErrorCode.INTERNAL,
          "what was missed cannot be read here; reconnect to another server and resume");
    }
  }

  private MissedEvents missed(Login login, Cursor.Position after) {
    // Its last events may have been told before they could be read.
    reads.awaitAnnounced();
    return reads.missed(login.account(), after.id(), after.part(), reads.appliedId(), PAGE);
  }

  /// Does again what found too many reads waiting.
  private static <T> T whenNotBusy(Supplier<T> work) throws InterruptedException {
    while (true) {
      try {
        return work.get();
      } catch (RejectedReadException e) {
        TimeUnit.MILLISECONDS.sleep(BUSY_PAUSE_MS);
      }
    }
  }

  /// Queues a frame once there is room. Where so many connections have much waiting that each may
  /// have only a little, all of this one's leaves first.
  private static boolean send(ClientSession session, byte[] frame) throws InterruptedException {
    return session.awaitBelow(QUEUED_BYTES_MAX, STALLED_MAX)
        && (session.offer(frame) || (session.awaitBelow(0, STALLED_MAX) && session.offer(frame)));
  }
}

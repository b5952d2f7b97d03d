package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.storage.MissedEvents;
import holdfast.storage.Reads;
import holdfast.storage.RejectedReadException;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
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

  /// Connections that read at once. When all come back at once the others wait for their turns, and
  /// not before the readers, where they would be in the way of those who ask for something.
  private static final int AT_WORK_MAX = 8;

  /// The thread reads on only while less than this waits for the client.
  private static final long QUEUED_BYTES_MAX = 64 << 10;

  /// A client that takes nothing for so long is disconnected.
  static final Duration STALLED_MAX = Duration.ofMinutes(2);

  /// Waiting time when the read pool is busy.
  private static final long BUSY_PAUSE_MS = 50;

  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

  private final Reads reads;
  private final EventEncoder encoder;
  private final Semaphore turns = new Semaphore(AT_WORK_MAX, true);
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
    long queuedMax = QUEUED_BYTES_MAX;
    boolean more = true;
    try {
      while (more && session.epoch.get() == epoch && !session.isClosed()) {
        if (!session.awaitBelow(queuedMax, STALLED_MAX)) {
          closeSlow(session);
          return;
        }
        switch (missed(session, login, position)) {
          case MissedEvents.TooOld() -> {
            session.closeWith(
                ErrorCode.INTERNAL, "the place to resume from was lost; sign in again");
            return;
          }
          case MissedEvents.Page page -> {
            Cursor.Position before = position;
            position = send(session, login, page, before);
            if (position.equals(endOf(page))) {
              more = page.more();
              queuedMax = QUEUED_BYTES_MAX;
            } else if (queuedMax > 0 || position.compareTo(before) > 0) {
              // So many connections have much waiting that each may have only a little: what this
              // one has leaves first, and nothing is kept meanwhile.
              queuedMax = 0;
            } else {
              closeSlow(session);
              return;
            }
          }
        }
      }
      if (!more) {
        done.caughtUp(session, epoch, position);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RejectedReadException e) {
      LOG.debug("client {} was gone before it was its turn", session.number(), e);
    } catch (RuntimeException e) {
      // Signed in, and never told anything again, it would have no reason to go elsewhere.
      LOG.error("client {} cannot be told what it missed", session.number(), e);
      session.closeWith(
          ErrorCode.INTERNAL,
          "what was missed cannot be read here; reconnect to another server and resume");
    }
  }

  private static void closeSlow(ClientSession session) {
    session.closeWith(
        ErrorCode.SLOW_CONSUMER, "this connection takes no more; reconnect and resume");
  }

  private MissedEvents missed(ClientSession session, Login login, Cursor.Position after)
      throws InterruptedException {
    turns.acquire();
    try {
      return whenNotBusy(
          session,
          () -> {
            // Its last events may have been told before they could be read.
            reads.awaitAnnounced();
            return reads.missed(login.account(), after.id(), after.part(), reads.appliedId(), PAGE);
          });
    } finally {
      turns.release();
    }
  }

  /// Queues the page's events as long as there is room; how far that went, from `before`.
  private Cursor.Position send(
      ClientSession session, Login login, MissedEvents.Page page, Cursor.Position before)
      throws InterruptedException {
    Cursor.Position sent = before;
    for (ChatEvent event : page.events()) {
      Optional<byte[]> frame = whenNotBusy(session, () -> encoder.frame(event, login.account()));
      if (frame.isPresent() && !session.offer(frame.get())) {
        return sent;
      }
      sent = new Cursor.Position(event.id(), event.part());
    }
    return endOf(page);
  }

  private static Cursor.Position endOf(MissedEvents.Page page) {
    return new Cursor.Position(page.lastId(), page.lastPart());
  }

  /// Does again what found too many reads waiting, as long as the connection is there; then throws
  /// RejectedReadException on.
  private static <T> T whenNotBusy(ClientSession session, Supplier<T> work)
      throws InterruptedException {
    while (true) {
      try {
        return work.get();
      } catch (RejectedReadException e) {
        if (session.isClosed()) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(BUSY_PAUSE_MS);
      }
    }
  }
}

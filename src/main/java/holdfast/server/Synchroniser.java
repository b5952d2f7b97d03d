package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.storage.MissedEvents;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import holdfast.wire.Cursor;
import holdfast.wire.OkPayload;
import java.util.Optional;

/// Answers SYNC: a page of missed events as frames of their own, and then the OK. Safe for any
/// thread; blocks the calling virtual thread.
final class Synchroniser {
  /// SYNC sends on while less than this waits for the client.
  private static final long SYNC_QUEUED_BYTES_MAX = 256 << 10;

  private final Reads reads;
  private final EventEncoder events;

  Synchroniser(Reads reads, EventEncoder events) {
    this.reads = reads;
    this.events = events;
  }

  void answer(ClientSession session, ClientRequest.Sync sync, Login login)
      throws RequestRefused, InterruptedException {
    Cursor.Position from = LoginDesk.parseCursor(sync.cursor());
    Cursor.Position until = session.pushesBegan;
    if (from.compareTo(until) >= 0) {
      session.replyOk(
          sync.header(),
          new OkPayload.Synced(Optional.of(Cursor.text(from.id(), from.part())), false, false));
      return;
    }
    switch (reads.missed(login.account(), from.id(), from.part(), until.id(), sync.limit())) {
      case MissedEvents.TooOld() ->
          session.replyOk(sync.header(), new OkPayload.Synced(Optional.empty(), false, true));
      case MissedEvents.Page page -> {
        for (ChatEvent event : page.events()) {
          if (new Cursor.Position(event.id(), event.part()).compareTo(until) > 0) {
            break; // The rest of that command was pushed.
          }
          Optional<byte[]> frame = events.frame(event, login.account());
          if (frame.isPresent()) {
            session.awaitBelow(SYNC_QUEUED_BYTES_MAX, LoginDesk.CATCH_UP);
            session.push(frame.get());
          }
        }
        Cursor.Position last = new Cursor.Position(page.lastId(), page.lastPart());
        Cursor.Position end = last.compareTo(until) < 0 ? last : until;
        session.replyOk(
            sync.header(),
            new OkPayload.Synced(
                Optional.of(Cursor.text(end.id(), end.part())), page.more(), false));
      }
    }
  }
}

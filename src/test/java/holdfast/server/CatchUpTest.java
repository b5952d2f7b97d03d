package holdfast.server;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import holdfast.storage.DiskFailedException;
import holdfast.storage.MissedEvents;
import holdfast.storage.Reads;
import holdfast.storage.RejectedReadException;
import holdfast.transport.LineChannel;
import holdfast.wire.Cursor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever is being brought up to date is brought there, or told that it cannot be: never left
/// signed in and told nothing any more.
final class CatchUpTest {
  /// How long to wait for the thread that catches up.
  private static final int PATIENCE_MS = 30_000;

  private static final int MORE_THAN_TURNS = 20;
  private static final Cursor.Position FROM = new Cursor.Position(4, 0);
  private static final Login BOB = new Login(2, "bob", 0);

  private final Reads reads = mock(Reads.class);
  private final Directory directory = mock(Directory.class);
  private final LineChannel channel = mock(LineChannel.class);
  private final CatchUp.Done done = mock(CatchUp.Done.class);
  private final ClientSession session = sessionOn(channel);
  private final CatchUp catchUp = new CatchUp(reads, directory, done);

  private static ClientSession sessionOn(LineChannel channel) {
    return new ClientSession(
        1, channel, mock(Requests.class, RETURNS_DEEP_STUBS), new Outgoing(), _ -> {});
  }

  @BeforeEach
  void somebodyMissedOneThing() throws Exception {
    ChatEvent read = new ChatEvent.ReadMoved(5, 0, ConversationId.direct(1, 2), 1, 7);
    when(reads.missed(anyLong(), anyLong(), anyInt(), anyLong(), anyInt()))
        .thenReturn(new MissedEvents.Page(List.of(read), 9, MissedEvents.WHOLE_COMMAND, false));
    when(directory.accountName(1)).thenReturn("ann");
    when(channel.awaitBelow(anyLong(), any())).thenReturn(true);
    when(channel.send(any())).thenReturn(true);
  }

  private void start() {
    catchUp.start(session, BOB, session.epoch.get(), FROM);
  }

  private void awaitCaughtUp() {
    verify(done, timeout(PATIENCE_MS))
        .caughtUp(session, 0, new Cursor.Position(9, MissedEvents.WHOLE_COMMAND));
  }

  private void awaitGoodbye(String code) {
    verify(channel, timeout(PATIENCE_MS))
        .closeAfterFlush(
            argThat(frame -> new String(frame, StandardCharsets.UTF_8).contains(code)), any());
    verify(done, never()).caughtUp(any(), anyInt(), any());
  }

  @Test
  void whatWasMissedIsSentAndThenItIsLive() {
    start();
    awaitCaughtUp();
    verify(channel, times(1)).send(any());
  }

  @Test
  void whereTooManyReadsWaitItTriesAgain() {
    RejectedReadException busy = mock(RejectedReadException.class);
    when(reads.missed(anyLong(), anyLong(), anyInt(), anyLong(), anyInt()))
        .thenThrow(busy)
        .thenReturn(new MissedEvents.Page(List.of(), 9, MissedEvents.WHOLE_COMMAND, false));
    start();
    awaitCaughtUp();
  }

  @Test
  void whoeverIsGoneMeanwhileGivesItsTurnUp() throws InterruptedException {
    long gone = 3;
    when(reads.missed(eq(gone), anyLong(), anyInt(), anyLong(), anyInt()))
        .thenThrow(mock(RejectedReadException.class));
    for (int i = 0; i < MORE_THAN_TURNS; i++) {
      LineChannel channelOfOne = mock(LineChannel.class);
      when(channelOfOne.isClosed()).thenReturn(false).thenReturn(true);
      when(channelOfOne.awaitBelow(anyLong(), any())).thenReturn(true);
      catchUp.start(sessionOn(channelOfOne), new Login(gone, "carol", 0), 0, FROM);
    }
    start();
    awaitCaughtUp();
  }

  @Test
  void soItDoesWhereANameCannotBeLookedUpYet() {
    RejectedReadException busy = mock(RejectedReadException.class);
    when(directory.accountName(1)).thenThrow(busy).thenThrow(busy).thenReturn("ann");
    start();
    awaitCaughtUp();
    verify(channel, times(1)).send(any());
  }

  @Test
  void whereOthersHaveMuchWaitingItsOwnLeavesFirst() {
    when(channel.send(any())).thenReturn(false).thenReturn(true);
    start();
    awaitCaughtUp();
    verify(channel, times(2)).send(any());
  }

  @Test
  void whatFoundNoRoomIsReadAgainAndNothingIsSentTwice() {
    List<ChatEvent> events =
        List.of(
            new ChatEvent.ReadMoved(5, 0, ConversationId.direct(1, 2), 1, 7),
            new ChatEvent.ReadMoved(6, 0, ConversationId.direct(1, 2), 1, 8));
    when(reads.missed(2, 4, 0, 0, 256))
        .thenReturn(new MissedEvents.Page(events, 9, MissedEvents.WHOLE_COMMAND, false));
    when(reads.missed(2, 5, 0, 0, 256))
        .thenReturn(
            new MissedEvents.Page(events.subList(1, 2), 9, MissedEvents.WHOLE_COMMAND, false));
    when(channel.send(any())).thenReturn(true).thenReturn(false).thenReturn(true);
    start();
    awaitCaughtUp();
    verify(channel, times(1)).send(frameWith("\"seq\":7"));
    verify(channel, times(2)).send(frameWith("\"seq\":8"));
  }

  private static byte[] frameWith(String part) {
    return argThat(frame -> new String(frame, StandardCharsets.UTF_8).contains(part));
  }

  @Test
  void whereNothingCanBeSentItIsDisconnected() {
    when(channel.send(any())).thenReturn(false);
    start();
    awaitGoodbye("SLOW_CONSUMER");
  }

  @Test
  void whereNothingCanBeReadItIsSentElsewhere() {
    when(reads.missed(anyLong(), anyLong(), anyInt(), anyLong(), anyInt()))
        .thenThrow(mock(DiskFailedException.class));
    start();
    awaitGoodbye("INTERNAL");
  }
}

package holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlowListenerTest extends ClientFixture {
  private final CountDownLatch reading = new CountDownLatch(1);
  private final BlockingQueue<Long> seqs = new LinkedBlockingQueue<>();
  private final BlockingQueue<Notice> lost = new LinkedBlockingQueue<>();

  /// Handles nothing until the test lets it.
  private final ChatListener slow =
      new ChatListener() {
        @Override
        public void onEvent(ServerEvent event) {
          try {
            reading.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          if (event instanceof ServerEvent.Message message) {
            seqs.add(message.seq());
          }
        }

        @Override
        public void onNotice(Notice notice) {
          if (notice instanceof Notice.Lost) {
            lost.add(notice);
          }
        }
      };

  @Test
  void aListenerThatTakesItsTimeDoesNotMakeTheServerLookDead() throws InterruptedException {
    int events = Dispatcher.EVENTS_MAX + 500;
    try (ChatClient client =
        ChatClient.open(new ClientSettings(List.of(first.address()), "test", NERVOUS), slow)) {
      get(client.login("alice", "correct horse"));
      for (int i = 0; i < events; i++) {
        world.add("#team", "bob", "m" + i, Optional.empty());
      }
      CompletableFuture<OkPayload.History> behindThem = client.history("#team", 1);
      first.next(ClientRequest.History.class);
      waitAsLongAsASilentServerIsGiven();
      reading.countDown();
      get(behindThem);
      List<Long> expected = new ArrayList<>();
      List<Long> told = new ArrayList<>();
      for (long seq = 1; seq <= events; seq++) {
        expected.add(seq);
        told.add(seqs.poll(FakeServer.PATIENCE_SECONDS, TimeUnit.SECONDS));
      }
      assertEquals(expected, told);
      assertEquals(0, lost.size(), "it left a server that was there");
    }
  }

  /// Until another client, just as patient, has left a server that really is silent.
  private void waitAsLongAsASilentServerIsGiven() {
    FakeServer silent = world.server("3");
    try (ChatClient other =
        ChatClient.open(new ClientSettings(List.of(silent.address()), "test", NERVOUS), heard)) {
      heard.next(Notice.Connected.class);
      silent.mute();
      var _ = other.status();
      heard.next(Notice.Lost.class);
    }
  }
}

package holdfast.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SendingLinkTest {
  private static final Duration EVER = Duration.ofHours(1);
  private static final int QUEUE_MAX = 8 << 20;

  private SocketChannel near;
  private Socket far;
  private SendingLink link;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket server = Sockets.server()) {
      server.setReceiveBufferSize(4_096);
      near = SocketChannel.open(server.getLocalSocketAddress());
      near.socket().setSendBufferSize(4_096);
      far = server.accept();
    }
    link = new SendingLink(near, QUEUE_MAX);
  }

  @AfterEach
  void disconnect() {
    link.release();
    Connection.closeQuietly(far);
  }

  private FutureTask<Void> watching(Duration silenceMax) {
    FutureTask<Void> watch =
        new FutureTask<>(() -> {
          link.watch(silenceMax);
          return null;
        });
    Thread.ofPlatform().start(watch);
    return watch;
  }

  private static IOException endOf(FutureTask<Void> watch) {
    ExecutionException end = assertThrows(ExecutionException.class, watch::get);
    return (IOException) end.getCause();
  }

  @Test
  void whatTheSocketDoesNotTakeAtOnceFollowsWholeAndInOrder() throws IOException {
    FutureTask<Void> watch = watching(EVER);
    Random random = new Random(1);
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    // Far more than both kernels' buffers hold, in frames smaller and larger than one write.
    for (int frames = 0; frames < 100; frames++) {
      byte[] frame = new byte[frames % 10 == 0 ? 150_000 : random.nextInt(1, 3_000)];
      random.nextBytes(frame);
      assertTrue(link.send(frame));
      link.flush();
      sent.writeBytes(frame);
    }
    assertArrayEquals(sent.toByteArray(), far.getInputStream().readNBytes(sent.size()));
    assertTrue(link.send(new byte[] {7}), "and what comes later leaves by itself again");
    link.flush();
    assertEquals(7, far.getInputStream().read());
    assertFalse(watch.isDone());
  }

  @Test
  void aFrameThatTheQueueHasNoRoomForIsRefusedAndNothingOfItLeaves() throws IOException {
    byte[] half = new byte[QUEUE_MAX / 2];
    assertTrue(link.send(half));
    assertTrue(link.send(half));
    assertFalse(link.send(new byte[] {1}));
    FutureTask<Void> watch = watching(EVER);
    link.flush();
    assertArrayEquals(new byte[QUEUE_MAX], far.getInputStream().readNBytes(QUEUE_MAX));
    assertTrue(link.send(new byte[] {2}));
    link.flush();
    assertEquals(2, far.getInputStream().read());
    assertFalse(watch.isDone());
  }

  @Test
  void aClosedLinkTakesNothingAndItsWatchEnds() {
    FutureTask<Void> watch = watching(EVER);
    link.close();
    assertEquals("it is closed", endOf(watch).getMessage());
    assertFalse(link.send(new byte[1]));
    link.flush();
  }

  @Test
  void aChannelClosedUnderItHurtsNobodyWhoFlushes() throws IOException {
    assertTrue(link.send(new byte[QUEUE_MAX]));
    near.close();
    link.flush();
    assertFalse(link.send(new byte[1]));
  }

  @Test
  void theOtherSidesEndAndItsWordsEndTheWatch() throws IOException {
    FutureTask<Void> watch = watching(EVER);
    far.getOutputStream().write('\n');
    far.getOutputStream().write('x');
    assertEquals("it sent something back on a link for sending", endOf(watch).getMessage());
    FutureTask<Void> second = watching(EVER);
    far.close();
    assertFalse(endOf(second).getMessage().isEmpty());
  }

  @Test
  void silenceEndsTheWatch() {
    assertTrue(endOf(watching(Duration.ofMillis(1))) instanceof SocketTimeoutException);
  }
}

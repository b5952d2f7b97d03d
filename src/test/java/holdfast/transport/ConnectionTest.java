package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static byte[] frame(int number, int bytes) {
    return (number + "x".repeat(bytes) + "\n").getBytes(UTF_8);
  }

  private static byte[] readAll(InputStream in) {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void framesArriveWholeAndInOrder() throws Exception {
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 64 << 20)) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      CompletableFuture<byte[]> received =
          CompletableFuture.supplyAsync(() -> readAll(input(sockets)));
      for (int i = 0; i < 5_000; i++) {
        byte[] frame = frame(i, i % 1_000);
        expected.write(frame);
        assertTrue(connection.send(frame));
      }
      connection.closeAfterFlush(LONG);
      assertArrayEquals(expected.toByteArray(), received.get());
    }
  }

  private static InputStream input(Sockets sockets) {
    try {
      return sockets.far().getInputStream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aFrameBeyondTheBoundIsRefusedAndTheOthersStillArrive() throws Exception {
    byte[] frame = frame(0, 100_000);
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 20L * frame.length)) {
      // Nobody reads, so the kernel's buffers fill up and then the queue.
      int sent = 0;
      while (connection.send(frame)) {
        sent++;
      }
      assertTrue(connection.queuedBytes() <= 20L * frame.length);
      assertTrue(connection.queuedBytes() > 19L * frame.length - frame.length);
      connection.closeAfterFlush("bye\n".getBytes(UTF_8), LONG);
      byte[] received = readAll(input(sockets));
      assertEquals((long) sent * frame.length + 4, received.length);
      assertEquals("bye\n", new String(received, received.length - 4, 4, UTF_8));
    }
  }

  @Test
  void aPacedSenderWaitsForTheReceiver() throws Exception {
    byte[] frame = frame(0, 100_000);
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 20L * frame.length)) {
      while (connection.send(frame)) {
        // Until it is full.
      }
      assertFalse(connection.awaitBelow(frame.length, Duration.ofMillis(1)));
      CompletableFuture<byte[]> received =
          CompletableFuture.supplyAsync(() -> readAll(input(sockets)));
      assertTrue(connection.awaitBelow(frame.length, LONG));
      assertTrue(connection.send(frame));
      assertTrue(connection.awaitBelow(0, LONG));
      connection.closeAfterFlush(LONG);
      assertEquals(0, received.get().length % frame.length);
    }
  }

  @Test
  void closingWakesWhoeverWaits() throws Exception {
    byte[] frame = frame(0, 100_000);
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 20L * frame.length)) {
      while (connection.send(frame)) {
        // Until it is full.
      }
      Thread closer = Thread.ofVirtual().start(connection::close);
      assertFalse(connection.awaitBelow(0, LONG));
      closer.join();
      assertTrue(connection.isClosed());
      assertFalse(connection.send(frame));
    }
  }

  @Test
  void theLastErrorArrivesAlthoughUnreadInputWaits() throws Exception {
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 1 << 20)) {
      // Unread input at close makes the kernel reset the connection and drop what is on its way.
      sockets.far().getOutputStream().write(new byte[2_000]);
      connection.closeAfterFlush("ERROR\n".getBytes(UTF_8), LONG);
      assertFalse(connection.send("late\n".getBytes(UTF_8)));
      assertTrue(connection.isClosed());
      InputStream in = sockets.far().getInputStream();
      assertEquals("ERROR\n", new String(in.readAllBytes(), UTF_8));
      // The other side may still send: it is read and thrown away.
      sockets.far().getOutputStream().write(new byte[2_000]);
      sockets.far().shutdownOutput();
    }
  }

  @Test
  void aReceiverThatNeverReadsIsCutOffAfterTheLimit() throws Exception {
    byte[] frame = frame(0, 100_000);
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 100L * frame.length)) {
      long sent = 0;
      while (connection.send(frame)) {
        sent += frame.length;
      }
      connection.closeAfterFlush("ERROR\n".getBytes(UTF_8), Duration.ofMillis(10));
      assertFalse(connection.awaitBelow(0, LONG));
      // Only what the kernel held already still comes, and then the end.
      assertTrue(readAll(input(sockets)).length < sent);
    }
  }

  @Test
  void aReaderBlockedOnTheSocketDoesNotKeepItOpen() throws Exception {
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 1 << 20)) {
      InputStream in = sockets.near().getInputStream();
      CompletableFuture<Integer> reader = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              reader.complete(in.read());
            } catch (IOException e) {
              reader.complete(-1);
            }
          });
      connection.closeAfterFlush(Duration.ofMillis(10));
      assertEquals(-1, reader.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void theOtherSidesAddressIsKnown() throws Exception {
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 1 << 20)) {
      assertEquals("127.0.0.1:" + sockets.near().getPort(), connection.remote());
    }
  }
}

package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionTest {
  private static byte[] frame(int number, int bytes) {
    return (number + "x".repeat(bytes) + "\n").getBytes(UTF_8);
  }

  @Test
  void framesArriveWholeAndInOrder() throws Exception {
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 64 << 20)) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int i = 0; i < 5_000; i++) {
        byte[] frame = frame(i, i % 1_000);
        expected.write(frame);
        assertTrue(connection.send(frame));
      }
      InputStream in = sockets.far().getInputStream();
      assertArrayEquals(expected.toByteArray(), in.readNBytes(expected.size()));
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
      assertTrue(sent >= 20, "only " + sent);
      InputStream in = sockets.far().getInputStream();
      assertEquals(sent * frame.length, in.readNBytes(sent * frame.length).length);
      while (!connection.send(frame)) {
        Thread.onSpinWait();
      }
      assertArrayEquals(frame, in.readNBytes(frame.length));
    }
  }

  @Test
  void aClosedConnectionTakesNothingAndItsSocketIsClosed() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      Connection connection = new Connection(sockets.near(), "test", 1 << 20);
      connection.close();
      assertFalse(connection.send(frame(0, 10)));
      assertEquals(-1, sockets.far().getInputStream().read());
    }
  }

  @Test
  void aBrokenSocketClosesIt() throws Exception {
    try (Sockets sockets = Sockets.pair();
        Connection connection = new Connection(sockets.near(), "test", 1 << 20)) {
      sockets.far().setSoLinger(true, 0);
      sockets.far().close();
      // A refused frame says little: the queue may be full, or the socket about to be closed.
      while (!sockets.near().isClosed()) {
        connection.send(frame(0, 10));
        Thread.onSpinWait();
      }
      assertFalse(connection.send(frame(0, 10)));
    }
  }
}

package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LineSocketTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(20);

  private ServerSocket listener;
  private LineSocket client;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    client = LineSocket.open("127.0.0.1", listener.getLocalPort(), LONG);
    server = listener.accept();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    listener.close();
  }

  private void serverSends(String text) throws IOException {
    server.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private String line(Duration timeout) throws IOException {
    return new String(client.receive(timeout), StandardCharsets.UTF_8);
  }

  @Test
  void linesComeOneByOneHoweverTheyWereSent() throws IOException {
    serverSends("one\ntwo\n\nthr");
    serverSends("ee\n");
    assertEquals("one", line(LONG));
    assertEquals("two", line(LONG));
    assertEquals("", line(LONG));
    assertEquals("three", line(LONG));
  }

  @Test
  void halfALineOutlastsAWaitThatEnds() throws IOException {
    serverSends("ha");
    assertThrows(SocketTimeoutException.class, () -> client.receive(SHORT));
    serverSends("lf\n");
    assertEquals("half", line(LONG));
  }

  @Test
  void theEndOfTheConnectionIsNoLine() throws IOException {
    serverSends("last\nunfinished");
    server.close();
    assertEquals("last", line(LONG));
    assertThrows(EOFException.class, () -> client.receive(LONG));
  }

  @Test
  void whatIsSentArrivesAsItIs() throws IOException {
    client.send("PING\n".getBytes(StandardCharsets.UTF_8));
    assertArrayEquals(
        "PING\n".getBytes(StandardCharsets.UTF_8), server.getInputStream().readNBytes(5));
  }

  @Test
  void aLineWithoutEndIsGivenUp() throws IOException {
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                server.getOutputStream().write(new byte[LineSocket.LINE_BYTES_MAX + 1]);
              } catch (IOException e) {
                // The client has closed: as it should.
              }
            });
    assertThrows(IOException.class, () -> client.receive(LONG));
    client.close();
    sender.interrupt();
  }
}

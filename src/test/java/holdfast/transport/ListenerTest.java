package holdfast.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ListenerTest {
  /// Writes one letter to each connection and holds it open until told to end.
  private static final class Greeter implements Listener.Handler {
    @Override
    public void accepted(SocketChannel channel, Runnable ended) {
      greet(channel.socket(), 'A', ended);
    }

    @Override
    public void rejected(SocketChannel channel, Runnable ended) {
      greet(channel.socket(), 'R', ended);
    }

    private static void greet(Socket accepted, char letter, Runnable ended) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = accepted) {
              socket.getOutputStream().write(letter);
              socket.getInputStream().read();
            } catch (IOException e) {
              // The test closed its end.
            } finally {
              ended.run();
            }
          });
    }
  }

  private static int greeting(Socket socket) throws IOException {
    return socket.getInputStream().read();
  }

  @Test
  void connectionsBeyondTheCapAreTurnedAwayUntilOneEnds() throws Exception {
    Greeter greeter = new Greeter();
    try (Listener listener = new Listener("client", Sockets.HOST, 0, 2, greeter);
        Socket first = Sockets.connect(listener.port());
        Socket second = Sockets.connect(listener.port())) {
      assertEquals('A', greeting(first));
      assertEquals('A', greeting(second));
      try (Socket third = Sockets.connect(listener.port())) {
        assertEquals('R', greeting(third));
      }
      first.shutdownOutput();
      int letter = 'R';
      while (letter != 'A') {
        try (Socket later = Sockets.connect(listener.port())) {
          letter = greeting(later);
        }
      }
    }
  }

  @Test
  void aTakenPortIsNamedInASentence() throws Exception {
    try (Listener listener = new Listener("one", Sockets.HOST, 0, 1, new Greeter())) {
      BindException e =
          assertThrows(
              BindException.class,
              () -> new Listener("two", Sockets.HOST, listener.port(), 1, new Greeter()));
      assertEquals(
          "port " + listener.port() + " on 127.0.0.1 is taken by another program", e.getMessage());
    }
  }

  @Test
  void anAddressOfAnotherMachineIsNamedInASentence() {
    BindException e =
        assertThrows(
            BindException.class, () -> new Listener("one", "192.0.2.1", 0, 1, new Greeter()));
    assertEquals("192.0.2.1 is not an address of this machine", e.getMessage());
  }

  @Test
  void aClosedListenerRefuses() throws Exception {
    Listener listener = new Listener("one", Sockets.HOST, 0, 1, new Greeter());
    int port = listener.port();
    listener.close();
    assertThrows(ConnectException.class, () -> Sockets.connect(port).close());
  }

  @Test
  void aHandlersBugEndsItsConnectionOnly() throws Exception {
    Greeter greeter = new Greeter();
    boolean[] broken = {true};
    Listener.Handler handler =
        new Listener.Handler() {
          @Override
          public void accepted(SocketChannel channel, Runnable ended) {
            if (broken[0]) {
              throw new IllegalStateException("a bug, on purpose");
            }
            greeter.accepted(channel, ended);
          }

          @Override
          public void rejected(SocketChannel channel, Runnable ended) {
            greeter.rejected(channel, ended);
          }
        };
    try (Listener listener = new Listener("one", Sockets.HOST, 0, 1, handler)) {
      try (Socket first = Sockets.connect(listener.port())) {
        assertEquals(-1, greeting(first));
      }
      broken[0] = false;
      int letter = 'R';
      while (letter != 'A') {
        try (Socket later = Sockets.connect(listener.port())) {
          letter = greeting(later);
        }
      }
    }
  }
}

package holdfast.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// A pair of sockets joined over loopback.
record Sockets(Socket near, Socket far) implements AutoCloseable {
  static final String HOST = "127.0.0.1";

  static ServerSocket server() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /// With small kernel buffers at the near side's end, so that a writer soon has to wait.
  static Sockets pair() throws IOException {
    try (ServerSocket server = server()) {
      server.setReceiveBufferSize(4_096);
      Socket near = connect(server.getLocalPort());
      near.setSendBufferSize(4_096);
      return new Sockets(near, server.accept());
    }
  }

  @Override
  public void close() {
    Connection.closeQuietly(near);
    Connection.closeQuietly(far);
  }
}

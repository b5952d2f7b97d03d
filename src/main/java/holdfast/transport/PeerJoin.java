package holdfast.transport;

import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;

/// How a server that is to become a member asks for it: once, of any member, on a connection of its
/// own.
public final class PeerJoin {
  private PeerJoin() {}

  /// Asks the member that listens for peers at `host`:`port` to take this server in, reached as
  /// `own` says. Blocks until the cluster has decided.
  ///
  /// @return `Joined` or `JoinRefused`
  /// @throws IOException if nobody answers there, or nobody who has proven the secret; the message
  ///   is for the operator
  public static HandshakeFrame ask(
      PeerLinks.Settings settings, PeerIdentity identity, PeerLinks.PeerAddress member, Own own)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      socket.connect(
          new InetSocketAddress(member.host(), member.port()),
          (int) settings.connectTimeout().toMillis());
      return Handshake.ofNewcomer(socket, settings, () -> identity)
          .askToJoin(own.host(), own.clientPort(), own.peerPort());
    } catch (HandshakeException e) {
      throw new IOException("%s:%d: %s".formatted(member.host(), member.port(), e.getMessage()), e);
    }
  }

  /// Where the newcomer is to be reached.
  public record Own(String host, int clientPort, int peerPort) {}
}

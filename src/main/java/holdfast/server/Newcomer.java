package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.storage.SqliteStore;
import holdfast.transport.PeerJoin;
import holdfast.transport.PeerLinks;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A server that asks a cluster to take it in, or comes back to it at another address: its
/// directory is empty, or its own.
public final class Newcomer {
  private static final int REFUSED = 4;
  private static final int FAILED = 1;

  private final Member own;
  private final String seedHost;
  private final int seedPort;

  /// As of the first time it asked: it may start anew (with a snapshot) while the seed is down.
  private Optional<List<Member>> members = Optional.empty();

  private Newcomer(Member own, String seedHost, int seedPort) {
    this.own = own;
    this.seedHost = seedHost;
    this.seedPort = seedPort;
  }

  /// Reads what the command line says of it.
  ///
  /// @param address HOST:CLIENT_PORT:PEER_PORT, where it is to be reached
  /// @param seed HOST:PEER_PORT of any member
  /// @throws ConfigException if one of the two is none, or the host is off this machine and there
  ///   is no secret
  public static Newcomer of(ServerConfig config, ServerId id, String address, String seed)
      throws ConfigException {
    Member own = at(config, id, address);
    int colon = seed.lastIndexOf(':');
    OptionalInt port = Values.port(seed.substring(colon + 1));
    if (colon <= 0 || port.isEmpty()) {
      throw new ConfigException("--seed '" + seed + "' must be HOST:PEER_PORT of a member");
    }
    return new Newcomer(own, seed.substring(0, colon).replaceAll("[\\[\\]]", ""), port.getAsInt());
  }

  /// A member to be, at the address that the command line says.
  ///
  /// @param address HOST:CLIENT_PORT:PEER_PORT
  /// @throws ConfigException if it is none, or the host is off this machine and there is no secret
  public static Member at(ServerConfig config, ServerId id, String address) throws ConfigException {
    return MemberReader.newcomer(
        new Given("server " + id, address, "on the command line"), id, config.secret().isPresent());
  }

  /// Where it is to be reached.
  public Member own() {
    return own;
  }

  /// Asks, and returns the members, this one among them.
  List<Member> admitted(ServerConfig config, SqliteStore store) throws StartException {
    if (members.isEmpty()) {
      members = Optional.of(ask(config, store));
    }
    return members.get();
  }

  private List<Member> ask(ServerConfig config, SqliteStore store) throws StartException {
    HandshakeFrame reply;
    try {
      reply =
          PeerJoin.ask(
              PartSettings.links(config, own.id()),
              new PeerIdentity(store.clusterId(), store.memberKey(), ""),
              new PeerLinks.PeerAddress(0, seedHost, seedPort),
              new PeerJoin.Own(own.host(), own.clientPort(), own.peerPort()));
    } catch (IOException e) {
      throw new StartException(
          FAILED, "server %s cannot join: %s".formatted(own.id(), e.getMessage()));
    }
    return switch (reply) {
      case HandshakeFrame.Joined(_, List<Member> all) -> all;
      case HandshakeFrame.JoinRefused(_, String reason) ->
          throw new StartException(
              REFUSED, "server %s may not join: %s".formatted(own.id(), reason));
      case HandshakeFrame.Hello _,
          HandshakeFrame.Welcome _,
          HandshakeFrame.Proof _,
          HandshakeFrame.Accepted _,
          HandshakeFrame.Refused _,
          HandshakeFrame.Join _ ->
          throw new IllegalStateException("JOIN was answered with " + reply);
    };
  }
}

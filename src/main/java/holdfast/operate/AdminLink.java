package holdfast.operate;

import holdfast.replication.Member;
import holdfast.server.ConfigException;
import holdfast.server.OperatorKey;
import holdfast.server.ServerConfig;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// A connection to one server that has proven to be an operator's. For one thread.
public final class AdminLink implements Closeable {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(3);
  private static final Duration PROOF_MAX = Duration.ofSeconds(5);

  /// While an answer takes long, the server is shown that somebody still waits for it.
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(3);

  private final LineSocket socket;
  private final Duration signOfLife;
  private long lastId;

  private AdminLink(LineSocket socket, Duration signOfLife) {
    this.socket = socket;
    this.signOfLife = signOfLife;
  }

  /// Connects to `member` and proves the key.
  ///
  /// @throws ConfigException the key cannot be read here
  /// @throws AdminException the server does not take it
  public static AdminLink open(ServerConfig config, Member member)
      throws AdminException, ConfigException, IOException {
    OperatorKey key = OperatorKey.toShow(config, member.id());
    Duration idle = config.idleTimeout().dividedBy(3);
    AdminLink link =
        new AdminLink(
            LineSocket.open(member.host(), member.clientPort(), CONNECT_MAX),
            idle.compareTo(SIGN_OF_LIFE) < 0 ? idle : SIGN_OF_LIFE);
    try {
      OkPayload.AdminChallenge challenge =
          link.ask(
              header -> new ClientRequest.Admin(header, Optional.empty()),
              OkPayload.AdminChallenge.class,
              PROOF_MAX);
      String proof = key.proof(challenge.nonce(), member.id());
      link.ask(
          header -> new ClientRequest.Admin(header, Optional.of(proof)),
          OkPayload.Empty.class,
          PROOF_MAX);
      return link;
    } catch (AdminException | IOException e) {
      link.close();
      throw e;
    }
  }

  /// Asks and waits for the answer.
  ///
  /// @throws AdminException the server refuses
  /// @throws IOException the connection broke, or no answer came within `patience`
  public <T extends OkPayload> T ask(
      Function<RequestHeader, ClientRequest> request, Class<T> type, Duration patience)
      throws AdminException, IOException {
    return await(send(request), type, patience);
  }

  /// Asks without waiting; `await` takes what this returns.
  String send(Function<RequestHeader, ClientRequest> request) throws IOException {
    String id = Long.toString(++lastId);
    RequestHeader header =
        new RequestHeader(
            Optional.of(id), Optional.empty(), Optional.empty(), Ack.MAJORITY, ReadLevel.LOCAL);
    socket.send(ClientCodec.request(request.apply(header)));
    return id;
  }

  <T extends OkPayload> T await(String id, Class<T> type, Duration patience)
      throws AdminException, IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        switch (ClientCodec.parseServer(socket.receive(signOfLife))) {
          case ServerFrame.Ok ok when ok.id().equals(Optional.of(id)) -> {
            return ClientCodec.payload(type, ok.payload());
          }
          case ServerFrame.Error error when error.id().equals(Optional.of(id)) ->
              throw new AdminException(error.name(), error.message());
          // A sign of life was answered, or something is pushed that concerns others.
          case ServerFrame.Ok _, ServerFrame.Error _ -> {}
          case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
        }
      } catch (SocketTimeoutException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw new IOException("no answer within " + patience.toSeconds() + " s", e);
        }
        socket.send(ClientCodec.request(new ClientRequest.Ping(RequestHeader.PLAIN)));
      } catch (FrameException e) {
        throw new IOException("the server sent what is no answer: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

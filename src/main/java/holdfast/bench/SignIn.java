package holdfast.bench;

import holdfast.replication.Member;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// How a connection under load is opened: connected and logged in before any load, then
/// non-blocking.
final class SignIn implements ReplyScanner.Lines {
  /// The longest line a server sends with the default of `frame.max.bytes`.
  static final int LINE_BYTES_MAX = 262_144;

  private boolean done;
  private Optional<String> refusal = Optional.empty();

  private SignIn() {}

  /// A LOGIN by password; the `id` is JSON text.
  static ClientRequest.Login byPassword(String id, String username) {
    return new ClientRequest.Login(
        header(id),
        Optional.of(username),
        Optional.of(Accounts.PASSWORD),
        Optional.empty(),
        Optional.empty());
  }

  /// A LOGIN by token, which costs a server no password hash.
  static ClientRequest.Login byToken(String id, String token) {
    return new ClientRequest.Login(
        header(id), Optional.empty(), Optional.empty(), Optional.of(token), Optional.empty());
  }

  private static RequestHeader header(String id) {
    return new RequestHeader(
        Optional.of(id), Optional.empty(), Optional.empty(), Ack.MAJORITY, ReadLevel.LOCAL);
  }

  /// Connects to `server` and logs in. What came behind the OK stands in `replies`.
  static SocketChannel open(Member server, ClientRequest.Login login, ReplyScanner replies)
      throws IOException, BenchException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(server.host(), server.clientPort()));
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer frame = ByteBuffer.wrap(ClientCodec.request(login));
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
      SignIn reply = new SignIn();
      while (reply.refusal.isEmpty() && !reply.done) {
        read(channel, replies);
        replies.scan(reply);
      }
      if (reply.refusal.isPresent()) {
        throw new BenchException("cannot log in: " + reply.refusal.get());
      }
      channel.configureBlocking(false);
      return channel;
    } catch (IOException | BenchException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Takes in what has come; returns how many bytes.
  static int read(SocketChannel channel, ReplyScanner replies) throws IOException {
    int count = channel.read(replies.space());
    if (count < 0) {
      throw new EOFException("the server closed the connection");
    }
    return count;
  }

  static ServerFrame parse(byte[] line) throws IOException {
    try {
      return ClientCodec.parseServer(line);
    } catch (FrameException e) {
      throw new IOException("unreadable reply: " + e.getMessage(), e);
    }
  }

  /// The token in the payload of an OK to LOGIN.
  static String token(JsonNode payload) throws FrameException {
    return ClientCodec.payload(OkPayload.LoggedIn.class, payload).token();
  }

  @Override
  public void onOk(long number) {
    done = true;
  }

  @Override
  public void onMessage(byte[] bytes, int start, int end) {}

  @Override
  public void onOther(byte[] line) throws IOException {
    switch (parse(line)) {
      case ServerFrame.Ok _ -> done = true;
      case ServerFrame.Error error -> refusal = Optional.of(error.name());
      // What is pushed right behind the OK does not matter.
      case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
    }
  }
}

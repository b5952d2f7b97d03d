package holdfast.bench;

import holdfast.replication.Member;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.regex.Pattern;

/// One sender's connection under load: as many SEND in flight as it may have, each at once replaced
/// when it is answered, and all that is ready written in one go. For one thread.
final class LoadConnection implements ReplyScanner.Lines, AutoCloseable {
  /// The protocol's bound on the writes of one client, and of one connection.
  static final int IN_FLIGHT_MAX = 1_024;

  /// The longest line a server sends with the default of `frame.max.bytes`.
  private static final int LINE_BYTES_MAX = 262_144;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final SocketChannel channel;
  private final Tally tally;
  private final SendFrames frames;
  private final InFlight inFlight;
  private final ReplyScanner replies = new ReplyScanner(LINE_BYTES_MAX);

  /// Holds every request in flight, so that none has ever to wait for room.
  private final ByteBuffer out;

  private Optional<SelectionKey> key = Optional.empty();

  /// When the bytes now looked at came, as System.nanoTime.
  private long now;

  private LoadConnection(SocketChannel channel, Tally tally, SendFrames frames, int max) {
    this.channel = channel;
    this.tally = tally;
    this.frames = frames;
    this.inFlight = new InFlight(max);
    this.out = ByteBuffer.allocateDirect(max * frames.bytesMax());
  }

  /// Connects to `server` and logs in, before any load.
  ///
  /// @param max requests in flight
  static LoadConnection open(
      Member server, String username, String password, Tally tally, SendFrames frames, int max)
      throws IOException, BenchException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(server.host(), server.clientPort()));
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      LoadConnection connection = new LoadConnection(channel, tally, frames, max);
      connection.login(username, password);
      channel.configureBlocking(false);
      return connection;
    } catch (IOException | BenchException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void login(String username, String password) throws IOException, BenchException {
    // Its id is no number, so that its OK is none of a SEND.
    RequestHeader header =
        new RequestHeader(
            Optional.of("\"login\""),
            Optional.empty(),
            Optional.empty(),
            Ack.MAJORITY,
            ReadLevel.LOCAL);
    ByteBuffer frame =
        ByteBuffer.wrap(
            ClientCodec.request(
                new ClientRequest.Login(
                    header,
                    Optional.of(username),
                    Optional.of(password),
                    Optional.empty(),
                    Optional.empty())));
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
    LoginReply reply = new LoginReply();
    while (reply.refusal.isEmpty() && !reply.done) {
      read();
      replies.scan(reply);
    }
    if (reply.refusal.isPresent()) {
      throw new BenchException(username + " cannot log in: " + reply.refusal.get());
    }
  }

  /// Waits for the reply to LOGIN; what is pushed right behind it does not matter.
  private static final class LoginReply implements ReplyScanner.Lines {
    private boolean done;
    private Optional<String> refusal = Optional.empty();

    @Override
    public void onOk(long number) throws IOException {
      throw new IOException("an OK to request " + number + ", which was never made");
    }

    @Override
    public void onMessage() {}

    @Override
    public void onOther(byte[] line) throws IOException {
      switch (parse(line)) {
        case ServerFrame.Ok _ -> done = true;
        case ServerFrame.Error error -> refusal = Optional.of(error.name());
        case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
      }
    }
  }

  private static ServerFrame parse(byte[] line) throws IOException {
    try {
      return ClientCodec.parseServer(line);
    } catch (FrameException e) {
      throw new IOException("unreadable reply: " + e.getMessage(), e);
    }
  }

  void register(Selector selector) throws IOException {
    key = Optional.of(channel.register(selector, SelectionKey.OP_READ, this));
  }

  /// Begins as many requests as may be in flight.
  void fill(long instant) {
    while (!inFlight.isFull()) {
      long number = inFlight.begin(instant);
      frames.append(number, inFlight.turn(number), out);
    }
  }

  /// Writes what waits, as far as the socket takes it now.
  void flush() throws IOException {
    if (out.position() == 0) {
      return;
    }
    out.flip();
    tally.sent(channel.write(out));
    boolean all = !out.hasRemaining();
    out.compact();
    key.orElseThrow()
        .interestOps(all ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
  }

  /// Takes in the replies that have come by `instant`.
  void receive(long instant) throws IOException {
    now = instant;
    tally.received(read());
    replies.scan(this);
  }

  private int read() throws IOException {
    int count = channel.read(replies.space());
    if (count < 0) {
      throw new EOFException("the server closed the connection");
    }
    return count;
  }

  int waiting() {
    return inFlight.size();
  }

  @Override
  public void onOk(long number) {
    if (inFlight.holds(number)) {
      tally.done(now - inFlight.end(number));
    } else {
      tally.error("an OK to request " + number + ", which waits for none");
    }
  }

  @Override
  public void onMessage() {
    tally.event();
  }

  @Override
  public void onOther(byte[] line) throws IOException {
    switch (parse(line)) {
      case ServerFrame.Ok ok -> onOk(number(ok.id()));
      case ServerFrame.Error error -> onError(error);
      case ServerFrame.Pushed _, ServerFrame.Unknown _ -> tally.event();
    }
  }

  /// A refused request counts, and is made again as long as that may help.
  private void onError(ServerFrame.Error error) throws IOException {
    String what = error.name() + ": " + error.message();
    tally.error(what);
    long number = number(error.id());
    if (!error.retry() || !inFlight.holds(number)) {
      throw new IOException(what);
    }
    frames.append(number, inFlight.turn(number), out);
  }

  private static long number(Optional<String> id) {
    return id.filter(text -> NUMBER.matcher(text).matches()).map(Long::parseLong).orElse(-1L);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

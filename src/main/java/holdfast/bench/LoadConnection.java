package holdfast.bench;

import holdfast.replication.Member;
import holdfast.wire.ClientRequest;
import holdfast.wire.ServerEvent;
import holdfast.wire.ServerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.regex.Pattern;

/// A connection that makes requests, so many in flight at most; all that is ready is written in one
/// go. For one thread.
final class LoadConnection implements Driven, Requester, ReplyScanner.Lines {
  /// The protocol's bound on the writes of one client, and of one connection.
  static final int IN_FLIGHT_MAX = 1_024;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final SocketChannel channel;
  private final Tally tally;
  private final Frames frames;
  private final InFlight inFlight;
  private final ReplyScanner replies;

  /// Holds every request in flight, so that none has ever to wait for room.
  private final ByteBuffer out;

  private Optional<SelectionKey> key = Optional.empty();

  /// When the bytes now looked at came, as System.nanoTime.
  private long now;

  private LoadConnection(
      SocketChannel channel, ReplyScanner replies, Tally tally, Frames frames, int max) {
    this.channel = channel;
    this.replies = replies;
    this.tally = tally;
    this.frames = frames;
    this.inFlight = new InFlight(max);
    this.out = ByteBuffer.allocateDirect(max * frames.bytesMax());
  }

  /// Connects to `server` and logs in, before any load.
  ///
  /// @param max requests in flight
  static LoadConnection open(
      Member server, ClientRequest.Login login, Tally tally, Frames frames, int max)
      throws IOException, BenchException {
    ReplyScanner replies = new ReplyScanner(SignIn.LINE_BYTES_MAX);
    SocketChannel channel = SignIn.open(server, login, replies);
    return new LoadConnection(channel, replies, tally, frames, max);
  }

  @Override
  public void register(Selector selector) throws IOException {
    key = Optional.of(channel.register(selector, SelectionKey.OP_READ, this));
  }

  @Override
  public boolean isFull() {
    return inFlight.isFull();
  }

  @Override
  public void begin(long instant) {
    append(inFlight.begin(instant));
  }

  private void append(long number) {
    frames.append(number, inFlight.turn(number), inFlight.begun(number), out);
  }

  /// Writes what is ready, as far as the socket takes it.
  void flush() throws IOException {
    if (out.position() == 0) {
      return;
    }
    out.flip();
    tally.sent(channel.write(out));
    boolean all = !out.hasRemaining();
    out.compact();
    int interest = all ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
    key.orElseThrow().interestOps(interest);
  }

  @Override
  public void receive(long instant) throws IOException {
    now = instant;
    tally.received(SignIn.read(channel, replies));
    replies.scan(this);
  }

  @Override
  public int waiting() {
    return inFlight.size();
  }

  @Override
  public void onOk(long number) {
    if (inFlight.holds(number)) {
      tally.done(inFlight.end(number), now);
    } else {
      tally.error("an OK to request " + number + ", which waits for none");
    }
  }

  @Override
  public void onMessage(byte[] bytes, int start, int end) {
    tally.delivery();
  }

  @Override
  public void onOther(byte[] line) throws IOException {
    switch (SignIn.parse(line)) {
      case ServerFrame.Ok ok -> onOk(number(ok.id()));
      case ServerFrame.Error error -> onError(error);
      case ServerFrame.Pushed(ServerEvent.Message _) -> tally.delivery();
      case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
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
    append(number);
  }

  private static long number(Optional<String> id) {
    return id.filter(text -> NUMBER.matcher(text).matches()).map(Long::parseLong).orElse(-1L);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

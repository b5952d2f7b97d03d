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
import java.util.OptionalLong;

/// A connection that only listens. There may be thousands of them, so they have no buffer of their
/// own. For one thread.
final class Listening implements Driven, ReplyScanner.Lines {
  private static final byte[] NOTHING = {};

  private final SocketChannel channel;
  private final Tally tally;

  /// Shared by all that one thread drives.
  private final ReplyScanner replies;

  /// Whether it looks when what is pushed to it was sent.
  private final boolean times;

  /// The beginning of a line whose end has not come.
  private byte[] partial = NOTHING;

  /// When the bytes now looked at came, as System.nanoTime.
  private long now;

  private Listening(SocketChannel channel, Tally tally, ReplyScanner replies, boolean times) {
    this.channel = channel;
    this.tally = tally;
    this.replies = replies;
    this.times = times;
  }

  /// Connects to `server` and logs in.
  ///
  /// @param replies may be shared by all connections of one thread
  /// @param times whether it tells how long deliveries took, of messages that bear a stamp
  static Listening open(
      Member server, ClientRequest.Login login, Tally tally, ReplyScanner replies, boolean times)
      throws IOException, BenchException {
    replies.space().clear();
    Listening opened = new Listening(SignIn.open(server, login, replies), tally, replies, times);
    opened.keepPartial();
    return opened;
  }

  @Override
  public void register(Selector selector) throws IOException {
    channel.register(selector, SelectionKey.OP_READ, this);
  }

  @Override
  public void receive(long instant) throws IOException {
    now = instant;
    replies.space().clear().put(partial);
    tally.received(SignIn.read(channel, replies));
    replies.scan(this);
    keepPartial();
  }

  private void keepPartial() {
    ByteBuffer rest = replies.space().flip();
    partial = rest.hasRemaining() ? new byte[rest.remaining()] : NOTHING;
    rest.get(partial);
  }

  @Override
  public void onOk(long number) {
    tally.error("an OK to request " + number + ", which was never made");
  }

  @Override
  public void onMessage(byte[] bytes, int start, int end) {
    tally.delivery();
    if (times) {
      OptionalLong sent = Stamp.find(bytes, start, end);
      sent.ifPresent(instant -> tally.deliveryTook(instant, now));
    }
  }

  @Override
  public void onOther(byte[] line) throws IOException {
    switch (SignIn.parse(line)) {
      case ServerFrame.Ok _ -> tally.error("an OK that nobody asked for");
      case ServerFrame.Error error -> throw new IOException(error.name() + ": " + error.message());
      case ServerFrame.Pushed(ServerEvent.Message _) -> tally.delivery();
      case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

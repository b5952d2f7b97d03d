package holdfast.client;

import holdfast.transport.Connection;
import holdfast.transport.LineReader;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerFrame;
import java.io.IOException;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/// One connection to one server. A virtual thread reads it and tells the client's loop; all else
/// belongs to the loop.
final class Link {
  /// Bytes of a frame, without the newline.
  static final int FRAME_BYTES_MAX = 262_144;

  /// The `id`s of the client's own requests, which no caller's request can have.
  static final long HELLO_ID = 1;

  static final long LOGIN_ID = 2;
  private static final long PING_ID = 3;

  /// What the silence of a server means.
  enum Verdict {
    FINE,
    /// It is time to ask whether it is there.
    PING,
    /// Asked, and nothing came.
    SILENT,
    /// It talks, but owes a reply for too long.
    STUCK
  }

  private final Target target;
  private final Socket socket;
  private final Connection connection;
  private final Semaphore eventPermits;
  private final long openedAt;
  private final Map<Long, Long> outstanding = new LinkedHashMap<>();
  private Optional<ServerAddress> server = Optional.empty();
  private boolean knowsPrimary;
  private Optional<Thread> reader = Optional.empty();
  private boolean pinged;
  private long pingedAt;
  private long lastHeard;

  /// When the last line came, which the loop may not have heard of yet.
  private volatile long readAt;

  /// The reader waits for the listener, not for the server.
  private volatile boolean stalled;

  Link(Target target, Socket socket, Connection connection, Semaphore eventPermits) {
    this.target = target;
    this.socket = socket;
    this.connection = connection;
    this.eventPermits = eventPermits;
    this.openedAt = System.nanoTime();
    this.lastHeard = openedAt;
    this.readAt = openedAt;
  }

  /// Begins to read: each frame and the end are told to `loop`.
  void read(Consumer<Signal> loop) {
    reader =
        Optional.of(
            Thread.ofVirtual()
                .name("client-" + target.address() + "-reader")
                .start(() -> loop.accept(new Signal.Ended(this, readToEnd(loop)))));
  }

  private String readToEnd(Consumer<Signal> loop) {
    try {
      LineReader lines = new LineReader(socket.getInputStream(), FRAME_BYTES_MAX);
      while (true) {
        LineReader.Result result = lines.read();
        readAt = System.nanoTime();
        switch (result) {
          case LineReader.Line(byte[] bytes) -> {
            ServerFrame frame = ClientCodec.parseServer(bytes);
            if (frame instanceof ServerFrame.Pushed) {
              takePermit();
            }
            loop.accept(new Signal.Heard(this, frame));
          }
          case LineReader.TooLarge _ -> {
            return "it sent a frame that is too long";
          }
          case LineReader.End _ -> {
            return "it closed the connection";
          }
        }
      }
    } catch (FrameException e) {
      return "it sent what is no frame: " + e.getMessage();
    } catch (IOException e) {
      return "the connection broke: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "closed";
    }
  }

  private void takePermit() throws InterruptedException {
    if (!eventPermits.tryAcquire()) {
      stalled = true;
      try {
        eventPermits.acquire();
      } finally {
        stalled = false;
      }
    }
  }

  Target target() {
    return target;
  }

  /// For people: the server's id once it has said HELLO, its address before.
  ServerAddress server() {
    return server.orElseGet(
        () -> new ServerAddress("?", target.address().host(), target.address().port()));
  }

  void greeted(ServerAddress address, boolean primaryKnown) {
    server = Optional.of(address);
    knowsPrimary = primaryKnown;
  }

  boolean knowsPrimary() {
    return knowsPrimary;
  }

  boolean olderThan(long age, long now) {
    return now - openedAt >= age;
  }

  /// Requests sent and not answered.
  int outstanding() {
    return outstanding.size();
  }

  /// Sends the request with that `id`. False: the connection takes no more.
  boolean send(long id, byte[] line, long now) {
    outstanding.put(id, now);
    return connection.send(line);
  }

  /// Sends a request of the client's own.
  boolean send(long id, Function<RequestHeader, ClientRequest> request, long now) {
    RequestHeader header =
        new RequestHeader(
            Optional.of(Long.toString(id)),
            Optional.empty(),
            Optional.empty(),
            RequestHeader.PLAIN.ack(),
            RequestHeader.PLAIN.read());
    return send(id, ClientCodec.request(request.apply(header)), now);
  }

  /// Asks whether it is there. An idle connection's PING is a request like others: only when it
  /// goes unanswered, too, its silence counts.
  boolean ping(long now) {
    pinged = !outstanding.isEmpty();
    pingedAt = now;
    return send(PING_ID, ClientRequest.Ping::new, now);
  }

  /// The `id` of the request that the frame answers, which is no longer waited for; 0 if it answers
  /// none.
  long answered(ServerFrame frame) {
    Optional<String> id =
        switch (frame) {
          case ServerFrame.Ok ok -> ok.id();
          case ServerFrame.Error error -> error.id();
          case ServerFrame.Pushed _, ServerFrame.Unknown _ -> Optional.empty();
        };
    try {
      long number = Long.parseLong(id.orElse("0"));
      forget(number);
      return number;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /// Its reply is not waited for any more.
  void forget(long id) {
    outstanding.remove(id);
  }

  void heard(long now) {
    lastHeard = now;
    pinged = false;
  }

  /// When the oldest request without a reply was sent; when it last spoke, if there is none.
  long waitingSince() {
    return outstanding.isEmpty() ? lastHeard : outstanding.values().iterator().next();
  }

  /// What this server's silence means now.
  Verdict verdict(Timing timing, long now) {
    if (stalled) {
      heard(now);
      return Verdict.FINE;
    }
    if (readAt - lastHeard > 0) {
      heard(readAt);
    }
    if (untilVerdict(timing, now) > 0) {
      return Verdict.FINE;
    }
    if (pinged) {
      return Verdict.SILENT;
    }
    boolean stuck = !outstanding.isEmpty() && now - waitingSince() >= timing.replyMax().toNanos();
    return stuck ? Verdict.STUCK : Verdict.PING;
  }

  /// Nanoseconds until the verdict can change, at least 0.
  long untilVerdict(Timing timing, long now) {
    if (stalled) {
      return timing.replyPatience().toNanos();
    }
    long due;
    if (pinged) {
      due = pingedAt + timing.pingPatience().toNanos();
    } else if (outstanding.isEmpty()) {
      due = lastHeard + timing.idlePing().toNanos();
    } else {
      long oldest = waitingSince();
      long quietSince = oldest - lastHeard > 0 ? oldest : lastHeard;
      due = quietSince + timing.replyPatience().toNanos();
      long stuck = oldest + timing.replyMax().toNanos();
      due = stuck - due < 0 ? stuck : due;
    }
    return Math.max(0, due - now);
  }

  /// Closes the socket; a reader that waits for the listener or the loop is let go.
  void close() {
    connection.close();
    reader.ifPresent(Thread::interrupt);
  }
}

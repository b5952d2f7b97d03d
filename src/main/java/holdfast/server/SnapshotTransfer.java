package holdfast.server;

import holdfast.replication.LogPosition;
import holdfast.replication.ServerId;
import holdfast.storage.DiskFailedException;
import holdfast.storage.DiskFullException;
import holdfast.storage.OutgoingSnapshot;
import holdfast.storage.Snapshots;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One snapshot for one member, on a thread of its own: makes the copy, then sends it piece by
/// piece, a few of them on their way at a time and not too fast, on the same link as everything
/// else, so that a heartbeat never waits behind more than a few pieces. Begins again from where the
/// receiver is whenever the link was broken.
final class SnapshotTransfer {
  /// Bytes of the file in one frame.
  static final int PIECE_BYTES = 64 << 10;

  /// Bytes sent and not acknowledged.
  static final long WINDOW_BYTES = 256 << 10;

  /// Bytes sent in a second, so that the primary goes on at nearly full speed.
  static final long BYTES_PER_SECOND = 32L << 20;

  /// Without an answer for so long, the offer is repeated.
  private static final Duration ANSWER_MAX = Duration.ofSeconds(1);

  private static final int ACKS_MAX = 64;

  private static final Logger log = LoggerFactory.getLogger(SnapshotTransfer.class);

  private final ServerId self;
  private final ServerId to;
  private final boolean replaces;
  private final boolean withLog;
  private final long term;
  private final Snapshots snapshots;
  private final Peers peers;
  private final BlockingQueue<Long> held = new ArrayBlockingQueue<>(ACKS_MAX);
  private final Thread thread;
  private volatile Optional<LogPosition> position = Optional.empty();
  private volatile String digest = "";
  private volatile Optional<String> failure = Optional.empty();
  private volatile long bytes;
  private volatile long acked;

  /// Stands for the offer that is to be made again.
  private static final long AGAIN = -1;

  /// @param withLog the log is part of the copy
  SnapshotTransfer(
      ServerId self,
      ServerId to,
      boolean replaces,
      boolean withLog,
      long term,
      Snapshots snapshots,
      Peers peers) {
    this.self = self;
    this.to = to;
    this.replaces = replaces;
    this.withLog = withLog;
    this.term = term;
    this.snapshots = snapshots;
    this.peers = peers;
    this.thread = Thread.ofPlatform().name("snapshot-send").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  ServerId to() {
    return to;
  }

  boolean replaces() {
    return replaces;
  }

  long term() {
    return term;
  }

  /// The last command that the copy has applied, once it is made.
  Optional<LogPosition> position() {
    return position;
  }

  /// The copy's name; empty until it is made.
  String digest() {
    return digest;
  }

  /// Why nothing more will come of it.
  Optional<String> failure() {
    return failure;
  }

  /// How much has arrived, percent.
  int percent() {
    return bytes == 0 ? 0 : (int) (100 * acked / bytes);
  }

  /// The receiver has so many bytes.
  void onHeld(long bytesHeld) {
    // A full queue holds later news than this; what is lost is asked for again.
    held.offer(bytesHeld);
  }

  /// What was on its way may be lost.
  void again() {
    held.offer(AGAIN);
  }

  private void run() {
    long begun = System.nanoTime();
    try (OutgoingSnapshot snapshot = snapshots.copy(withLog)) {
      bytes = snapshot.bytes();
      digest = snapshot.digest();
      position = Optional.of(snapshot.position());
      log.info(
          "a copy of the database for server {}: {} MiB up to {}, made in {} ms",
          to,
          bytes >> 20,
          snapshot.position(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
      stream(snapshot);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | DiskFullException | DiskFailedException e) {
      if (thread.isInterrupted()) {
        // Files end with their thread's interruption.
        return;
      }
      log.error("no copy of the database for server {}", to, e);
      failure = Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void stream(OutgoingSnapshot snapshot) throws IOException, InterruptedException {
    long sent = 0;
    long freeNanos = System.nanoTime();
    offer(snapshot);
    while (true) {
      Long news = held.poll(ANSWER_MAX.toNanos(), TimeUnit.NANOSECONDS);
      if (news == null || news == AGAIN) {
        sent = acked;
        offer(snapshot);
        continue;
      }
      // The receiver may have less than before, if it lost its disk's last writes.
      sent = news < acked ? news : Math.max(sent, news);
      acked = news;
      while (sent < Math.min(bytes, acked + WINDOW_BYTES)) {
        byte[] data = snapshot.read(sent, PIECE_BYTES);
        send(snapshot, sent, data);
        sent += data.length;
        freeNanos =
            Math.max(freeNanos, System.nanoTime())
                + data.length * TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, freeNanos - System.nanoTime()));
      }
    }
  }

  private void offer(OutgoingSnapshot snapshot) {
    send(snapshot, 0, new byte[0]);
  }

  private void send(OutgoingSnapshot snapshot, long offset, byte[] data) {
    peers.send(
        to,
        PeerCodec.encode(
            self,
            new PeerFrame.Snapshot(
                term,
                snapshot.digest(),
                snapshot.bytes(),
                snapshot.position(),
                replaces,
                offset,
                data,
                PeerFrame.Snapshot.checksumOf(data))));
    peers.flush();
  }

  /// Ends it, without waiting for the thread.
  void end() {
    thread.interrupt();
  }

  /// Whether the thread is over, so that another copy may be made.
  boolean hasEnded() {
    return !thread.isAlive();
  }

  /// Ends it, and waits for the thread.
  void close(Duration atMost) {
    thread.interrupt();
    try {
      if (thread.isAlive() && !thread.join(atMost)) {
        log.warn("the copy of the database takes its time to end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

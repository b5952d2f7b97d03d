package holdfast.server;

import holdfast.replication.ServerId;
import holdfast.storage.DiskFailedException;
import holdfast.storage.DiskFullException;
import holdfast.storage.Snapshots;
import holdfast.storage.StoreException;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import holdfast.wire.PeerFrame.SnapshotAck.State;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes an arriving snapshot to disk, verifies it and makes it ready for the next start, on a
/// thread of its own; the replica thread decides what is wanted.
final class SnapshotReceiver {
  /// Pieces that may wait to be written; more are dropped and sent again.
  static final int PIECES_MAX = 32;

  private static final Logger log = LoggerFactory.getLogger(SnapshotReceiver.class);

  private final ServerId self;
  private final Snapshots snapshots;
  private final Peers peers;
  private final Runnable restart;
  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES_MAX);
  private final Thread thread;

  /// The snapshot that is complete and being verified.
  private volatile Optional<String> preparing = Optional.empty();

  private volatile Optional<String> receiving = Optional.empty();

  /// Why the last one was of no use.
  private volatile Optional<String> refusal = Optional.empty();

  private record Piece(
      ServerId from, long term, Optional<String> clusterId, PeerFrame.Snapshot snapshot) {}

  /// @param restart called when a snapshot is ready: the server is to end and start anew
  SnapshotReceiver(ServerId self, Snapshots snapshots, Peers peers, Runnable restart) {
    this.self = self;
    this.snapshots = snapshots;
    this.peers = peers;
    this.restart = restart;
    this.thread = Thread.ofPlatform().name("snapshot-receive").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// A piece of a snapshot that is wanted came.
  ///
  /// @param clusterId this server's
  void onPiece(ServerId from, Optional<String> clusterId, PeerFrame.Snapshot piece) {
    if (preparing.equals(Optional.of(piece.digest()))) {
      answer(from, piece, State.PREPARING, piece.bytes());
    } else if (preparing.isEmpty()) {
      pieces.offer(new Piece(from, piece.term(), clusterId, piece));
    }
  }

  /// Whether a snapshot is arriving, or being verified.
  boolean isBusy() {
    return receiving.isPresent();
  }

  /// Why the last snapshot that arrived could not be taken, if it could not.
  Optional<String> refusal() {
    return refusal;
  }

  private void run() {
    try {
      boolean ready = false;
      while (!ready) {
        Piece piece = pieces.take();
        ready = take(piece.from(), piece.clusterId(), piece.snapshot());
      }
      restart.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// True: a snapshot is complete, and installed by the next start.
  private boolean take(ServerId from, Optional<String> clusterId, PeerFrame.Snapshot piece) {
    String digest = piece.digest();
    try {
      boolean intact = PeerFrame.Snapshot.checksumOf(piece.data()) == piece.checksum();
      long held =
          intact && piece.data().length > 0
              ? snapshots.add(digest, piece.offset(), piece.data())
              : snapshots.held(digest);
      if (!receiving.equals(Optional.of(digest))) {
        receiving = Optional.of(digest);
        log.info(
            "server {} sends a copy of its database: {} MiB, {} MiB of them are here",
            from,
            piece.bytes() >> 20,
            held >> 20);
      }
      if (held < piece.bytes()) {
        answer(from, piece, State.RECEIVING, held);
        return false;
      }
      preparing = Optional.of(digest);
      answer(from, piece, State.PREPARING, held);
      snapshots.prepare(digest, clusterId);
      snapshots.installAtNextStart(digest);
      log.info("the copy of the database is complete: starting anew with it");
      answer(from, piece, State.INSTALLING, held);
      return true;
    } catch (IOException | StoreException | DiskFullException | DiskFailedException e) {
      log.error("the copy of the database cannot be taken", e);
      preparing = Optional.empty();
      receiving = Optional.empty();
      refusal = Optional.of(String.valueOf(e.getMessage()));
      answer(from, piece, State.REFUSED, 0);
      return false;
    }
  }

  private void answer(ServerId from, PeerFrame.Snapshot piece, State state, long held) {
    peers.send(
        from,
        PeerCodec.encode(
            self, new PeerFrame.SnapshotAck(piece.term(), piece.digest(), state, held, 0)));
    peers.flush();
  }

  /// Ends the thread, and waits for it.
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

package holdfast.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Syncs the main file's write-ahead log and copies it into the file, on a thread and a connection
/// of its own, so that no commit pays for it. Under constant writes this alone never reaches the
/// log's end, and the log could not be begun anew; so when it has become too long, the writer makes
/// the last bit itself between two transactions.
final class Checkpointer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
  private static final int CACHE_KIB = 256;

  /// How soon after a sync there may be another. What comes in meanwhile is little: a sync of much
  /// holds up the redo log's.
  private static final Duration SYNC_INTERVAL = Duration.ofMillis(10);

  /// How often it looks whether there is anything to sync, and at the log's length. It looks by
  /// itself because being woken would be one more system call for each commit.
  private static final Duration INTERVAL = Duration.ofMillis(200);

  /// After so many rounds even a short log is copied.
  private static final int ROUNDS_IDLE_MAX = 25;

  /// What waits to be copied before a checkpoint is worth its two syncs.
  private static final long COPY_PAGES_MIN = (4L << 20) / Schema.PAGE_BYTES;

  /// A log longer than this is the writer's business.
  private static final long WAL_PAGES_MAX = (32L << 20) / Schema.PAGE_BYTES;

  private final WriteAheadLog.Background log;
  private final Sqlite sqlite;
  private final Thread thread;
  private long lookedAtNanos = System.nanoTime();
  private int rounds;
  private volatile boolean closing;
  private volatile boolean tooLong;
  private volatile Optional<RuntimeException> failure = Optional.empty();

  Checkpointer(DataDirectory directory, WriteAheadLog log) throws IOException {
    this.log = log.background();
    sqlite = Sqlite.open(directory.main(), CACHE_KIB);
    thread = Thread.ofPlatform().name("checkpoint").daemon().start(this::run);
  }

  private void run() {
    while (!closing) {
      boolean synced = false;
      try {
        synced = log.syncIfBehind();
        if (System.nanoTime() - lookedAtNanos >= INTERVAL.toNanos()) {
          lookedAtNanos = System.nanoTime();
          round();
        }
      } catch (DiskFullException e) {
        LOG.warn("the disk is full; the write-ahead log grows: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("the database cannot be written any more", e);
        failure = Optional.of(e);
        return;
      }
      try {
        Thread.sleep(synced ? SYNC_INTERVAL : INTERVAL);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void round() {
    Sqlite.WalState wal = sqlite.checkpoint(Sqlite.CheckpointMode.NOOP);
    long waiting = wal.pages() - wal.copied();
    rounds++;
    if (waiting >= COPY_PAGES_MIN || (waiting > 0 && rounds >= ROUNDS_IDLE_MAX)) {
      rounds = 0;
      wal = sqlite.checkpoint(Sqlite.CheckpointMode.PASSIVE);
    }
    tooLong = wal.pages() > WAL_PAGES_MAX;
  }

  /// Between two transactions of the writer: finishes the copying if the log has become too long.
  /// Throws what ended the thread.
  void afterCommit(Sqlite writer) {
    if (failure.isPresent()) {
      throw failure.get();
    }
    if (tooLong) {
      // Once a round: a reader may keep the log from being copied to its end for a while.
      tooLong = false;
      try {
        writer.checkpoint(Sqlite.CheckpointMode.PASSIVE);
      } catch (DiskFullException e) {
        LOG.warn("the disk is full; the write-ahead log grows: {}", e.getMessage());
      }
    }
  }

  /// Ends the thread after the round it is at, and waits for it.
  @Override
  public void close() throws IOException {
    closing = true;
    thread.interrupt();
    Threads.join(thread);
    try (log) {
      sqlite.close();
    }
  }
}

package holdfast.storage;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies the main file's write-ahead log into the file, on a thread and a connection of its own,
/// so that no commit pays for it. Under constant writes this alone never reaches the log's end, and
/// the log could not be begun anew; so when it has become too long, the writer makes the last bit
/// itself between two transactions.
final class Checkpointer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
  private static final int CACHE_KIB = 256;

  /// How often it looks at the log's length. It looks by itself because being woken would be one
  /// more system call for each commit.
  private static final Duration INTERVAL = Duration.ofMillis(200);

  /// After so many rounds even a short log is copied.
  private static final int ROUNDS_IDLE_MAX = 25;

  /// What waits to be copied before a checkpoint is worth its two syncs.
  private static final long COPY_PAGES_MIN = (4L << 20) / Schema.PAGE_BYTES;

  /// A log longer than this is the writer's business.
  private static final long WAL_PAGES_MAX = (32L << 20) / Schema.PAGE_BYTES;

  private final Sqlite sqlite;
  private final Thread thread;
  private int rounds;
  private volatile boolean closing;
  private volatile boolean tooLong;
  private volatile Optional<RuntimeException> failure = Optional.empty();

  Checkpointer(DataDirectory directory) {
    sqlite = Sqlite.open(directory.main(), CACHE_KIB);
    thread = Thread.ofPlatform().name("checkpoint").daemon().start(this::run);
  }

  private void run() {
    while (!closing) {
      try {
        round();
      } catch (DiskFullException e) {
        LOG.warn("the disk is full; the write-ahead log grows: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("the database cannot be written any more", e);
        failure = Optional.of(e);
        return;
      }
      try {
        Thread.sleep(INTERVAL);
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
  public void close() {
    closing = true;
    thread.interrupt();
    Threads.join(thread);
    sqlite.close();
  }
}

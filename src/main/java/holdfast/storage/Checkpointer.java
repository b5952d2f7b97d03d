package holdfast.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Syncs the main file's write-ahead log and copies it into the file, on a thread and a connection
/// of its own, so that no commit pays for it. Under constant writes this alone never reaches the
/// log's end, and the log could not be begun anew; so when it has become too long, the writer makes
/// the last bit itself between two transactions: little, since all before is copied and synced.
final class Checkpointer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
  private static final int CACHE_KIB = 256;

  /// How soon after a sync there may be another. What comes in meanwhile is little: a sync of much
  /// holds up the redo log's.
  private static final Duration SYNC_INTERVAL = Duration.ofMillis(10);

  /// So many rows are worth a sync.
  private static final int SYNC_ROWS_MIN = 64;

  /// After this fewer are.
  private static final Duration SYNC_INTERVAL_MAX = Duration.ofMillis(50);

  /// How often it looks whether there is anything to sync. It looks by itself because being woken
  /// would be one more system call for each commit.
  private static final Duration INTERVAL = Duration.ofMillis(200);

  /// How often it looks at the log's length while there is.
  private static final Duration COPY_INTERVAL = Duration.ofMillis(50);

  /// After this even a short log is copied.
  private static final Duration IDLE = Duration.ofSeconds(5);

  /// What waits to be copied before a checkpoint is worth its two syncs. Much at once would hold up
  /// the redo log's.
  private static final long COPY_PAGES_MIN = (1L << 20) / Schema.PAGE_BYTES;

  /// A log longer than this is the writer's business.
  private static final long WAL_PAGES_MAX = (32L << 20) / Schema.PAGE_BYTES;

  private final MainFile file;
  private final WriteAheadLog.Background log;
  private final Sqlite sqlite;
  private final Thread thread;
  private long syncedAtNanos = System.nanoTime();
  private long lookedAtNanos = System.nanoTime();
  private long copiedAtNanos = lookedAtNanos;
  private volatile boolean closing;
  private volatile boolean tooLong;
  private volatile Optional<RuntimeException> failure = Optional.empty();

  /// @param file of `directory`
  Checkpointer(DataDirectory directory, MainFile file, WriteAheadLog log) throws IOException {
    this.file = file;
    this.log = log.background();
    sqlite = Sqlite.open(directory.main(), CACHE_KIB);
    thread = Thread.ofPlatform().name("checkpoint").daemon().start(this::run);
  }

  private void run() {
    while (!closing) {
      boolean behind = false;
      try {
        behind = sync();
        if (System.nanoTime() - lookedAtNanos >= COPY_INTERVAL.toNanos()) {
          lookedAtNanos = System.nanoTime();
          round();
        }
      } catch (DiskFullException e) {
        LOG.warn("the disk is full; the write-ahead log grows: {}", e.getMessage());
        behind = false;
      } catch (RuntimeException e) {
        LOG.error("the database cannot be written any more", e);
        failure = Optional.of(e);
        return;
      }
      try {
        Thread.sleep(behind ? SYNC_INTERVAL : INTERVAL);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Syncs what is worth it; false: for a while there has been nothing.
  private boolean sync() {
    long waited = System.nanoTime() - syncedAtNanos;
    if (log.rowsBehind() < SYNC_ROWS_MIN && waited < SYNC_INTERVAL_MAX.toNanos()) {
      return true;
    }
    syncedAtNanos = System.nanoTime();
    return log.syncIfBehind();
  }

  private void round() {
    Sqlite.WalState wal = sqlite.checkpoint(Sqlite.CheckpointMode.NOOP);
    long waiting = wal.pages() - wal.copied();
    boolean idle = System.nanoTime() - copiedAtNanos >= IDLE.toNanos();
    if (waiting >= COPY_PAGES_MIN || (waiting > 0 && idle)) {
      wal = copy();
    }
    if (wal.pages() > WAL_PAGES_MAX) {
      // Again, what has come meanwhile, so that little is left to the writer; nothing for it to do
      // where a reader keeps the log from being copied.
      wal = copy();
      tooLong = wal.pages() > WAL_PAGES_MAX && wal.pages() - wal.copied() < COPY_PAGES_MIN;
    }
  }

  private Sqlite.WalState copy() {
    copiedAtNanos = System.nanoTime();
    Sqlite.WalState wal = sqlite.checkpoint(Sqlite.CheckpointMode.PASSIVE);
    file.sync();
    return wal;
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

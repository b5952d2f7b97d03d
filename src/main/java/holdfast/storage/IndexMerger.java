package holdfast.storage;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that merges full tables of the tail into the index, puts blocks of requests there,
/// and between them, whenever it has nothing better to do, packs the requests that were left out
/// and makes messages searchable. While the disk is full it tries again every second; any other
/// failure ends it, and the writer learns of it when it needs room.
final class IndexMerger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IndexMerger.class);
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

  /// Blocks of requests wait until no table was merged for so long: a disk that is busy writes them
  /// at the cost of messages, and all they are good for is the next start.
  private static final long CALM_NANOS = 2_000_000_000L;

  private final IndexFile index;
  private final IndexTail tail;
  private final SearchIndexer search;
  private final RequestBackfill backfill;
  private final Thread thread;
  private long mergedAtNanos = System.nanoTime() - CALM_NANOS;

  IndexMerger(IndexFile index, IndexTail tail, SearchIndexer search, RequestBackfill backfill) {
    this.index = index;
    this.tail = tail;
    this.search = search;
    this.backfill = backfill;
    thread = Thread.ofPlatform().name("index-merge").daemon().start(this::run);
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        boolean calm = System.nanoTime() - mergedAtNanos >= CALM_NANOS;
        long rest = search.restNanos();
        if (calm) {
          rest = Math.min(rest, backfill.restNanos());
        }
        Optional<TailTable> table = tail.awaitFull(rest, calm);
        boolean done =
            table
                .map(this::merge)
                .or(() -> calm ? tail.takeBlock().map(this::put) : Optional.empty())
                .orElseGet(
                    () -> (calm && backfill.restNanos() == 0) ? fillBack() : makeSearchable());
        if (!done) {
          LockSupport.parkNanos(RETRY_INTERVAL.toNanos());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (DiskFailedException e) {
      LOG.error("the index cannot be written any more", e);
      tail.failed(e);
      IndexFile.condemnIfDamaged(index.file(), e);
    } catch (RuntimeException e) {
      LOG.error("the index cannot be written any more", e);
      tail.failed(e);
    }
  }

  private boolean merge(TailTable table) {
    try {
      index.merge(table);
      tail.merged();
      mergedAtNanos = System.nanoTime();
      index.checkpointIfLong();
      search.onMerge();
      return true;
    } catch (DiskFullException e) {
      LOG.warn("the disk is full; the index waits: {}", e.getMessage());
      tail.failed(e);
      return false;
    }
  }

  /// Nobody waits for this: without the block, the next start reads rows.
  private boolean put(RequestPacker.Full full) {
    try {
      index.putRequests(full.block(), full.kept().blocks());
      index.checkpointIfLong();
      backfill.onPut(full.kept());
      return true;
    } catch (DiskFullException e) {
      LOG.warn("the disk is full; the next start will take longer: {}", e.getMessage());
      return false;
    }
  }

  /// Nor for this.
  private boolean fillBack() {
    try {
      backfill.step();
      return true;
    } catch (DiskFullException e) {
      LOG.warn("the disk is full; the next start will take longer: {}", e.getMessage());
      return false;
    }
  }

  /// Nor for this: a full disk only makes searching slower.
  private boolean makeSearchable() {
    try {
      search.step();
      return true;
    } catch (DiskFullException e) {
      LOG.warn("the disk is full; the search index waits: {}", e.getMessage());
      return false;
    }
  }

  /// Whether the thread still merges.
  boolean isAlive() {
    return thread.isAlive();
  }

  /// Ends the thread after the merge it is at, and waits for it.
  @Override
  public void close() {
    thread.interrupt();
    Threads.join(thread);
  }
}

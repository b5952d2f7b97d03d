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
  private final IndexPace pace;
  private final Thread thread;
  private long mergedAtNanos = System.nanoTime() - CALM_NANOS;

  IndexMerger(IndexFile index, IndexTail tail, SearchIndexer search, RequestBackfill backfill) {
    this.index = index;
    this.tail = tail;
    this.search = search;
    this.backfill = backfill;
    pace = IndexPace.ofMerging(tail);
    thread = Thread.ofPlatform().name("index-merge").daemon().start(this::run);
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        if (!step()) {
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

  /// Does what is most urgent, once there is anything; false if the disk is too full for it.
  private boolean step() throws InterruptedException {
    boolean calm = System.nanoTime() - mergedAtNanos >= CALM_NANOS;
    long rest = calm ? Math.min(search.restNanos(), backfill.restNanos()) : search.restNanos();
    Optional<TailTable> table = tail.awaitFull(rest, calm);
    if (table.isPresent()) {
      return merge(table.get());
    }
    Optional<RequestPacker.Full> block = calm ? tail.takeBlock() : Optional.empty();
    if (block.isPresent()) {
      return unlessFull("the next start will take longer", () -> put(block.get()));
    }
    if (calm && backfill.restNanos() == 0) {
      return unlessFull("the next start will take longer", backfill::step);
    }
    return unlessFull("the search index waits", search::step);
  }

  private boolean merge(TailTable table) {
    try {
      pace.begin();
      index.merge(table, table.lastId(), pace::breathe);
      tail.merged();
      mergedAtNanos = System.nanoTime();
      index.checkpointIfLong();
      return true;
    } catch (DiskFullException e) {
      LOG.warn("the disk is full; the index waits: {}", e.getMessage());
      tail.failed(e);
      return false;
    }
  }

  private void put(RequestPacker.Full full) {
    index.putRequests(full.block(), full.kept().blocks());
    index.checkpointIfLong();
    backfill.onPut(full.kept());
  }

  /// What nobody waits for: a full disk only makes something else slower.
  private static boolean unlessFull(String slower, Runnable work) {
    try {
      work.run();
      return true;
    } catch (DiskFullException e) {
      LOG.warn("the disk is full; {}: {}", slower, e.getMessage());
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

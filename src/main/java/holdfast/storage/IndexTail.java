package holdfast.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The rows that are committed and not yet in the index: a list of tables, oldest first, of which
/// the replica thread fills the last and the merge thread takes away the first.
///
/// A reader takes the list first, then a snapshot of the index; when it has found what it looks for
/// in the two, it reads the rows themselves from the main file. A table that was taken away before
/// it looked is in the index's snapshot, because it is taken away only after the merge has
/// committed. Tables never shrink, so the list may be consulted as long as the read lasts; but the
/// last one still grows, so the main file must come last: rows are added only after they are
/// committed there. (Snapshots first and then the list: a table merged in between is in neither.)
/// Between list and snapshot a reader may rest so long that the index overtakes the list it holds,
/// whose last table has become a middle; so, once its snapshot stands, it looks whether that table
/// still waits, and begins anew if not.
///
/// Beside the tables, blocks of requests wait here for the same thread. No reader looks for them.
final class IndexTail {
  /// The limit is so many times a full table: some are merged while the next one fills.
  private static final int TABLES = 4;

  /// Blocks of requests that may wait; nobody waits for them.
  private static final int BLOCKS_MAX = 16;

  private final int rowsMax;
  private final int tableRowsMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /// Changed under `lock`.
  private volatile List<TailTable> tables = List.of(new TailTable());

  /// Of each table but the last: how many rows there had ever been when it was full.
  private final ArrayDeque<Long> fullAt = new ArrayDeque<>();

  /// Of all tables; under `lock`, like what follows.
  private int rows;

  /// Ever added.
  private long rowsEver;

  /// So many of them are on disk.
  private long durableRows;

  private Optional<RuntimeException> failure = Optional.empty();

  private final ArrayDeque<RequestPacker.Full> blocks = new ArrayDeque<>();

  IndexTail(int rowsMax) {
    this.rowsMax = rowsMax;
    this.tableRowsMax = rowsMax / TABLES;
  }

  /// The tables as they are now, oldest first; at least one.
  List<TailTable> tables() {
    return tables;
  }

  /// Adds rows that are committed.
  void add(List<TailRow> added) {
    lock.lock();
    try {
      TailTable filling = tables.getLast();
      added.forEach(filling::add);
      rows += added.size();
      rowsEver += added.size();
      if (filling.size() >= tableRowsMax) {
        List<TailTable> more = new ArrayList<>(tables);
        more.add(new TailTable());
        tables = List.copyOf(more);
        fullAt.add(rowsEver);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// The first `count` rows ever added are on disk: only then may a full table of them be merged,
  /// or the index could run ahead of the main file when power fails.
  void durable(long count) {
    lock.lock();
    try {
      durableRows = Math.max(durableRows, count);
      if (isFirstDurable()) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether the oldest table is full and on disk.
  private boolean isFirstDurable() {
    return isDurable(0);
  }

  /// Whether the table behind `older` others is full and on disk.
  private boolean isDurable(int older) {
    return fullAt.stream().skip(older).limit(1).anyMatch(rowsThen -> rowsThen <= durableRows);
  }

  /// Whether so many rows wait that no transaction may add any.
  boolean isFull() {
    lock.lock();
    try {
      return rows >= rowsMax;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is room for another transaction's rows; all rows must be on disk. Throws
  /// what keeps the merge from making room.
  void awaitRoom() {
    lock.lock();
    try {
      // With nothing to merge there is nothing to wait for: the next commit makes the table full.
      while (rows >= rowsMax && tables.size() > 1) {
        if (failure.isPresent()) {
          throw failure.get();
        }
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /// A block of requests for the index. If too many wait, the oldest is dropped, and returned: it
  /// is the caller's.
  Optional<RequestPacker.Full> offer(RequestPacker.Full block) {
    lock.lock();
    try {
      Optional<RequestPacker.Full> dropped =
          blocks.size() == BLOCKS_MAX ? Optional.of(blocks.remove()) : Optional.empty();
      blocks.add(block);
      changed.signalAll();
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /// Takes away the oldest block of requests, if there is one.
  Optional<RequestPacker.Full> takeBlock() {
    lock.lock();
    try {
      return Optional.ofNullable(blocks.poll());
    } finally {
      lock.unlock();
    }
  }

  /// The oldest full table, as soon as there is one that is on disk; empty if there is none after
  /// `nanos`, or, when `orBlock`, if there is a block of requests instead.
  Optional<TailTable> awaitFull(long nanos, boolean orBlock) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!isFirstDurable()) {
        if (left <= 0 || (orBlock && !blocks.isEmpty())) {
          return Optional.empty();
        }
        left = changed.awaitNanos(left);
      }
      return Optional.of(tables.getFirst());
    } finally {
      lock.unlock();
    }
  }

  /// Waits for `nanos`; false: not so long, because there is a full table that is on disk, or the
  /// thread is interrupted, which it then still is.
  boolean restUnlessFull(long nanos) {
    return restUnless(this::isFirstDurable, nanos);
  }

  /// The same for the thread that is merging the oldest table, for which nobody has to wait before
  /// the next one is full, too, or there is no more room.
  boolean restUnlessCrowded(long nanos) {
    return restUnless(() -> isDurable(1) || rows >= rowsMax, nanos);
  }

  private boolean restUnless(BooleanSupplier urgent, long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!urgent.getAsBoolean()) {
        if (left <= 0) {
          return true;
        }
        left = changed.awaitNanos(left);
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Takes away the oldest table, whose rows are now committed in the index.
  void merged() {
    lock.lock();
    try {
      rows -= tables.getFirst().size();
      tables = List.copyOf(tables.subList(1, tables.size()));
      fullAt.remove();
      failure = Optional.empty();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The merge does not get on, for now or for ever.
  void failed(RuntimeException reason) {
    lock.lock();
    try {
      failure = Optional.of(reason);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// How many rows have been added since the start.
  long rowsEver() {
    lock.lock();
    try {
      return rowsEver;
    } finally {
      lock.unlock();
    }
  }

  /// How many rows wait.
  int rows() {
    lock.lock();
    try {
      return rows;
    } finally {
      lock.unlock();
    }
  }
}

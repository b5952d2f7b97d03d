package holdfast.bench;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Looks, beside a load, whether the disk itself stands still: a thread that writes over the same
/// few bytes of a file in the servers' folder and syncs them, again and again. The disks of virtual
/// machines do stand still, for tens or hundreds of milliseconds, for reasons of their own. Then
/// nothing is acknowledged, and the tail of a load's latencies says little about the servers.
///
/// The thread needs a processor, too, so one sync that took long may have waited for that. Only
/// what is far longer than threads wait for their turn counts.
final class DiskWatch implements Tally.Disturbance, AutoCloseable {
  /// A sync that takes so long is a pause of the disk.
  static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// Time between two syncs, so that a pause that is longer by this is never missed.
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// Less than any file system writes at a time.
  private static final int BYTES = 512;

  /// Something that is written and synced.
  interface Probe extends Closeable {
    void sync() throws IOException;
  }

  /// What the disk did while it was watched.
  ///
  /// @param count of the pauses
  /// @param totalNanos of them
  /// @param longestNanos of all syncs, pause or not
  record Pauses(long count, long totalNanos, long longestNanos) {
    Pauses with(long nanos) {
      boolean pause = nanos >= PAUSE_NANOS;
      return new Pauses(
          count + (pause ? 1 : 0), totalNanos + (pause ? nanos : 0), Math.max(longestNanos, nanos));
    }
  }

  /// A file of its own, whose writes return when they are on disk.
  private record SyncedFile(RandomAccessFile file) implements Probe {
    static SyncedFile in(Path folder) throws IOException {
      Path path = Files.createTempFile(folder, "disk-", ".watch");
      SyncedFile made = new SyncedFile(new RandomAccessFile(path.toFile(), "rwd"));
      // Makes the file as long as it will be, which takes longer than to write over it.
      made.sync();
      return made;
    }

    @Override
    public void sync() throws IOException {
      file.seek(0);
      file.write(new byte[BYTES]);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private final Probe probe;
  private final LongSupplier nanoTime;
  private final Thread thread =
      Thread.ofPlatform().name("disk-watch").daemon().unstarted(this::watch);

  // Written by the thread, read by any.
  private volatile Pauses pauses = new Pauses(0, 0, 0);
  private volatile long workedOffAt;
  private volatile boolean syncing;
  private volatile boolean failed;
  private volatile long syncBegun;

  DiskWatch(Probe probe, LongSupplier nanoTime) {
    this.probe = probe;
    this.nanoTime = nanoTime;
  }

  /// For the disk that `folder` is on. The file it makes there stays.
  static DiskWatch of(Path folder) throws IOException {
    return new DiskWatch(SyncedFile.in(folder), System::nanoTime);
  }

  /// Watches from now until it is closed.
  void start() {
    thread.start();
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        look();
        LockSupport.parkNanos(INTERVAL_NANOS);
      }
    } catch (IOException e) {
      // The disk is full, of which the servers tell themselves.
      failed = true;
    }
  }

  /// Syncs once, and counts how long it took.
  void look() throws IOException {
    long begun = nanoTime.getAsLong();
    syncBegun = begun;
    syncing = true;
    try {
      probe.sync();
      count(begun, nanoTime.getAsLong());
    } finally {
      syncing = false;
    }
  }

  private void count(long begun, long end) {
    long nanos = end - begun;
    boolean first = pauses.count() == 0;
    pauses = pauses.with(nanos);
    // A short pause after a long one does not shorten what that one takes.
    if (nanos >= PAUSE_NANOS && (first || end + nanos - workedOffAt > 0)) {
      workedOffAt = end + nanos;
    }
  }

  /// Whether at any time between `begun` and `now` the disk stood still, or had just done so: what
  /// comes at half of what servers can do piles up meanwhile, and takes them as long again.
  @Override
  public boolean met(long begun, long now) {
    boolean isStill = syncing && now - syncBegun >= PAUSE_NANOS;
    return isStill || (pauses.count() > 0 && workedOffAt - begun > 0);
  }

  /// What was seen so far; empty if the disk could not be looked at any more.
  Optional<Pauses> pauses() {
    return failed ? Optional.empty() : Optional.of(pauses);
  }

  /// Whether it watches no more.
  boolean isOver() {
    return !thread.isAlive();
  }

  /// Ends the watching, when the sync that is under way is done.
  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    probe.close();
  }
}

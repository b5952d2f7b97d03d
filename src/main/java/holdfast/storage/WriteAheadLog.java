package holdfast.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.function.Consumer;

/// The write-ahead log of a database whose connection does not sync commits (`synchronous=NORMAL`):
/// for syncing them later, all at once. SQLite keeps no locks on this file that closing it here
/// would drop.
///
/// For the replica thread, and, with a `Background` each, for others: the system tells of a write
/// that failed once for each time that the file was opened.
final class WriteAheadLog implements AutoCloseable {
  private final Path path;
  private final Consumer<Settled> durable;

  /// Not a channel, which an interrupt would close.
  private final RandomAccessFile file;

  private volatile Settled settled = new Settled(0, 0);

  /// What a commit brought the database to.
  ///
  /// @param sequence everything up to this record of the redo log
  /// @param rows so many rows for the index since the start
  record Settled(long sequence, long rows) {}

  /// @param durable is told what a sync made durable, by the thread that synced
  WriteAheadLog(Path path, Consumer<Settled> durable) throws IOException {
    this.path = path;
    this.durable = durable;
    file = new RandomAccessFile(path.toFile(), "rw");
  }

  /// This much is committed.
  void committed(Settled upTo) {
    settled = upTo;
  }

  /// Waits until all that is committed is on disk (`fsync`).
  void sync() {
    sync(file);
  }

  private Settled sync(RandomAccessFile opened) {
    Settled upTo = settled;
    try {
      opened.getFD().sync();
    } catch (IOException e) {
      throw new DiskFailedException(path + " cannot be synced: " + e.getMessage(), e);
    }
    durable.accept(upTo);
    return upTo;
  }

  /// The same for one other thread.
  Background background() throws IOException {
    return new Background(new RandomAccessFile(path.toFile(), "rw"));
  }

  /// Syncs what others commit.
  final class Background implements AutoCloseable {
    private final RandomAccessFile opened;
    private Settled synced = new Settled(0, 0);

    private Background(RandomAccessFile opened) {
      this.opened = opened;
    }

    /// How many rows for the index are committed and not yet on disk.
    long rowsBehind() {
      return settled.rows() - synced.rows();
    }

    /// Waits until all that is committed is on disk. False: nothing was since the last time.
    boolean syncIfBehind() {
      if (synced.equals(settled)) {
        return false;
      }
      synced = sync(opened);
      return true;
    }

    @Override
    public void close() throws IOException {
      opened.close();
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

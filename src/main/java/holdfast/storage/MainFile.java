package holdfast.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/// The database's file, for syncing what checkpoints copy into it. SQLite syncs it only once a
/// checkpoint has copied the write-ahead log to its end, in the thread that did: the replica thread
/// would wait for the disk to take all that was copied since the last time.
///
/// To be opened before the connections, and closed after them: with the first descriptor of a file
/// that a process closes, all its locks on it are gone (POSIX).
final class MainFile implements AutoCloseable {
  private final Path path;

  /// Not a channel, which an interrupt would close.
  private final RandomAccessFile file;

  MainFile(Path path) throws IOException {
    this.path = path;
    file = new RandomAccessFile(path.toFile(), "rw");
  }

  /// Waits until all that was copied is on disk (`fsync`). For one thread: the system tells of a
  /// write that failed once for each time that the file was opened, SQLite's own included.
  void sync() {
    try {
      file.getFD().sync();
    } catch (IOException e) {
      throw new DiskFailedException(path + " cannot be synced: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

package holdfast.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/// The write-ahead log of a database whose connection does not sync commits (`synchronous=NORMAL`):
/// for syncing those that must be. The pragma could say so for each transaction, but is parsed anew
/// every time. SQLite keeps no locks on this file that closing it here would drop.
final class WriteAheadLog implements AutoCloseable {
  private final Path path;

  /// Not a channel, which an interrupt would close.
  private final RandomAccessFile file;

  WriteAheadLog(Path path) throws IOException {
    this.path = path;
    file = new RandomAccessFile(path.toFile(), "rw");
  }

  /// Waits until all that is committed is on disk (`fsync`).
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

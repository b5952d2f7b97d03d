package holdfast.storage;

import holdfast.replication.LogPosition;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/// A finished copy of the database, in a file of its own that goes when it is closed. For one
/// thread at a time.
public final class OutgoingSnapshot implements AutoCloseable {
  private final Path path;
  private final RandomAccessFile file;
  private final LogPosition position;
  private final long bytes;
  private final String digest;

  OutgoingSnapshot(Path path, LogPosition position, String digest) throws IOException {
    this.path = path;
    this.file = new RandomAccessFile(path.toFile(), "r");
    this.position = position;
    this.bytes = file.length();
    this.digest = digest;
  }

  /// The last command that it has applied.
  public LogPosition position() {
    return position;
  }

  public long bytes() {
    return bytes;
  }

  /// SHA-256 of the whole file, hex.
  public String digest() {
    return digest;
  }

  /// The bytes from `offset` on, at most `max`; none at the end.
  public byte[] read(long offset, int max) throws IOException {
    byte[] chunk = new byte[Math.clamp(bytes - offset, 0, max)];
    file.seek(offset);
    file.readFully(chunk);
    return chunk;
  }

  /// Writes the whole of it to `target`, a new file for its owner only.
  public void writeTo(Path target) throws IOException {
    SnapshotFiles.copy(path, target);
  }

  @Override
  public void close() throws IOException {
    file.close();
    DataDirectory.delete(path);
  }
}

package holdfast.operate;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Keeps two `up` or `down` from working on one data directory at a time: the second would replace
/// the first one's pid files by those of servers that could not start.
public final class OperatorLock implements Closeable {
  private final FileChannel channel;

  private OperatorLock(FileChannel channel) {
    this.channel = channel;
  }

  /// The lock, or empty while another process has it.
  public static Optional<OperatorLock> take(Path dataDir) throws IOException {
    Files.createDirectories(dataDir);
    FileChannel channel =
        FileChannel.open(
            dataDir.resolve("operator.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (isTaken(channel)) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new OperatorLock(channel));
  }

  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

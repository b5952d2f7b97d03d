package holdfast.storage;

import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's data directory, locked for this process as long as it is open. Directory and files
/// made here are for their owner only.
final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  /// One part in so many of what is free may be reserved.
  private static final int RESERVED_SHARE_MAX = 8;

  /// A page: written in larger pieces, a file is cached in larger pieces, and changing one byte
  /// then writes all of a piece back.
  private static final int RESERVED_STEP_BYTES = 4_096;

  private static final byte[] SQLITE_MAGIC =
      "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int PID_BYTES_MAX = 20;

  /// Directories open in this process. Asked before the lock file is touched: closing any other
  /// descriptor of a file drops this process's lock on it (POSIX).
  private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel lockFile;

  private DataDirectory(Path directory, FileChannel lockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
  }

  /// Makes the directory if it is missing, and takes it for this process.
  static DataDirectory lock(Path wanted) throws StoreException {
    try {
      makeDirectory(wanted);
      Path directory = wanted.toRealPath();
      if (!OPEN_HERE.add(directory)) {
        throw taken(directory, Optional.of(Long.toString(ProcessHandle.current().pid())));
      }
      try {
        return new DataDirectory(directory, lockFile(directory));
      } catch (IOException | StoreException e) {
        OPEN_HERE.remove(directory);
        throw e;
      }
    } catch (IOException e) {
      throw new StoreException(
          Kind.DISK, "data directory %s cannot be used: %s".formatted(wanted, e), e);
    }
  }

  private static void makeDirectory(Path wanted) throws IOException {
    if (Files.isDirectory(wanted)) {
      return;
    }
    Path parent = wanted.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(wanted, ownerOnly("rwx------"));
    if (parent != null) {
      sync(parent);
    }
  }

  private static FileChannel lockFile(Path directory) throws IOException, StoreException {
    Path file = directory.resolve("lock");
    create(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw taken(directory, pidIn(channel));
      }
      channel.truncate(0);
      String pid = Long.toString(ProcessHandle.current().pid());
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return channel;
    } catch (IOException | StoreException e) {
      channel.close();
      throw e;
    }
  }

  private static Optional<String> pidIn(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PID_BYTES_MAX);
    channel.read(bytes, 0);
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    return text.matches("[0-9]+") ? Optional.of(text) : Optional.empty();
  }

  /// Whether a process has `directory` open now. Changes nothing.
  static boolean isTaken(Path directory) throws IOException {
    Path file = directory.resolve("lock");
    if (!Files.exists(file)) {
      return false;
    }
    if (OPEN_HERE.contains(directory.toRealPath())) {
      return true;
    }
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    }
  }

  private static StoreException taken(Path directory, Optional<String> pid) {
    return new StoreException(
        Kind.TAKEN,
        "data directory %s is in use by %s: stop that server first, or give this one another data.dir"
            .formatted(directory, pid.map(p -> "process " + p).orElse("another process")));
  }

  Path directory() {
    return directory;
  }

  /// A file of this name in the directory.
  Path file(String name) {
    return directory.resolve(name);
  }

  Path main() {
    return file("holdfast.db");
  }

  Path index() {
    return file("index.db");
  }

  /// Sees to it that `main()` can be opened as a database: makes an empty file if there is none,
  /// and refuses one that is none. Must come before SQLite opens it: closing a descriptor of our
  /// own would drop SQLite's locks.
  void prepareMain() throws StoreException {
    Path file = main();
    try {
      if (!Files.exists(file)) {
        for (Path companion : new Path[] {besides(file, "-wal"), besides(file, "-journal")}) {
          if (Files.exists(companion)) {
            throw new StoreException(
                Kind.REFUSED,
                "%s is missing although %s is there: this server has lost its data; put the directory away and replace this server, or bring the file back"
                    .formatted(file, companion.getFileName()));
          }
        }
        create(file);
        sync(directory);
      } else if (Files.size(file) > 0 && !hasMagic(file)) {
        throw damaged(file, "it does not begin like a database");
      }
    } catch (IOException e) {
      throw new StoreException(Kind.DISK, "%s cannot be used: %s".formatted(file, e), e);
    }
  }

  /// The refusal of a damaged file, which is left as it is.
  static StoreException damaged(Path file, String reason) {
    return new StoreException(
        Kind.REFUSED,
        "%s is damaged (%s): this server must not go on with it, since it may have forgotten a vote; put the directory away and replace this server"
            .formatted(file, reason));
  }

  /// Deletes a database file that can be rebuilt, with all that SQLite keeps beside it. The name
  /// goes even while the file is open.
  static void delete(Path database) throws IOException {
    // The database first: a write-ahead log without one means nothing, the reverse is damage.
    for (String suffix : new String[] {"", "-wal", "-shm", "-journal"}) {
      Files.deleteIfExists(besides(database, suffix));
    }
  }

  /// Makes an empty file, for its owner only; what SQLite puts beside it inherits that.
  static void create(Path file) throws IOException {
    try {
      Files.createFile(file, ownerOnly("rw-------"));
    } catch (FileAlreadyExistsException e) {
      // As good as new: whatever it holds is judged by whoever opens it.
    }
  }

  /// Makes the empty write-ahead log of `main()` this long with zeros, which SQLite takes for no
  /// log at all. Unless that would take more than a fair share of the disk; a failure only costs
  /// speed.
  void reserveLog(long bytes) {
    if (bytes == 0) {
      return;
    }
    Path wal = besides(main(), "-wal");
    try (FileChannel log = FileChannel.open(wal, StandardOpenOption.WRITE)) {
      boolean hasRoom = Files.getFileStore(wal).getUsableSpace() / RESERVED_SHARE_MAX > bytes;
      if (log.size() > 0 || !hasRoom) {
        return;
      }
      try {
        ByteBuffer zeros = ByteBuffer.allocate(RESERVED_STEP_BYTES);
        for (long at = 0; at < bytes; at += zeros.capacity()) {
          log.write(zeros.clear(), at);
        }
        log.force(true);
      } catch (IOException e) {
        log.truncate(0);
        throw e;
      }
    } catch (IOException e) {
      LOG.warn("{} grows as it is used, which is slower: {}", wal, e.toString());
    }
  }

  /// The main file's write-ahead log, which is the same file as long as a connection is open.
  ///
  /// @param durable is told what a sync made durable, by the thread that synced
  WriteAheadLog writeAheadLog(Consumer<WriteAheadLog.Settled> durable) throws IOException {
    return new WriteAheadLog(besides(main(), "-wal"), durable);
  }

  /// The main file, to sync it; see there when to open and close it.
  MainFile mainFile() throws IOException {
    return new MainFile(main());
  }

  /// Makes the directory's list of names durable.
  void sync() throws IOException {
    sync(directory);
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      // The lock goes with the process at the latest.
    } finally {
      OPEN_HERE.remove(directory);
    }
  }

  /// What SQLite keeps beside `file`.
  static Path besides(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static boolean hasMagic(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(SQLITE_MAGIC.length);
      channel.read(bytes);
      return Arrays.equals(bytes.array(), SQLITE_MAGIC);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] ownerOnly(String permissions) {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}

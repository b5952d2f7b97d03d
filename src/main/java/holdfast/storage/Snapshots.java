package holdfast.storage;

import holdfast.replication.LogPosition;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// Whole copies of the state: made here for a member that is too far behind, or arriving here piece
/// by piece and made ready to be installed at the next start. For one thread that sends and one
/// that receives. All methods may throw DiskFullException and DiskFailedException, which concern
/// the copy alone.
public final class Snapshots {
  private static final int CACHE_KIB = 8 * 1024;
  private static final int READ_BYTES = 1 << 20;

  /// Bytes of an arriving snapshot that are not yet forced to disk.
  private static final long UNFORCED_BYTES_MAX = 8L << 20;

  private final DataDirectory data;
  private final SnapshotFiles files;
  private final String memberKey;
  private final Optional<String> installed;
  private long unforcedBytes;

  Snapshots(DataDirectory data, String memberKey) throws IOException {
    this.data = data;
    this.files = new SnapshotFiles(data);
    this.memberKey = memberKey;
    this.installed = files.installedDigest();
    files.tidy();
  }

  /// Copies what is applied now, or a little later, for a member; takes its time so that the server
  /// does not notice. Only one such copy may be open.
  ///
  /// @param withLog the log goes along, up to the last command applied: for a member that comes
  ///   from another timeline, or that others may one day come back to from one
  public OutgoingSnapshot copy(boolean withLog) throws IOException, InterruptedException {
    return copy(files.outgoing(), withLog);
  }

  /// The same for an operator, whose copy is another file: one of each kind may be open.
  public OutgoingSnapshot backup() throws IOException, InterruptedException {
    return copy(files.backup(), false);
  }

  private OutgoingSnapshot copy(Path target, boolean withLog)
      throws IOException, InterruptedException {
    LogPosition position = SnapshotCopy.make(data.main(), target, withLog);
    return new OutgoingSnapshot(target, position, digestOf(target));
  }

  /// The digest of the snapshot that this directory was last replaced with.
  public Optional<String> installed() {
    return installed;
  }

  /// How many bytes of the snapshot with this digest have arrived.
  public long held(String digest) throws IOException {
    Path part = files.arriving(digest);
    return Files.exists(part) ? Files.size(part) : 0;
  }

  /// The next bytes of a snapshot arrived; what else had arrived of another goes. Returns how many
  /// bytes are held, whether or not these were the next.
  public long add(String digest, long offset, byte[] bytes) throws IOException {
    for (String other : files.arrivingDigests()) {
      if (!other.equals(digest)) {
        Files.delete(files.arriving(other));
      }
    }
    long held = held(digest);
    if (offset != held) {
      return held;
    }
    Path part = files.arriving(digest);
    DataDirectory.create(part);
    try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
      file.seek(held);
      file.write(bytes);
      unforcedBytes += bytes.length;
      if (unforcedBytes >= UNFORCED_BYTES_MAX) {
        file.getFD().sync();
        unforcedBytes = 0;
      }
    }
    return held + bytes.length;
  }

  /// Forgets what has arrived.
  public void drop(String digest) throws IOException {
    Files.deleteIfExists(files.arriving(digest));
  }

  /// All of a snapshot has arrived: verifies it, and builds the index that goes with it. Nothing is
  /// decided by that yet. May take long.
  ///
  /// @throws StoreException it is not what it claims to be, of a newer version, of another cluster
  ///   or an earlier timeline, or it is of a later one and nobody can tell what of this server's
  ///   log is not in it; it is dropped
  public LogPosition prepare(String digest, Optional<String> clusterId)
      throws IOException, StoreException {
    Path part = files.arriving(digest);
    try {
      if (!digestOf(part).equals(digest)) {
        throw new StoreException(Kind.REFUSED, "the snapshot arrived damaged");
      }
      SnapshotFiles.force(part);
      try (Sqlite sqlite = Sqlite.open(part, CACHE_KIB)) {
        // Cut short, an upgrade would leave a file that its digest no longer fits, and nothing
        // beside
        // it: it is dropped, and sent once more.
        sqlite.run("PRAGMA journal_mode=MEMORY");
        sqlite.run("PRAGMA synchronous=FULL");
        Schema.MAIN.upgrade(sqlite, part);
        sqlite.run("PRAGMA query_only=ON");
        SnapshotState state = SnapshotState.of(sqlite, "main");
        if (clusterId.isPresent() && !clusterId.get().equals(state.clusterId())) {
          throw new StoreException(
              Kind.REFUSED, "the snapshot is of another cluster, " + state.clusterId());
        }
        sqlite.run("ATTACH '%s' AS old".formatted(data.main().toString().replace("'", "''")));
        TimelineMove.checkPossible(sqlite);
        sqlite.run("DETACH old");
        IndexFile index = IndexFile.create(files.index(), memberKey);
        new IndexRebuild(sqlite).caughtUp(index, state.appliedId()).close();
        SnapshotFiles.force(files.index());
        return state.position();
      }
    } catch (StoreException | DiskFailedException e) {
      drop(digest);
      throw e;
    }
  }

  /// From now on the next start of this directory begins with the prepared snapshot.
  public void installAtNextStart(String digest) throws IOException {
    files.markReady(digest);
  }

  static String digestOf(Path file) throws IOException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    byte[] bytes = new byte[READ_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        sha.update(bytes, 0, count);
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }
}

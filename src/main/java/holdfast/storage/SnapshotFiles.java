package holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The files of a data directory that hold a snapshot on its way: the copy that is being sent, one
/// that is arriving, one that is complete and will be installed at the next start. An arriving or
/// complete one has its digest, SHA-256 in hex, as its name.
final class SnapshotFiles {
  private static final String PREFIX = "snapshot-";
  private static final String ARRIVING = ".part";
  private static final String READY = ".ready";
  private static final String DIGEST = "[0-9a-f]{64}";

  private final DataDirectory data;

  SnapshotFiles(DataDirectory data) {
    this.data = data;
  }

  /// The copy that this server sends.
  Path outgoing() {
    return data.file("snapshot-out.db");
  }

  /// The copy that an operator fetches.
  Path backup() {
    return data.file("backup-out.db");
  }

  Path arriving(String digest) {
    return data.file(PREFIX + checked(digest) + ARRIVING);
  }

  Path ready(String digest) {
    return data.file(PREFIX + checked(digest) + READY);
  }

  /// The index that belongs to the complete snapshot, or is being built for the arriving one.
  Path index() {
    return data.file("snapshot-index.db");
  }

  private Path installedMark() {
    return data.file("snapshot.installed");
  }

  private static String checked(String digest) {
    if (!digest.matches(DIGEST)) {
      throw new IllegalArgumentException("not a digest: " + digest);
    }
    return digest;
  }

  /// The digest of the complete snapshot that waits to be installed.
  Optional<String> readyDigest() throws IOException {
    return digests(READY).stream().findFirst();
  }

  /// The complete snapshot that waits in `directory`, whoever may have that open.
  static Optional<Path> waitingIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches(PREFIX + DIGEST + READY))
          .sorted()
          .findFirst();
    }
  }

  /// The digests of snapshots that have arrived in part.
  List<String> arrivingDigests() throws IOException {
    return digests(ARRIVING);
  }

  private List<String> digests(String suffix) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(data.main().getParent())) {
      files.forEach(file -> {
        String name = file.getFileName().toString();
        if (name.matches(PREFIX + DIGEST + suffix)) {
          found.add(name.substring(PREFIX.length(), name.length() - suffix.length()));
        }
      });
    }
    found.sort(null);
    return found;
  }

  /// Makes the arriving snapshot, which is whole and on disk, the one that the next start installs.
  void markReady(String digest) throws IOException {
    for (String other : digests(READY)) {
      DataDirectory.delete(ready(other));
    }
    rename(arriving(digest), ready(digest));
  }

  /// The digest of the snapshot that was installed last.
  Optional<String> installedDigest() throws IOException {
    if (!Files.exists(installedMark())) {
      return Optional.empty();
    }
    String digest = Files.readString(installedMark(), StandardCharsets.US_ASCII);
    return digest.matches(DIGEST) ? Optional.of(digest) : Optional.empty();
  }

  void noteInstalled(String digest) throws IOException {
    DataDirectory.create(installedMark());
    try (FileChannel channel =
        FileChannel.open(
            installedMark(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.wrap(digest.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
  }

  /// Renames in one step, and makes that durable.
  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    data.sync();
  }

  /// Removes what the last process left and this one cannot use. What has arrived in part stays.
  void tidy() throws IOException {
    DataDirectory.delete(outgoing());
    DataDirectory.delete(backup());
    if (readyDigest().isEmpty()) {
      DataDirectory.delete(index());
    }
  }

  /// Copies a file that nobody changes to `to`, which is for its owner only, and makes that
  /// durable.
  static void copy(Path from, Path to) throws IOException {
    DataDirectory.create(to);
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      long size = in.size();
      for (long at = 0; at < size; ) {
        at += in.transferTo(at, size - at, out);
      }
      out.force(true);
    }
  }

  /// Makes the contents of a file that no database connection has open durable.
  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}

package holdfast.storage;

import holdfast.replication.LogPosition;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file with a whole copy of a cluster's state, as a backup or a snapshot has it: without vote
/// and identity, and as a rule without log.
///
/// @param file where it is
/// @param clusterId the cluster it is of
/// @param position the last command it has applied
/// @param time of that command, ms since the epoch
/// @param accounts how many there are
/// @param messages the same
public record CopiedState(
    Path file, String clusterId, LogPosition position, long time, long accounts, long messages) {
  private static final int CACHE_KIB = 8 * 1024;
  private static final int FAULTS_MAX = 3;

  /// Looks into `file` and walks all of it.
  ///
  /// @throws StoreException it is no such copy, of another version, or damaged
  public static CopiedState verified(Path file) throws IOException, StoreException {
    if (!Files.isRegularFile(file)) {
      throw new StoreException(Kind.REFUSED, file + " is not there, or not a file");
    }
    try (Sqlite sqlite = Sqlite.openUntouched(file, CACHE_KIB)) {
      Schema.MAIN.verifyKnown(sqlite, file);
      if (sqlite.number("SELECT count(*) FROM identity") > 0) {
        throw new StoreException(
            Kind.REFUSED,
            file
                + " is a server's own database, not a backup: it has that server's identity, and copied while the server ran it may be torn. Use what admin backup made; or recover, on the whole directory of a stopped server");
      }
      List<String> faults = new ArrayList<>();
      sqlite
          .prepare("PRAGMA quick_check(" + FAULTS_MAX + ")")
          .visit(row -> faults.add(row.getString(1)));
      if (!faults.equals(List.of("ok"))) {
        throw new StoreException(Kind.REFUSED, file + " is damaged: " + String.join("; ", faults));
      }
      SnapshotState state = SnapshotState.of(sqlite, "main");
      return new CopiedState(
          file,
          state.clusterId(),
          state.position(),
          sqlite.number("SELECT time FROM state"),
          sqlite.number("SELECT count(*) FROM account"),
          sqlite.number("SELECT count(*) FROM message"));
    } catch (DiskFailedException e) {
      throw new StoreException(
          Kind.REFUSED, "%s cannot be read as a backup: %s".formatted(file, e.getMessage()), e);
    }
  }
}

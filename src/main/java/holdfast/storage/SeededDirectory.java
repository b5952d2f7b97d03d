package holdfast.storage;

import holdfast.chat.EntryId;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/// Makes data directories with which a new cluster begins from a copied state (docs/DESIGN.md,
/// Founding from a state). What is written: the copy, a member key of the directory's own, the new
/// cluster's id and token key, and as term the first of the next timeline. The log is empty and
/// begins behind the copy, which may be of an older version: it is upgraded when the server starts;
/// no membership is in force but the configured one, so that the first primary's first entry states
/// it.
public final class SeededDirectory {
  private static final int CACHE_KIB = 8 * 1024;

  private SeededDirectory() {}

  /// What the directories of one new cluster have in common.
  ///
  /// @param clusterId 128 random bits, hex
  /// @param tokenKey signs its sign-in tokens
  public record NewCluster(String clusterId, byte[] tokenKey) {
    private static final int ID_BYTES = 16;
    private static final int TOKEN_KEY_BYTES = 32;

    /// One that nobody has heard of.
    public static NewCluster random() {
      SecureRandom random = new SecureRandom();
      byte[] id = new byte[ID_BYTES];
      byte[] key = new byte[TOKEN_KEY_BYTES];
      random.nextBytes(id);
      random.nextBytes(key);
      return new NewCluster(HexFormat.of().formatHex(id), key);
    }
  }

  /// Sees to it that no server runs in `directory`.
  ///
  /// @throws StoreException one does
  public static void checkAtRest(Path directory) throws IOException, StoreException {
    if (Files.isDirectory(directory) && DataDirectory.isTaken(directory)) {
      throw new StoreException(
          Kind.TAKEN, "a server runs in " + directory + ": stop it first (down)");
    }
  }

  /// Whether there is a server's database in `directory`, whole or not.
  public static boolean hasDatabase(Path directory) {
    return Files.exists(directory.resolve("holdfast.db"))
        || Files.exists(directory.resolve("holdfast.db-wal"));
  }

  /// Makes `directory`, which has no database, the beginning of a server of `cluster`. Whole or not
  /// at all: killed in between, it leaves a directory without a database.
  ///
  /// @throws StoreException a server has the directory open, or has been there
  public static void make(CopiedState state, Path directory, NewCluster cluster)
      throws IOException, StoreException {
    try (DataDirectory data = DataDirectory.lock(directory)) {
      if (hasDatabase(directory)) {
        throw new StoreException(
            Kind.REFUSED, directory + " has a database already: move the directory away first");
      }
      Path draft = data.file("holdfast.db.new");
      DataDirectory.delete(draft);
      DataDirectory.delete(data.index());
      SnapshotFiles.copy(state.file(), draft);
      try (Sqlite sqlite = Sqlite.open(draft, CACHE_KIB)) {
        write(sqlite, state, cluster);
      }
      SnapshotFiles.force(draft);
      Files.move(draft, data.main(), StandardCopyOption.ATOMIC_MOVE);
      data.sync();
    } catch (DiskFullException | DiskFailedException e) {
      throw new StoreException(
          Kind.DISK, "%s cannot be written: %s".formatted(directory, e.getMessage()), e);
    }
  }

  private static void write(Sqlite sqlite, CopiedState state, NewCluster cluster) {
    sqlite.run("PRAGMA synchronous=FULL");
    sqlite.run("BEGIN IMMEDIATE");
    sqlite
        .prepare("INSERT INTO identity VALUES (1, ?)")
        .set(1, SqliteStore.newMemberKey())
        .update();
    sqlite
        .prepare("INSERT INTO hard_state VALUES (1, ?, 0)")
        .with(EntryId.firstTermAfter(state.position().term()))
        .update();
    sqlite.run("DELETE FROM membership");
    sqlite
        .prepare("UPDATE state SET cluster_id = ?, token_key = ?")
        .set(1, cluster.clusterId())
        .set(2, cluster.tokenKey())
        .update();
    sqlite.run("COMMIT");
  }
}

package holdfast.storage;

import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.MembershipReader;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a stopped server's data directory holds, looked at without changing it.
///
/// @param memberKey its identity
/// @param term of its hard state
/// @param last where its log ends
/// @param appliedIndex up to here the cluster is known to have committed
/// @param time of the last command applied, ms since the epoch
/// @param membership the last one that its log states
/// @param redoLogLost what its redo log had is not known: the rest is what its database has, which
///   may lack the last of what it acknowledged
public record SurvivingDirectory(
    Path directory,
    String memberKey,
    String clusterId,
    long term,
    LogPosition last,
    long appliedIndex,
    long time,
    Membership membership,
    boolean redoLogLost) {
  private static final int CACHE_KIB = 8 * 1024;

  /// The files of the database; the second may be missing.
  private static final List<String> DATABASE_FILES = List.of("holdfast.db", "holdfast.db-wal");

  /// Looks into `directory`.
  ///
  /// @param evenWithoutRedoLog whether a redo log that is missing or damaged is left out
  /// @throws StoreException a server runs there, there is no database, it is damaged or of another
  ///   version, or has never been part of a cluster
  public static SurvivingDirectory look(
      Path directory, MembershipReader memberships, boolean evenWithoutRedoLog)
      throws IOException, StoreException {
    Path file = directory.resolve("holdfast.db");
    if (!Files.isRegularFile(file)) {
      throw new StoreException(
          Kind.REFUSED, directory + " is not a server's data directory: it has no holdfast.db");
    }
    if (DataDirectory.isTaken(directory)) {
      throw new StoreException(
          Kind.TAKEN, "a server runs in " + directory + ": stop it first, all must be at rest");
    }
    try (Sqlite sqlite = Sqlite.openUntouched(file, CACHE_KIB)) {
      Schema.MAIN.verifyKnown(sqlite, file);
      SnapshotState state = SnapshotState.of(sqlite, "main");
      Optional<List<RedoRecord>> redo = redo(directory, sqlite, evenWithoutRedoLog);
      List<RedoRecord> lacking = redo.orElse(List.of());
      Optional<Membership> membership =
          membership(lacking, memberships)
              .or(() -> membership(sqlite, memberships, beginning(lacking)));
      if (state.clusterId().isEmpty() || membership.isEmpty()) {
        throw new StoreException(
            Kind.REFUSED,
            directory + " has never taken part in a cluster: nothing is to be recovered from it");
      }
      SurvivingDirectory found =
          new SurvivingDirectory(
              directory,
              sqlite
                  .prepare("SELECT member_key FROM identity")
                  .first(row -> row.getString(1))
                  .orElse(""),
              state.clusterId(),
              term(lacking).orElseGet(() -> sqlite.number("SELECT term FROM hard_state")),
              last(lacking).orElseGet(() -> last(sqlite, state.compacted())),
              state.position().index(),
              sqlite.number("SELECT time FROM state"),
              membership.get(),
              redo.isEmpty());
      Optional<Path> snapshot = SnapshotFiles.waitingIn(directory);
      return snapshot.isPresent() ? found.with(snapshot.get()) : found;
    } catch (DiskFailedException e) {
      throw new StoreException(
          Kind.REFUSED, "%s cannot be read: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /// The server ended with a snapshot complete and not installed yet: `copyTo` takes it along, and
  /// whoever opens that installs it.
  private SurvivingDirectory with(Path snapshot) {
    try (Sqlite sqlite = Sqlite.openUntouched(snapshot, CACHE_KIB)) {
      SnapshotState state = SnapshotState.of(sqlite, "main");
      if (state.position().compareTo(last) <= 0) {
        return this;
      }
      return new SurvivingDirectory(
          directory,
          memberKey,
          clusterId,
          term,
          state.position(),
          state.position().index(),
          sqlite.number("SELECT time FROM state"),
          membership,
          redoLogLost);
    }
  }

  // ---- what only the redo log has

  /// Empty: it is missing or damaged, which is as it is.
  private static Optional<List<RedoRecord>> redo(Path directory, Sqlite sqlite, boolean evenWithout)
      throws StoreException {
    try {
      return Optional.of(RedoRecovery.lacking(directory, sqlite));
    } catch (DiskFailedException | IOException e) {
      if (evenWithout) {
        return Optional.empty();
      }
      throw new StoreException(
          Kind.REFUSED,
          "%s cannot be used as a whole: %s. If there is nothing better left, --without-redo-log takes its database as it stands, which may lack the last of what was acknowledged"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  private static Optional<Long> term(List<RedoRecord> lacking) {
    return lacking.reversed().stream()
        .flatMap(record -> record.hardState().stream())
        .map(HardState::term)
        .findFirst();
  }

  private static Optional<LogPosition> last(List<RedoRecord> lacking) {
    return lacking.reversed().stream()
        .filter(record -> !record.entries().isEmpty())
        .map(record -> record.entries().getLast())
        .map(entry -> new LogPosition(entry.term(), entry.index()))
        .findFirst();
  }

  /// The index from which on the redo log has all entries.
  private static long beginning(List<RedoRecord> lacking) {
    return lacking.stream()
        .filter(record -> !record.entries().isEmpty())
        .mapToLong(record -> record.entries().getFirst().index())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static Optional<Membership> membership(
      List<RedoRecord> lacking, MembershipReader memberships) {
    long truncatedFrom = Long.MAX_VALUE;
    for (RedoRecord record : lacking.reversed()) {
      for (LogEntry entry : record.entries().reversed()) {
        Optional<Membership> stated =
            entry.index() < truncatedFrom ? memberships.membershipOf(entry) : Optional.empty();
        if (stated.isPresent()) {
          return stated;
        }
      }
      if (!record.entries().isEmpty()) {
        truncatedFrom = Math.min(truncatedFrom, record.entries().getFirst().index());
      }
    }
    return Optional.empty();
  }

  // ---- what the database has

  private static LogPosition last(Sqlite sqlite, LogPosition compacted) {
    return sqlite
        .prepare("SELECT term, first_index + count - 1 FROM log ORDER BY first_index DESC LIMIT 1")
        .first(row -> new LogPosition(row.getLong(1), row.getLong(2)))
        .orElse(compacted);
  }

  private static Optional<Membership> membership(
      Sqlite sqlite, MembershipReader memberships, long beforeIndex) {
    return sqlite
        .prepare(
            "SELECT log_index, term, command FROM membership WHERE log_index < ?"
                + " ORDER BY log_index DESC LIMIT 1")
        .with(beforeIndex)
        .first(row -> new LogEntry(row.getLong(1), row.getLong(2), row.getBytes(3)))
        .flatMap(memberships::membershipOf);
  }

  /// Copies what is needed to open the directory elsewhere. The original stays as it is.
  public void copyTo(Path target) throws IOException, StoreException {
    try (DataDirectory data = DataDirectory.lock(target)) {
      copyTo(data, DATABASE_FILES.stream().map(directory::resolve).toList());
      if (!redoLogLost) {
        copyTo(data, RedoLog.files(directory));
      }
      Optional<Path> snapshot = SnapshotFiles.waitingIn(directory);
      if (snapshot.isPresent()) {
        SnapshotFiles.copy(snapshot.get(), data.file(snapshot.get().getFileName().toString()));
      }
      if (redoLogLost) {
        try (Sqlite copy = Sqlite.open(data.main(), CACHE_KIB)) {
          copy.run("UPDATE redo SET written = 0");
        }
      }
      data.sync();
    }
  }

  private static void copyTo(DataDirectory data, List<Path> files) throws IOException {
    for (Path from : files) {
      if (Files.exists(from)) {
        SnapshotFiles.copy(from, data.file(from.getFileName().toString()));
      }
    }
  }
}

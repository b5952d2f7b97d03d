package holdfast.storage;

import holdfast.replication.MembershipReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a database that a crash left behind its redo log up to that log's end.
final class RedoRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(RedoRecovery.class);

  private RedoRecovery() {}

  /// Writes what the database lacks, in one transaction that is synced; afterwards the redo log is
  /// not in use.
  ///
  /// @param main which syncs its commits
  /// @throws DiskFailedException records are missing or damaged that were once on disk
  static void run(DataDirectory data, Sqlite main, MembershipReader memberships)
      throws IOException {
    List<RedoRecord> lacking = lacking(data.directory(), main);
    // Even with nothing to do: its commit makes durable what an earlier run committed last, before
    // anything is written over.
    main.run("BEGIN IMMEDIATE");
    if (!lacking.isEmpty()) {
      long appliedIndex = main.number("SELECT applied_index FROM state");
      ServerLog log = new ServerLog(new LogTable(main, memberships, appliedIndex));
      for (RedoRecord record : lacking) {
        log.begin();
        record.hardState().ifPresent(log::saveHardState);
        if (!record.entries().isEmpty()) {
          log.append(record.entries(), appliedIndex);
        }
      }
      log.writeRows(appliedIndex);
      LOG.info(
          "the last run did not end in order: {} steps are taken from the redo log, which goes up to {}",
          lacking.size(),
          log.last());
      main.prepare("UPDATE redo SET sequence = ?").with(lacking.getLast().sequence()).update();
    }
    main.run("UPDATE redo SET written = 0");
    main.run("COMMIT");
  }

  /// The records that the database of `directory` lacks, in their order. Changes nothing.
  ///
  /// @param main that database, which may be of an older version
  /// @throws DiskFailedException as above
  static List<RedoRecord> lacking(Path directory, Sqlite main) throws IOException {
    boolean known =
        main.number("SELECT count(*) FROM sqlite_master WHERE name = 'redo' AND type = 'table'")
            > 0;
    long written = known ? main.number("SELECT written FROM redo") : 0;
    if (written == 0) {
      return List.of();
    }
    long sequence = main.number("SELECT sequence FROM redo");
    List<RedoRecord> records = new ArrayList<>();
    long last = 0;
    List<Path> files = RedoLog.files(directory);
    for (Path path : files) {
      Optional<RedoFile> file = RedoFile.read(path);
      if (file.isEmpty() && path.equals(files.getFirst())) {
        throw new DiskFailedException(path, "it is empty");
      }
      if (file.isPresent()) {
        if (file.get().beyondDamage() > sequence) {
          throw new DiskFailedException(
              path,
              "record %d is whole, but not all before it".formatted(file.get().beyondDamage()));
        }
        records.addAll(file.get().records());
        last = Math.max(last, Math.max(file.get().lastSequence(), file.get().beyondDamage()));
      }
    }
    if (last < written) {
      throw new DiskFailedException(
          files.getFirst(),
          "with its sibling it ends at record %d, and %d was written".formatted(last, written));
    }
    records.removeIf(record -> record.sequence() <= sequence);
    records.sort(Comparator.comparingLong(RedoRecord::sequence));
    long expected = sequence + 1;
    for (RedoRecord record : records) {
      if (record.sequence() != expected) {
        throw new DiskFailedException(
            main.file(),
            "it ends at record %d of the redo log, which goes on with %d"
                .formatted(expected - 1, record.sequence()));
      }
      expected++;
    }
    if (expected <= last) {
      throw new DiskFailedException(
          main.file(),
          "it ends at record %d of the redo log, which went up to %d"
              .formatted(expected - 1, last));
    }
    return records;
  }
}

package holdfast.storage;

import holdfast.chat.WriteReader;
import holdfast.replication.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts a complete snapshot in the place of the database, at the start, before anything else has it
/// open (DESIGN 10.3). A crash at any instant leaves the old database with the snapshot still
/// waiting, or the new one.
///
/// What belongs to this server stays: its key, its term and vote. Its log stays, too, as far as it
/// goes on from the snapshot: it may have acknowledged those entries. A log that ends before the
/// snapshot, or differs there, holds nothing beyond it that could ever be committed; unless the
/// snapshot is of a later timeline: then what it holds beyond is kept to be brought in again
/// (`TimelineMove`), and the term becomes the snapshot's. What waits from before is never lost.
final class SnapshotInstall {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotInstall.class);
  private static final int CACHE_KIB = 8 * 1024;

  private final DataDirectory data;
  private final SnapshotFiles files;
  private final WriteReader writes;

  private SnapshotInstall(DataDirectory data, WriteReader writes) {
    this.data = data;
    this.files = new SnapshotFiles(data);
    this.writes = writes;
  }

  /// Installs the snapshot that waits, if one does and is of use.
  static void runIfReady(DataDirectory data, WriteReader writes)
      throws IOException, StoreException {
    SnapshotInstall install = new SnapshotInstall(data, writes);
    Optional<String> digest = install.files.readyDigest();
    if (digest.isPresent()) {
      install.run(digest.get());
    }
  }

  private void run(String digest) throws IOException, StoreException {
    Path ready = files.ready(digest);
    boolean complete;
    try {
      complete = complete(ready);
    } catch (DiskFullException e) {
      LOG.error("no room to install the snapshot; going on without: {}", e.getMessage());
      complete = false;
    } catch (DiskFailedException e) {
      if (!e.damagedFile().equals(Optional.of(ready))) {
        throw e;
      }
      LOG.error("the snapshot is damaged; going on without: {}", e.getMessage());
      complete = false;
    }
    if (!complete) {
      DataDirectory.delete(ready);
      return;
    }
    for (String companion : new String[] {"-wal", "-shm", "-journal"}) {
      for (Path database : new Path[] {data.main(), ready}) {
        if (Files.exists(DataDirectory.besides(database, companion))) {
          throw new IOException(database + companion + " is there after all was closed");
        }
      }
    }
    files.noteInstalled(digest);
    DataDirectory.delete(data.index());
    data.sync();
    files.rename(ready, data.main());
    if (Files.exists(files.index())) {
      files.rename(files.index(), data.index());
    }
    LOG.info("the snapshot is installed");
  }

  /// Writes what is this server's own into the snapshot; doing it again does no harm. False: the
  /// snapshot is of no use here.
  private boolean complete(Path ready) throws IOException, StoreException {
    // Empties its write-ahead log, and closing it removes that. The program may have been replaced
    // since the snapshot came: both must have the same columns.
    try (Sqlite old = Sqlite.open(data.main(), CACHE_KIB)) {
      Schema.MAIN.upgrade(old, data.main());
      old.checkpoint(Sqlite.CheckpointMode.TRUNCATE);
    }
    try (Sqlite next = Sqlite.open(ready, CACHE_KIB)) {
      next.run("PRAGMA synchronous=FULL");
      Schema.MAIN.upgrade(next, ready);
      next.run("ATTACH '%s' AS old".formatted(data.main().toString().replace("'", "''")));
      SnapshotState state = SnapshotState.of(next, "main");
      SnapshotState oldState = SnapshotState.of(next, "old");
      TimelineMove.Course course = TimelineMove.course(next);
      boolean goesOn = termInOldLog(next, state.position().index()) == state.position().term();
      if (!isOfUse(state, oldState, course, goesOn)) {
        LOG.error(
            "the snapshot of {} is of no use to a server that has applied {}",
            state.position(),
            oldState.position());
        return false;
      }
      LOG.info(
          "installing the snapshot of {}; applied here was {}",
          state.position(),
          oldState.position());
      next.run("BEGIN IMMEDIATE");
      keepOwn(next);
      switch (course) {
        case BACK -> throw new IllegalStateException("a snapshot of an earlier timeline is of use");
        case STAY -> {
          // No entry may be of a later term than the server's own.
          if (goesOn) {
            keepLog(next, state.position());
          }
          next.run(
              "UPDATE main.hard_state SET term = %1$d, vote = 0 WHERE term < %1$d"
                  .formatted(state.position().term()));
        }
        case MOVE -> {
          try {
            move(next, state.position());
          } catch (StoreException e) {
            LOG.error("the snapshot is not installed; going on without: {}", e.getMessage());
            next.run("ROLLBACK");
            return false;
          }
        }
      }
      next.run("COMMIT");
      return true;
    }
  }

  /// Nobody else knows it.
  private static void keepOwn(Sqlite next) {
    next.run("INSERT OR REPLACE INTO main.identity SELECT * FROM old.identity");
    next.run("INSERT OR REPLACE INTO main.hard_state SELECT * FROM old.hard_state");
    next.run("DELETE FROM main.unreplayable");
    next.run("INSERT INTO main.unreplayable SELECT * FROM old.unreplayable");
    next.run("DELETE FROM main.rescued");
    // Those that are done are kept as long as others wait, which may name what they made.
    next.run(
        "INSERT INTO main.rescued SELECT * FROM old.rescued"
            + " WHERE EXISTS (SELECT 1 FROM old.rescued WHERE done = 0)");
  }

  private void move(Sqlite next, LogPosition position) throws StoreException {
    // What was brought in, was brought in to the timeline that is now left.
    next.run(
        "UPDATE main.rescued SET done = %d WHERE done = %d"
            .formatted(Rescue.WAITING, Rescue.SETTLED));
    long rescued = TimelineMove.rescue(next, data.main(), writes);
    next.run("UPDATE main.hard_state SET term = %d, vote = 0".formatted(position.term()));
    LOG.warn(
        "this server passes over to the timeline of {}: {} writes that only its own has are kept, and will be brought in again",
        position,
        rescued);
  }

  /// A server never goes back behind what its log can make good, nor into another cluster or an
  /// earlier timeline.
  private static boolean isOfUse(
      SnapshotState state, SnapshotState old, TimelineMove.Course course, boolean goesOn) {
    boolean forward =
        switch (course) {
          case BACK -> false;
          case STAY -> goesOn || state.position().index() > old.position().index();
          case MOVE -> true;
        };
    return forward && (old.clusterId().isEmpty() || old.clusterId().equals(state.clusterId()));
  }

  /// The term of the old log's entry at `index`; -1 if it has none there.
  private static long termInOldLog(Sqlite next, long index) {
    return next.number(
        """
        SELECT CASE
          WHEN %1$d < log_index THEN -1
          WHEN %1$d = log_index THEN term
          WHEN %1$d > (SELECT coalesce(max(first_index + count - 1), 0) FROM old.log) THEN -1
          ELSE (SELECT term FROM old.term_run WHERE first_index <= %1$d ORDER BY first_index DESC LIMIT 1)
          END FROM old.log_start
        """
            .formatted(index));
  }

  private static void keepLog(Sqlite next, LogPosition position) {
    for (String table : new String[] {"log", "term_run", "log_start"}) {
      next.run("DELETE FROM main." + table);
      next.run("INSERT INTO main.%s SELECT * FROM old.%s".formatted(table, table));
    }
    next.run(
        "INSERT OR IGNORE INTO main.membership SELECT * FROM old.membership WHERE log_index > "
            + position.index());
  }
}

package holdfast.storage;

import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tables of the two files, and the numbers in a file's header that name them. A file of an
/// older version is brought to the present one step by step; there is no way back.
final class Schema {
  /// The file that holds what cannot be rebuilt. "HOLD".
  static final Schema MAIN = new Schema(0x484F4C44, 1, SchemaSteps.MAIN);

  /// The file that holds what can. "HOLX".
  static final Schema INDEX = new Schema(0x484F4C58, 3, SchemaSteps.INDEX);

  /// Bytes of a database page.
  static final int PAGE_BYTES = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

  private final int applicationId;
  private final int firstVersion;
  private final List<List<String>> steps;

  /// @param firstVersion what the first of the steps makes of nothing
  private Schema(int applicationId, int firstVersion, List<List<String>> steps) {
    this.applicationId = applicationId;
    this.firstVersion = firstVersion;
    this.steps = steps;
  }

  /// The version that this program reads and writes.
  int version() {
    return firstVersion + steps.size() - 1;
  }

  /// Makes the tables, and with them the header's numbers, in the open transaction. All steps, so
  /// that a new file is the same as one that was upgraded.
  void create(Sqlite sqlite) {
    for (List<String> step : steps) {
      step.forEach(sqlite::run);
    }
    sqlite.run("PRAGMA application_id=" + applicationId);
    sqlite.run("PRAGMA user_version=" + version());
  }

  /// Whether nothing was ever stored in the file.
  static boolean isEmpty(Sqlite sqlite) {
    return sqlite.number("PRAGMA application_id") == 0
        && sqlite.number("PRAGMA user_version") == 0
        && sqlite.number("SELECT count(*) FROM sqlite_master") == 0;
  }

  /// Refuses a file of another program, or of a version that this program does not know; an older
  /// one is as good as the present one to who reads only tables that were there from the beginning.
  void verifyKnown(Sqlite sqlite, Path file) throws StoreException {
    knownVersion(sqlite, file);
  }

  /// Brings a file of an older version to this one, each step a transaction; refuses a file of
  /// another program, or of a version that this program does not know, and leaves it as it is.
  void upgrade(Sqlite sqlite, Path file) throws StoreException {
    for (int from = knownVersion(sqlite, file); from < version(); from++) {
      LOG.info("{}: schema version {} becomes {}", file, from, from + 1);
      sqlite.run("BEGIN IMMEDIATE");
      steps.get(from + 1 - firstVersion).forEach(sqlite::run);
      sqlite.run("PRAGMA user_version=" + (from + 1));
      sqlite.run("COMMIT");
    }
  }

  private int knownVersion(Sqlite sqlite, Path file) throws StoreException {
    long foundId = sqlite.number("PRAGMA application_id");
    if (foundId != applicationId) {
      throw new StoreException(
          StoreException.Kind.REFUSED,
          "%s is a database of another program (application id %d): move it away, or give this server another data.dir"
              .formatted(file, foundId));
    }
    long found = sqlite.number("PRAGMA user_version");
    if (found < firstVersion || found > version()) {
      throw new StoreException(
          StoreException.Kind.REFUSED,
          "%s has schema version %d and this program knows only %d to %d: start the version of Holdfast that wrote it, or a newer one"
              .formatted(file, found, firstVersion, version()));
    }
    return Math.toIntExact(found);
  }
}

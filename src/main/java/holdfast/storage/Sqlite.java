package holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// One connection to one of the two database files, for one thread at a time. JDBC's own notion of
/// transactions is not used: it begins the next one with each commit, and `synchronous` cannot be
/// changed inside one. Each statement outside a transaction is one of its own.
final class Sqlite implements AutoCloseable {
  /// How long a connection waits for another's lock, milliseconds. In WAL mode only opening,
  /// closing and recovering take locks that others notice.
  private static final int BUSY_TIMEOUT_MS = 5_000;

  private final Path file;
  private final Connection connection;

  private Sqlite(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /// Opens `file`, whatever it holds, with a page cache of `cacheKib`; `pragmas` are run, too.
  static Sqlite open(Path file, int cacheKib, String... pragmas) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    // Otherwise every INSERT would run a SELECT of the driver's own, which costs more than itself.
    config.setGetGeneratedKeys(false);
    Connection connection;
    loadLibrary(file);
    try {
      connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
      // Else the driver would begin a transaction after each statement, in vain inside one of ours.
      connection.unwrap(SQLiteConnection.class).getConnectionConfig().setAutoCommit(false);
    } catch (SQLException e) {
      throw failure(file, e);
    }
    Sqlite sqlite = new Sqlite(file, connection);
    try {
      sqlite.run("PRAGMA cache_size=-" + cacheKib);
      sqlite.run("PRAGMA temp_store=MEMORY");
      sqlite.run("PRAGMA wal_autocheckpoint=0");
      for (String pragma : pragmas) {
        sqlite.run("PRAGMA " + pragma);
      }
    } catch (DiskFullException | DiskFailedException e) {
      // The first statement is what reads the file.
      sqlite.close();
      throw e;
    }
    return sqlite;
  }

  /// Opens `file` so that nothing can be changed through this connection.
  static Sqlite openToRead(Path file, int cacheKib) {
    return open(file, cacheKib, "query_only=ON");
  }

  /// Opens `file` so that it cannot be changed, whoever uses it meanwhile: not even what a process
  /// that died left in the write-ahead log is brought home. Results that do not fit into memory go
  /// to temporary files.
  static Sqlite openUntouched(Path file, int cacheKib) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setReadOnly(true);
    loadLibrary(file);
    try {
      Sqlite sqlite =
          new Sqlite(file, config.createConnection("jdbc:sqlite:" + file.toAbsolutePath()));
      sqlite.run("PRAGMA cache_size=-" + cacheKib);
      return sqlite;
    } catch (SQLException e) {
      throw failure(file, e);
    }
  }

  private static void loadLibrary(Path file) {
    try {
      NativeLibrary.load(file);
    } catch (IOException e) {
      throw new DiskFailedException(e.getMessage(), e);
    }
  }

  Path file() {
    return file;
  }

  /// Prepares a statement, to be used again and again and closed with the connection.
  Query prepare(String sql) {
    try {
      return new Query(file, connection, sql);
    } catch (SQLException e) {
      throw failure(file, e);
    }
  }

  /// Runs a statement that is needed once; any result is dropped.
  void run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failure(file, e);
    }
  }

  /// The first column of a one-off statement's only row.
  long number(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw failure(file, e);
    }
  }

  /// Rolls the open transaction back; a full disk may have made SQLite do so already.
  void rollBack() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      boolean noneOpen =
          e instanceof SQLiteException sqlite
              && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_ERROR;
      if (!noneOpen) {
        throw failure(file, e);
      }
    }
  }

  /// How far the write-ahead log is copied into the file, after trying `mode`: PASSIVE copies what
  /// it can without waiting for anybody, NOOP only looks.
  WalState checkpoint(CheckpointMode mode) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
      row.next();
      return new WalState(row.getLong(2), row.getLong(3));
    } catch (SQLException e) {
      throw failure(file, e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure(file, e);
    }
  }

  /// What `e` means for whoever uses the store.
  static RuntimeException failure(Path file, SQLException e) {
    String message = file + ": " + e.getMessage();
    if (!(e instanceof SQLiteException sqlite)) {
      return new DiskFailedException(message, e);
    }
    SQLiteErrorCode code = sqlite.getResultCode();
    // The shared-memory file is the only one whose growing SQLite reports as an I/O error.
    if (code == SQLiteErrorCode.SQLITE_FULL || code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE) {
      return new DiskFullException(message, e);
    }
    int primary = code.code & 0xff;
    boolean damaged =
        primary == SQLiteErrorCode.SQLITE_CORRUPT.code
            || primary == SQLiteErrorCode.SQLITE_NOTADB.code;
    return damaged
        ? new DiskFailedException(file, message, e)
        : new DiskFailedException(message, e);
  }

  /// Modes of `PRAGMA wal_checkpoint`.
  enum CheckpointMode {
    NOOP,
    PASSIVE,
    TRUNCATE
  }

  /// Pages in the write-ahead log, and how many of them stand in the file, too.
  record WalState(long pages, long copied) {}
}

package holdfast.storage;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A prepared statement that is used again and again. Every result is read to its end or closed
/// here, since an open one would keep a read transaction alive. Each use sets all its parameters.
final class Query {
  private final Path file;
  private final Connection connection;
  private final String sql;
  private PreparedStatement statement;

  /// The driver closes a statement whose execution failed; after a full disk it is needed again.
  private boolean failed;

  Query(Path file, Connection connection, String sql) throws SQLException {
    this.file = file;
    this.connection = connection;
    this.sql = sql;
    statement = connection.prepareStatement(sql);
  }

  private PreparedStatement statement() throws SQLException {
    if (failed) {
      statement.close();
      statement = connection.prepareStatement(sql);
      failed = false;
    }
    return statement;
  }

  private RuntimeException failure(SQLException e) {
    failed = true;
    return Sqlite.failure(file, e);
  }

  /// Sets the parameters from the first on.
  Query with(long... values) {
    try {
      PreparedStatement prepared = statement();
      for (int i = 0; i < values.length; i++) {
        prepared.setLong(i + 1, values[i]);
      }
      return this;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  Query set(int position, long value) {
    try {
      statement().setLong(position, value);
      return this;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  Query set(int position, String value) {
    try {
      statement().setString(position, value);
      return this;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  Query set(int position, byte[] value) {
    try {
      statement().setBytes(position, value);
      return this;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /// Runs it and returns how many rows it changed.
  int update() {
    try {
      return statement().executeUpdate();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /// The first row, if there is one.
  <T> Optional<T> first(RowReader<T> reader) {
    try (ResultSet row = statement().executeQuery()) {
      return row.next() ? Optional.of(reader.read(row)) : Optional.empty();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /// All rows.
  <T> List<T> list(RowReader<T> reader) {
    List<T> found = new ArrayList<>();
    visit(row -> {
      found.add(reader.read(row));
      return true;
    });
    return found;
  }

  /// Hands over row after row until there are no more or `visitor` says false.
  void visit(RowReader<Boolean> visitor) {
    try (ResultSet row = statement().executeQuery()) {
      while (row.next()) {
        if (!visitor.read(row)) {
          return;
        }
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /// The first column of the only row of an aggregate.
  long number() {
    return first(row -> row.getLong(1)).orElseThrow();
  }

  /// Makes a value of the row that a result stands at.
  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }
}

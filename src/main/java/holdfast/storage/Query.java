package holdfast.storage;

import java.nio.file.Path;
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
  private final PreparedStatement statement;

  Query(Path file, PreparedStatement statement) {
    this.file = file;
    this.statement = statement;
  }

  /// Sets the parameters from the first on.
  Query with(long... values) {
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setLong(i + 1, values[i]);
      }
      return this;
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
    }
  }

  Query set(int position, long value) {
    try {
      statement.setLong(position, value);
      return this;
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
    }
  }

  Query set(int position, String value) {
    try {
      statement.setString(position, value);
      return this;
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
    }
  }

  Query set(int position, byte[] value) {
    try {
      statement.setBytes(position, value);
      return this;
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
    }
  }

  /// Runs it and returns how many rows it changed.
  int update() {
    try {
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
    }
  }

  /// The first row, if there is one.
  <T> Optional<T> first(RowReader<T> reader) {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(reader.read(row)) : Optional.empty();
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
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
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        if (!visitor.read(row)) {
          return;
        }
      }
    } catch (SQLException e) {
      throw Sqlite.failure(file, e);
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

package holdfast.storage;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RequestKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Reads the newest remembered requests back at the start: stored messages are their own memory,
/// the others have rows of their own.
final class NewestRequests {
  private final Query newestFirst;

  NewestRequests(Sqlite main) {
    // Both tables stand in log order, so SQLite merges them as it goes and sorts nothing.
    newestFirst =
        main.prepare(
            """
            SELECT id, time, sender, 1, request_id, payload_high, payload_low, 0, 0 FROM message
            UNION ALL
            SELECT id, time, principal, 0, '', payload_high, payload_low, key_high, key_low FROM request
            ORDER BY id DESC LIMIT ?
            """);
  }

  /// See `ChatState.newestRequests`.
  List<RememberedRequest> read(long since, int limit) {
    Packed packed = new Packed();
    newestFirst
        .with(limit)
        .visit(row -> {
          // Times never fall along the log: everything before this one is too old as well.
          if (row.getLong(2) < since) {
            return false;
          }
          packed.addOlder(requestOf(row));
          return true;
        });
    return packed;
  }

  private static RememberedRequest requestOf(ResultSet row) throws SQLException {
    long id = row.getLong(1);
    long time = row.getLong(2);
    long principal = row.getLong(3);
    boolean isMessage = row.getBoolean(4);
    Digest payload = new Digest(row.getLong(6), row.getLong(7));
    if (isMessage) {
      String requestId = RequestIdColumn.read(row, 5);
      return RememberedRequest.of(
          id, time, new RequestKey(principal, Optional.empty(), requestId, payload));
    }
    return new RememberedRequest(
        id, time, principal, new Digest(row.getLong(8), row.getLong(9)), payload);
  }

  /// Two million requests as numbers, a third of what the records would take; collected newest
  /// first, and a list that begins with the oldest.
  private static final class Packed extends AbstractList<RememberedRequest> {
    private static final int NUMBERS = 7;
    private static final int CAPACITY_FIRST = 1024;

    private long[] numbers = new long[NUMBERS * CAPACITY_FIRST];
    private int size;

    void addOlder(RememberedRequest request) {
      int at = NUMBERS * size;
      if (at == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * numbers.length);
      }
      numbers[at] = request.id();
      numbers[at + 1] = request.time();
      numbers[at + 2] = request.principal();
      numbers[at + 3] = request.key().high();
      numbers[at + 4] = request.key().low();
      numbers[at + 5] = request.payload().high();
      numbers[at + 6] = request.payload().low();
      size++;
    }

    @Override
    public RememberedRequest get(int index) {
      if (index < 0 || index >= size) {
        throw new IndexOutOfBoundsException(index);
      }
      int at = NUMBERS * (size - 1 - index);
      return new RememberedRequest(
          numbers[at],
          numbers[at + 1],
          numbers[at + 2],
          new Digest(numbers[at + 3], numbers[at + 4]),
          new Digest(numbers[at + 5], numbers[at + 6]));
    }

    @Override
    public int size() {
      return size;
    }
  }
}

package holdfast.storage;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RequestKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads the newest remembered requests back at the start: stored messages are their own memory,
/// the others have rows of their own. They are looked for from the newest back, and then read from
/// the oldest on, one at a time: two million of them at once would take more memory than the table
/// that is made of them.
final class NewestRequests {
  private final Query firstId;
  private final Query requests;

  NewestRequests(Sqlite main) {
    // Both tables stand in log order, so SQLite merges them as it goes and sorts nothing.
    firstId =
        main.prepare(
            """
            SELECT coalesce(min(id), 0) FROM (
            SELECT id FROM message UNION ALL SELECT id FROM request ORDER BY id DESC LIMIT ?)
            """);
    requests =
        main.prepare(
            """
            SELECT id, time, sender, 1, request_id, payload_high, payload_low, 0, 0 FROM message
            WHERE id >= ?1
            UNION ALL
            SELECT id, time, principal, 0, '', payload_high, payload_low, key_high, key_low FROM request
            WHERE id >= ?1
            ORDER BY id
            """);
  }

  /// See `ChatState.newestRequests`.
  void read(long since, int limit, Consumer<RememberedRequest> into) {
    requests
        .with(firstId.with(limit).number())
        .visit(row -> {
          if (row.getLong(2) >= since) {
            into.accept(requestOf(row));
          }
          return true;
        });
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
}

package holdfast.storage;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RequestKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/// The remembered requests as rows of the main file: stored messages are their own memory, the
/// others have rows of their own. Owned by the thread that owns the connection.
final class RequestRows {
  private final Query messageTime;
  private final Query requestTime;
  private final Query newestOf;
  private final Query requests;

  /// How many rows a stretch has, not counting more than are wanted, and the id of the first.
  record Newest(int count, long firstId) {}

  RequestRows(Sqlite main) {
    messageTime = main.prepare("SELECT time FROM message WHERE id >= ? ORDER BY id LIMIT 1");
    requestTime = main.prepare("SELECT time FROM request WHERE id >= ? ORDER BY id LIMIT 1");
    // Both tables stand in log order, so SQLite merges them as it goes and sorts nothing.
    newestOf =
        main.prepare(
            """
            SELECT count(*), coalesce(min(id), 0) FROM (
            SELECT id FROM message WHERE id BETWEEN ?1 AND ?2
            UNION ALL
            SELECT id FROM request WHERE id BETWEEN ?1 AND ?2
            ORDER BY id DESC LIMIT ?3)
            """);
    requests =
        main.prepare(
            """
            SELECT id, time, sender, 1, request_id, payload_high, payload_low, 0, 0 FROM message
            WHERE id BETWEEN ?1 AND ?2
            UNION ALL
            SELECT id, time, principal, 0, '', payload_high, payload_low, key_high, key_low FROM request
            WHERE id BETWEEN ?1 AND ?2
            ORDER BY id
            """);
  }

  /// The first id from which on every row is of `since` or later.
  long firstSince(long since) {
    // Times never go back as ids go on, in both tables together.
    return Math.max(firstSince(messageTime, since), firstSince(requestTime, since));
  }

  private static long firstSince(Query timeFrom, long since) {
    long from = 0;
    long to = Long.MAX_VALUE;
    while (from < to) {
      long middle = from + (to - from) / 2;
      if (timeFrom.with(middle).first(row -> row.getLong(1) < since).orElse(false)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /// The newest `limit` rows with ids from `fromId` to `toId`, both inclusive.
  Newest newest(long fromId, long toId, int limit) {
    return newestOf
        .with(fromId, toId, limit)
        .first(row -> new Newest(row.getInt(1), row.getLong(2)))
        .orElseThrow();
  }

  /// Reads all with ids from `fromId` to `toId`, both inclusive, in order.
  void read(long fromId, long toId, Consumer<RememberedRequest> into) {
    requests
        .with(fromId, toId)
        .visit(row -> {
          into.accept(requestOf(row));
          return true;
        });
  }

  /// The one with this id.
  Optional<RememberedRequest> at(long id) {
    return requests.with(id, id).first(RequestRows::requestOf);
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

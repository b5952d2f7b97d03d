package holdfast.storage;

import holdfast.chat.ConversationId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Look-ups in the index file through one connection: what is merged, and nothing else.
final class IndexRows {
  private final Query head;
  private final Query readSeq;
  private final Query ids;
  private final Query directs;
  private final Query directsOf;
  private final Query mergePoint;

  /// A conversation's newest message.
  record Head(long lastSeq, long lastId) {}

  /// A direct conversation with its newest message and how far the asking account has read.
  record Direct(ConversationId conversation, Head head, long readSeq) {}

  IndexRows(Sqlite index) {
    head = index.prepare("SELECT last_seq, last_id FROM head WHERE low = ? AND high = ?");
    readSeq =
        index.prepare("SELECT seq FROM read_position WHERE account = ? AND low = ? AND high = ?");
    ids =
        index.prepare(
            "SELECT first_seq, ids FROM message_index WHERE low = ?1 AND high = ?2"
                + " AND first_seq <= ?4 AND first_seq >= coalesce((SELECT max(first_seq)"
                + " FROM message_index WHERE low = ?1 AND high = ?2 AND first_seq <= ?3), 0)"
                + " ORDER BY first_seq");
    directs =
        index.prepare(
            "SELECT c.low, c.high, h.last_seq, h.last_id, coalesce(r.seq, 0)"
                + " FROM account_conversation c"
                + " JOIN head h ON h.low = c.low AND h.high = c.high"
                + " LEFT JOIN read_position r"
                + " ON r.account = c.account AND r.low = c.low AND r.high = c.high"
                + " WHERE c.account = ?");
    directsOf =
        index.prepare("SELECT low, high FROM account_conversation WHERE account = ? LIMIT ?");
    mergePoint = index.prepare("SELECT id FROM merge_point");
  }

  /// The first read of a transaction decides what all of it see.
  void fixSnapshot() {
    mergePoint.first(row -> row.getLong(1));
  }

  Optional<Head> head(ConversationId conversation) {
    return head.with(conversation.low(), conversation.high())
        .first(row -> new Head(row.getLong(1), row.getLong(2)));
  }

  /// 0 if nothing is known.
  long readSeq(long account, ConversationId conversation) {
    return readSeq
        .with(account, conversation.low(), conversation.high())
        .first(row -> row.getLong(1))
        .orElse(0L);
  }

  /// The ids of the messages `from` to `to` (seqs, inclusive) that are merged, ascending.
  List<Long> ids(ConversationId conversation, long from, long to) {
    List<Long> found = new ArrayList<>();
    ids.with(conversation.low(), conversation.high(), from, to)
        .visit(row -> {
          PackedIds.unpack(row.getBytes(2), row.getLong(1), from, to, found);
          return true;
        });
    return found;
  }

  List<Direct> directs(long account) {
    return directs
        .with(account)
        .list(row ->
            new Direct(
                new ConversationId(row.getLong(1), row.getLong(2)),
                new Head(row.getLong(3), row.getLong(4)),
                row.getLong(5)));
  }

  /// Which direct conversations it has, at most `limit` of them.
  List<ConversationId> directsOf(long account, int limit) {
    return directsOf
        .with(account, limit)
        .list(row -> new ConversationId(row.getLong(1), row.getLong(2)));
  }
}

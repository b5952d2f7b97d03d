package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.MessageChange;
import holdfast.chat.Reaction;
import holdfast.check.Check;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is done to messages that stand already, and who is mentioned in them, through one
/// connection. A row of `message` changes only together with a row of `message_change`, by which
/// whoever copies the messages meanwhile knows which ones to copy again.
final class MessageRows {
  static final String CHANGE_COLUMNS = "id, part, kind, message, low, high, seq, account, emoji";

  /// Mentions of one conversation are counted up to here.
  static final int MENTIONS_MAX = 1_000;

  /// In the order of their numbers on disk, which must not change; HIDDEN is 2 in the schema.
  private static final List<MessageChange.Kind> KINDS =
      List.of(
          MessageChange.Kind.EDITED,
          MessageChange.Kind.DELETED,
          MessageChange.Kind.HIDDEN,
          MessageChange.Kind.REACTED,
          MessageChange.Kind.UNREACTED);

  private final Query edit;
  private final Query delete;
  private final Query addChange;
  private final Query isHidden;
  private final Query hidesAny;
  private final Query hiddenCount;
  private final Query hiddenUp;
  private final Query hiddenDown;
  private final Query reactions;
  private final Query reactionsOfMany;
  private final Query addReaction;
  private final Query removeReaction;
  private final Query removeReactions;
  private final Query addMention;
  private final Query mentionsAfter;

  MessageRows(Sqlite main) {
    edit = main.prepare("UPDATE message SET text = ?, edited = ? WHERE id = ?");
    delete = main.prepare("UPDATE message SET text = '', edited = 0, deleted = 1 WHERE id = ?");
    addChange =
        main.prepare(
            "INSERT INTO message_change("
                + CHANGE_COLUMNS
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    String hidden = " FROM message_change WHERE kind = 2 AND account = ?1";
    String there = hidden + " AND low = ?2 AND high = ?3";
    isHidden = main.prepare("SELECT EXISTS (SELECT 1" + there + " AND seq = ?4)");
    hidesAny = main.prepare("SELECT EXISTS (SELECT 1" + hidden + ")");
    hiddenCount = main.prepare("SELECT count(*)" + there);
    hiddenUp = main.prepare("SELECT seq" + there + " AND seq >= ?4 ORDER BY seq");
    hiddenDown = main.prepare("SELECT seq" + there + " AND seq <= ?4 ORDER BY seq DESC");
    String reaction = "SELECT id, message, emoji, account FROM reaction WHERE message ";
    reactions = main.prepare(reaction + "= ? ORDER BY id");
    reactionsOfMany =
        main.prepare(reaction + "IN (SELECT value FROM json_each(?)) ORDER BY message, id");
    addReaction =
        main.prepare("INSERT INTO reaction(id, message, account, emoji) VALUES (?, ?, ?, ?)");
    removeReaction = main.prepare("DELETE FROM reaction WHERE message = ? AND id = ?");
    removeReactions = main.prepare("DELETE FROM reaction WHERE message = ?");
    addMention = main.prepare("INSERT INTO mention(id, account, room, seq) VALUES (?, ?, ?, ?)");
    mentionsAfter =
        main.prepare(
            "SELECT count(*) FROM (SELECT 1 FROM mention WHERE account = ? AND room = ?"
                + " AND seq > ? LIMIT "
                + MENTIONS_MAX
                + ")");
  }

  void edit(long message, String text, long edited) {
    SqliteChatState.mustChange(
        edit.set(1, text).set(2, edited).set(3, message), "message", message);
  }

  void delete(long message) {
    SqliteChatState.mustChange(delete.with(message), "message", message);
    removeReactions.with(message).update();
  }

  void addChange(MessageChange change) {
    addChange
        .with(
            change.id(),
            change.part(),
            KINDS.indexOf(change.kind()),
            change.message(),
            change.conversation().low(),
            change.conversation().high(),
            change.seq(),
            change.account())
        .set(9, change.emoji())
        .update();
  }

  static MessageChange readChange(ResultSet row) throws SQLException {
    return new MessageChange(
        row.getLong(1),
        row.getInt(2),
        KINDS.get(row.getInt(3)),
        row.getLong(4),
        new ConversationId(row.getLong(5), row.getLong(6)),
        row.getLong(7),
        row.getLong(8),
        row.getString(9));
  }

  boolean isHidden(long account, ConversationId conversation, long seq) {
    return isHidden.with(account, conversation.low(), conversation.high(), seq).number() != 0;
  }

  /// Whether the account has hidden any message at all from itself.
  boolean hidesAny(long account) {
    return hidesAny.with(account).number() != 0;
  }

  int hiddenCount(long account, ConversationId conversation) {
    return (int) hiddenCount.with(account, conversation.low(), conversation.high()).number();
  }

  /// The seqs from `from` up to `last` that the account has not hidden from itself, ascending.
  Page<Long> shownUp(long account, ConversationId conversation, long from, long last, int limit) {
    Shown shown = new Shown(from, last, 1, limit + 1);
    hiddenUp
        .with(account, conversation.low(), conversation.high(), from)
        .visit(row -> shown.goOnTo(row.getLong(1)));
    return shown.page();
  }

  /// The same from `from` down to 1, descending.
  Page<Long> shownDown(long account, ConversationId conversation, long from, int limit) {
    Shown shown = new Shown(from, 1, -1, limit + 1);
    hiddenDown
        .with(account, conversation.low(), conversation.high(), from)
        .visit(row -> shown.goOnTo(row.getLong(1)));
    return shown.page();
  }

  /// Seqs between those that are hidden, one more than the page is to have.
  private static final class Shown {
    private final List<Long> seqs = new ArrayList<>();
    private final long last;
    private final int step;
    private final int wanted;
    private long next;

    Shown(long first, long last, int step, int wanted) {
      this.next = first;
      this.last = last;
      this.step = step;
      this.wanted = wanted;
    }

    /// Takes what stands before the hidden one; whether there is reason to go on.
    boolean goOnTo(long hidden) {
      takeUntil(hidden);
      next = next == hidden ? hidden + step : next;
      return seqs.size() < wanted && (last - next) * step >= 0;
    }

    private void takeUntil(long end) {
      while (seqs.size() < wanted && (end - next) * step > 0 && (last - next) * step >= 0) {
        seqs.add(next);
        next += step;
      }
    }

    Page<Long> page() {
      takeUntil(last + step);
      return Page.cut(seqs, wanted - 1);
    }
  }

  List<Reaction> reactions(long message) {
    return reactions.with(message).list(MessageRows::readReaction);
  }

  /// The messages as a page shows them.
  List<ShownMessage> withReactions(List<Message> messages) {
    Map<Long, List<Reaction>> found = new HashMap<>();
    reactionsOfMany
        .set(1, messages.stream().map(Message::id).toList().toString())
        .visit(row -> {
          Reaction reaction = readReaction(row);
          return found.computeIfAbsent(reaction.message(), _ -> new ArrayList<>()).add(reaction);
        });
    return messages.stream()
        .map(message -> new ShownMessage(message, found.getOrDefault(message.id(), List.of())))
        .toList();
  }

  private static Reaction readReaction(ResultSet row) throws SQLException {
    return new Reaction(row.getLong(1), row.getLong(2), row.getString(3), row.getLong(4));
  }

  void addReaction(Reaction reaction) {
    addReaction
        .with(reaction.id(), reaction.message(), reaction.account())
        .set(4, reaction.emoji())
        .update();
  }

  void removeReaction(Reaction reaction) {
    SqliteChatState.mustChange(
        removeReaction.with(reaction.message(), reaction.id()), "reaction", reaction.id());
  }

  void addMention(long message, long account, ConversationId room, long seq) {
    addMention.with(message, account, room.roomId(), seq).update();
  }

  /// How many messages of the room behind `seq` mention the account, counted up to a bound.
  long mentionsAfter(long account, ConversationId room, long seq) {
    Check.that(room.isRoom(), "mentions are of rooms");
    return mentionsAfter.with(account, room.roomId(), seq).number();
  }
}

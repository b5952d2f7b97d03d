package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.SearchQuery;
import holdfast.chat.SearchWords;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// Searches of messages, the newest first: those that are not in the full-text index yet row by
/// row, the others by what the index finds in one stretch of ids after another. Whatever is found
/// is looked at itself, in its present state, so what the index says too much does no harm. All
/// work is bounded; a search that reaches a bound says where it goes on.
final class SearchReads {
  /// Messages that one page looks at.
  static final int LOOKED_AT_MAX = 2_000;

  /// Ids not in the index that one page passes.
  static final long SCAN_IDS_MAX = 16_384;

  /// Time after which a page begins no further stretch.
  static final long NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(5);

  /// The first stretch of ids that the index is asked about, which bounds the work of words that
  /// are in most messages; the next ones grow.
  static final long STRETCH_IDS = 32_768;

  private static final int STRETCH_GROWTH = 2;

  /// Ids asked of the index at once.
  private static final int BATCH = 128;

  /// Edited messages whose new words are not in the index yet; beyond, they are found when they
  /// are.
  private static final int EDITED_MAX = 1_000;

  private final ChatRows rows;
  private final MessageRows messageRows;
  private final Query searchedId;
  private final Query applied;
  private final Query scanOne;
  private final Query scanAll;
  private final Query newestUpTo;
  private final Query find;
  private final Query edited;

  SearchReads(Sqlite main, Sqlite index, ChatRows rows) {
    this.rows = rows;
    messageRows = new MessageRows(main);
    searchedId = index.prepare("SELECT searched_id FROM merge_point");
    applied = main.prepare("SELECT applied_id FROM state");
    String scan =
        "SELECT "
            + ChatRows.MESSAGE_NOW
            + " FROM message WHERE id > ?1 AND id <= ?2 AND deleted = 0";
    scanOne = main.prepare(scan + " AND low = ?3 AND high = ?4 ORDER BY id DESC");
    scanAll =
        main.prepare(
            scan
                + " AND (low = ?3 OR high = ?3"
                + " OR (low = 0 AND high IN (SELECT value FROM json_each(?4)))) ORDER BY id DESC");
    newestUpTo = main.prepare("SELECT coalesce(max(id), 0) FROM message WHERE id <= ?");
    find =
        index.prepare(
            "SELECT rowid FROM message_words WHERE message_words MATCH ? AND rowid BETWEEN ? AND ?"
                + " ORDER BY rowid DESC LIMIT "
                + BATCH);
    edited =
        main.prepare(
            "SELECT message FROM message_change WHERE id > ?1 AND kind = 0 AND message <= ?1"
                + " ORDER BY id DESC LIMIT "
                + EDITED_MAX);
  }

  /// See `Reads.search`; in a transaction of the index, and one of the main file begun after it.
  SearchPage search(
      long account,
      SearchQuery query,
      Optional<ConversationId> conversation,
      long before,
      int limit) {
    List<Long> rooms = conversation.isPresent() ? List.of() : rows.roomsOf(account);
    Search search = new Search(account, query, conversation, rooms, limit);
    long top = Math.min(before - 1, applied.number());
    long searched = searchedId.number();
    Optional<String> expression = SearchTerms.expressionOf(query, account, rooms, conversation);
    if (expression.isEmpty()) {
      search.scan(0, top);
    } else if (search.scan(Math.min(searched, top), top)) {
      NavigableSet<Long> changed = new TreeSet<>(edited.with(searched).list(row -> row.getLong(1)));
      search.find(expression.get(), Math.min(searched, top), changed);
    }
    return search.page();
  }

  /// One page being filled.
  private final class Search {
    private final long account;
    private final SearchQuery query;
    private final Optional<ConversationId> conversation;
    private final List<Long> rooms;
    private final int limit;
    private final boolean hides;
    private final long deadline = System.nanoTime() + NANOS_MAX;
    private final List<Message> found = new ArrayList<>();
    private int lookedAt;

    /// However slow the machine is, every page goes on from where the one before ended.
    private boolean wentOn;

    /// Everything from this id on was looked at; 0: everything.
    private long reached;

    Search(
        long account,
        SearchQuery query,
        Optional<ConversationId> conversation,
        List<Long> rooms,
        int limit) {
      this.account = account;
      this.query = query;
      this.conversation = conversation;
      this.rooms = rooms;
      this.limit = limit;
      hides = messageRows.hidesAny(account);
    }

    /// Looks at the messages behind `low` up to `top`, none of which need be in the index. Whether
    /// there is reason to go on.
    boolean scan(long low, long top) {
      // No messages stand in the gaps that timelines leave between ids.
      long newest = Math.max(low, newestUpTo.with(top).number());
      long end = Math.max(low, newest - SCAN_IDS_MAX);
      reached = top + 1;
      if (top > end) {
        Query scan =
            conversation.isPresent()
                ? scanOne.with(end, newest, conversation.get().low(), conversation.get().high())
                : scanAll.with(end, newest, account).set(4, rooms.toString());
        reached = end == 0 ? 0 : end + 1;
        scan.visit(row -> {
          Message message = ChatRows.readMessage(row);
          look(message);
          if (isFull()) {
            reached = message.id();
          }
          return !isFull();
        });
        wentOn = true;
      }
      return !isFull() && end == low;
    }

    /// Looks at what the index finds up to `top`, and at the messages with these ids.
    void find(String expression, long top, NavigableSet<Long> changed) {
      long high = top;
      long stretch = STRETCH_IDS;
      while (high > 0 && !isFull()) {
        long low = Math.max(0, high - stretch);
        NavigableSet<Long> ids = new TreeSet<>(changed.subSet(low, false, high, true));
        List<Long> batch =
            find.set(1, expression).set(2, low + 1).set(3, high).list(row -> row.getLong(1));
        if (batch.size() == BATCH) {
          low = batch.getLast() - 1;
          ids = new TreeSet<>(ids.tailSet(low, false));
        } else {
          stretch *= STRETCH_GROWTH;
        }
        ids.addAll(batch);
        high = low;
        wentOn = true;
        for (long id : ids.descendingSet()) {
          rows.message(id).ifPresent(this::look);
          if (isFull()) {
            high = id - 1;
            break;
          }
        }
      }
      reached = high == 0 ? 0 : high + 1;
    }

    private void look(Message message) {
      lookedAt++;
      wentOn = true;
      if (!message.deleted()
          && maySee(message.conversation())
          && query.fits(SearchWords.of(message.text()))
          && !(hides && messageRows.isHidden(account, message.conversation(), message.seq()))) {
        found.add(message);
      }
    }

    private boolean maySee(ConversationId place) {
      return conversation.isPresent()
          ? conversation.get().equals(place)
          : place.isRoom() ? rooms.contains(place.roomId()) : place.isDirectOf(account);
    }

    private boolean isFull() {
      return found.size() > limit
          || lookedAt >= LOOKED_AT_MAX
          || (wentOn && System.nanoTime() > deadline);
    }

    SearchPage page() {
      if (found.size() > limit) {
        List<Message> shown = found.subList(0, limit);
        return new SearchPage(
            messageRows.withReactions(shown), OptionalLong.of(shown.getLast().id()));
      }
      return new SearchPage(
          messageRows.withReactions(found),
          reached == 0 ? OptionalLong.empty() : OptionalLong.of(reached));
    }
  }
}

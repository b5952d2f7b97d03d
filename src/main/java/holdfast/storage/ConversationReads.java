package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.check.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/// Reads that are ordered by conversation: from the tail, what it lacks from the index, and the
/// messages themselves from the main file. Each takes time in proportion to what it returns, those
/// about all conversations of an account in proportion to their number.
final class ConversationReads {
  private final ChatRows rows;
  private final MessageRows messageRows;
  private final IndexRows index;
  private final Query memberships;
  private final Query beginMain;
  private final Query endMain;

  /// Of the read that is going on.
  private List<TailTable> tables = List.of();

  ConversationReads(Sqlite main, ChatRows rows, IndexRows index, Query beginMain, Query endMain) {
    this.beginMain = beginMain;
    this.endMain = endMain;
    this.rows = rows;
    messageRows = new MessageRows(main);
    this.index = index;
    memberships = main.prepare("SELECT room, joined FROM room_member WHERE account = ?");
  }

  /// The tail that the next reads are to see; taken before their snapshots were.
  ConversationReads withTail(List<TailTable> tail) {
    tables = tail;
    return this;
  }

  long lastSeq(ConversationId conversation) {
    return head(conversation).map(IndexRows.Head::lastSeq).orElse(0L);
  }

  private Optional<IndexRows.Head> head(ConversationId conversation) {
    return recentHead(conversation).or(() -> index.head(conversation));
  }

  private Optional<IndexRows.Head> recentHead(ConversationId conversation) {
    return TailTable.newestRun(tables, conversation)
        .map(run -> new IndexRows.Head(run.lastSeq(), run.lastId()));
  }

  long readSeq(long account, ConversationId conversation) {
    OptionalLong recent = TailTable.readSeq(tables, account, conversation);
    return recent.isPresent() ? recent.getAsLong() : index.readSeq(account, conversation);
  }

  Optional<Message> messageAt(ConversationId conversation, long seq) {
    return seq < 1 || seq > lastSeq(conversation)
        ? Optional.empty()
        : Optional.of(stored(ids(conversation, seq, seq).getFirst()));
  }

  /// See `Reads.history`. Seqs have no gaps, so the page's place is known before anything is read
  /// but what the account has hidden from itself.
  Page<ShownMessage> history(
      long account,
      ConversationId conversation,
      OptionalLong before,
      OptionalLong after,
      int limit) {
    long last = lastSeq(conversation);
    // Behind the look at the end of the conversation: what is there is in this snapshot.
    return Reader.atOneMoment(
        beginMain,
        endMain,
        () -> {
          boolean forward = after.isPresent();
          Page<Long> seqs =
              forward
                  ? messageRows.shownUp(
                      account,
                      conversation,
                      Math.max(Math.min(after.getAsLong(), last), 0) + 1,
                      last,
                      limit)
                  : messageRows.shownDown(
                      account,
                      conversation,
                      before.isPresent()
                          ? Math.min(Math.max(before.getAsLong(), 1) - 1, last)
                          : last,
                      limit);
          List<Long> ascending = forward ? seqs.items() : seqs.items().reversed();
          return new Page<>(shown(conversation, ascending), seqs.more());
        });
  }

  /// The messages with these seqs, which ascend and exist.
  private List<ShownMessage> shown(ConversationId conversation, List<Long> seqs) {
    if (seqs.isEmpty()) {
      return List.of();
    }
    long first = seqs.getFirst();
    List<Long> ids = ids(conversation, first, seqs.getLast());
    return messageRows.withReactions(
        seqs.stream().map(seq -> stored(ids.get((int) (seq - first)))).toList());
  }

  /// The ids of the messages `from` to `to`, all of which exist.
  private List<Long> ids(ConversationId conversation, long from, long to) {
    List<Long> ids = new ArrayList<>();
    // The tables are merged oldest first, so what they hold of a conversation is its newest end.
    long waiting = from;
    while (waiting <= to && TailTable.idOf(tables, conversation, waiting).isEmpty()) {
      waiting++;
    }
    if (from < waiting) {
      ids.addAll(index.ids(conversation, from, waiting - 1));
    }
    for (long seq = waiting; seq <= to; seq++) {
      ids.add(TailTable.idOf(tables, conversation, seq).orElseThrow());
    }
    Check.that(
        ids.size() == Math.max(0, to - from + 1),
        "%d of the messages %d to %d of %s are indexed",
        ids.size(),
        from,
        to,
        conversation);
    return ids;
  }

  private Message stored(long id) {
    Optional<Message> message = rows.message(id);
    Check.that(message.isPresent(), "message %d is indexed, not stored", id);
    return message.get();
  }

  /// Where a conversation stands in the list, and what is shown of it. `place` is the id of its
  /// last message or, for a room without one, of joining: no two are the same.
  private record Entry(ConversationId conversation, long place, long lastSeq, long readSeq) {
    long unread() {
      return Math.max(0, lastSeq - readSeq);
    }
  }

  /// See `Reads.conversations`.
  Page<ConversationRow> conversations(long account, Optional<ConversationId> after, int limit) {
    List<Entry> entries = entries(account);
    entries.sort(Comparator.comparingLong(Entry::place).reversed());
    int begin = after.isPresent() ? indexAfter(entries, after.get()) : 0;
    int end = Math.min(entries.size(), begin + limit);
    List<ConversationRow> page =
        Reader.atOneMoment(
            beginMain,
            endMain,
            () -> {
              boolean hides = messageRows.hidesAny(account);
              return entries.subList(begin, end).stream()
                  .map(entry -> rowOf(account, entry, hides))
                  .toList();
            });
    return new Page<>(page, end < entries.size());
  }

  private ConversationRow rowOf(long account, Entry entry, boolean hides) {
    ConversationId conversation = entry.conversation();
    Optional<Message> last = Optional.empty();
    if (entry.lastSeq() > 0) {
      last =
          hides
              ? messageRows.shownDown(account, conversation, entry.lastSeq(), 1).items().stream()
                  .map(seq -> stored(ids(conversation, seq, seq).getFirst()))
                  .findFirst()
              : Optional.of(stored(entry.place()));
    }
    long mentions =
        conversation.isRoom() && entry.unread() > 0
            ? messageRows.mentionsAfter(account, conversation, entry.readSeq())
            : 0;
    return new ConversationRow(
        conversation, entry.lastSeq(), Math.min(entry.readSeq(), entry.lastSeq()), mentions, last);
  }

  /// The place behind `after`; the end if it is no longer in the list.
  private static int indexAfter(List<Entry> entries, ConversationId after) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).conversation().equals(after)) {
        return i + 1;
      }
    }
    return entries.size();
  }

  /// See `Reads.unread`.
  Unread unread(long account) {
    long messages = 0;
    long conversations = 0;
    for (Entry entry : entries(account)) {
      messages += entry.unread();
      conversations += entry.unread() > 0 ? 1 : 0;
    }
    return new Unread(messages, conversations);
  }

  /// Ids, both ends included.
  record Span(long from, long to) {}

  /// A conversation that has a message with an id of `wanted.from` or more, and its newest one.
  record News(ConversationId conversation, IndexRows.Head head, Span wanted) {}

  /// Those of an account's direct conversations and of `rooms`, each within its span, that have a
  /// message with an id of `from` or more.
  List<News> newsSince(long account, Map<Long, Span> rooms, long from) {
    List<News> news = new ArrayList<>();
    rooms.forEach((room, span) -> {
      ConversationId conversation = ConversationId.room(room);
      head(conversation)
          .ifPresent(head ->
              news.add(new News(conversation, head, new Span(Math.max(from, span.from), span.to))));
    });
    for (IndexRows.Direct direct : directs(account)) {
      news.add(new News(direct.conversation(), direct.head(), new Span(from, Long.MAX_VALUE)));
    }
    news.removeIf(some -> some.head.lastId() < some.wanted.from || some.wanted.to < from);
    return news;
  }

  /// The ids up to `to` of the messages that are wanted of these conversations: the first `max` of
  /// them. Other people's messages cost nothing, however many came in between.
  SortedSet<Long> firstMessages(List<News> conversations, long to, int max) {
    SortedSet<Long> found = new TreeSet<>();
    for (News news : conversations) {
      addIds(news, Math.min(to, news.wanted.to), max, found);
    }
    return found;
  }

  private void addIds(News news, long to, int max, SortedSet<Long> found) {
    if (news.wanted.from > to || (found.size() == max && news.wanted.from > found.getLast())) {
      return;
    }
    long first = firstSeqFrom(news.conversation, news.head, news.wanted.from);
    for (long id : ids(news.conversation, first, Math.min(news.head.lastSeq(), first + max - 1))) {
      if (id > to || (found.size() == max && id > found.getLast())) {
        return;
      }
      found.add(id);
      if (found.size() > max) {
        found.removeLast();
      }
    }
  }

  /// The seq of the conversation's first message with an id of `from` or more, which its last one
  /// has: sought from the end in strides that double, since little is missed as a rule.
  private long firstSeqFrom(ConversationId conversation, IndexRows.Head head, long from) {
    long later = head.lastSeq();
    long earlier = later - 1;
    while (earlier >= 1 && idOf(conversation, earlier) >= from) {
      long stride = 2 * (head.lastSeq() - earlier);
      later = earlier;
      earlier = head.lastSeq() - stride;
    }
    earlier = Math.max(earlier, 0);
    while (later - earlier > 1) {
      long middle = (later + earlier) / 2;
      if (idOf(conversation, middle) >= from) {
        later = middle;
      } else {
        earlier = middle;
      }
    }
    return later;
  }

  private long idOf(ConversationId conversation, long seq) {
    return ids(conversation, seq, seq).getFirst();
  }

  /// All conversations of an account, in no order.
  private List<Entry> entries(long account) {
    List<Entry> entries = new ArrayList<>();
    memberships
        .with(account)
        .visit(row -> entries.add(roomEntry(account, row.getLong(1), row.getLong(2))));
    for (IndexRows.Direct direct : directs(account)) {
      IndexRows.Head head = direct.head();
      entries.add(
          new Entry(direct.conversation(), head.lastId(), head.lastSeq(), direct.readSeq()));
    }
    return entries;
  }

  /// The account's direct conversations, as they are now.
  private List<IndexRows.Direct> directs(long account) {
    Map<ConversationId, IndexRows.Direct> directs = new HashMap<>();
    for (IndexRows.Direct direct : index.directs(account)) {
      directs.put(direct.conversation(), direct);
    }
    for (TailTable table : tables) {
      for (ConversationId started : table.started(account)) {
        directs.computeIfAbsent(started, id -> new IndexRows.Direct(id, head(id).orElseThrow(), 0));
      }
    }
    return directs.values().stream()
        .map(direct ->
            new IndexRows.Direct(
                direct.conversation(),
                recentHead(direct.conversation()).orElse(direct.head()),
                TailTable.readSeq(tables, account, direct.conversation()).orElse(direct.readSeq())))
        .toList();
  }

  /// See `Reads.talksWith`.
  List<Long> talksWith(long account, int limit) {
    TreeSet<Long> others = new TreeSet<>();
    for (ConversationId conversation : index.directsOf(account, limit)) {
      others.add(conversation.other(account));
    }
    for (TailTable table : tables) {
      for (ConversationId started : table.started(account)) {
        others.add(started.other(account));
      }
    }
    others.remove(account);
    return others.stream().limit(limit).toList();
  }

  private Entry roomEntry(long account, long room, long joined) {
    ConversationId conversation = ConversationId.room(room);
    Optional<IndexRows.Head> head = head(conversation);
    return new Entry(
        conversation,
        head.map(IndexRows.Head::lastId).orElse(joined),
        head.map(IndexRows.Head::lastSeq).orElse(0L),
        readSeq(account, conversation));
  }
}

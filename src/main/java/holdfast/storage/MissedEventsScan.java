package holdfast.storage;

import holdfast.chat.ChatEvent;
import holdfast.chat.ChatEvent.RoomChange;
import holdfast.chat.ConversationId;
import holdfast.chat.EntryId;
import holdfast.chat.Message;
import holdfast.chat.MessageChange;
import holdfast.chat.Timelines;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds what an account missed, by reading a stretch of the log's rows again: SQL leaves out what
/// cannot concern it, the rest is judged by the rooms that it was in at each point. These are known
/// by walking back from now over its own joining and leaving. Messages, of which there are most,
/// are found by the account's own conversations instead if it has few with any: then what others
/// wrote costs nothing.
final class MissedEventsScan {
  /// Ids looked at in one call, which bounds its time: no more rows that are not messages. The
  /// caller goes on from where it ended.
  static final long SCAN_IDS_MAX = 65_536;

  /// Somebody who joined and left more often than this meanwhile has to reload.
  static final int OWN_CHANGES_MAX = 10_000;

  /// Rows read beyond those asked for, since some will be passed over.
  private static final int ROWS_EXTRA = 16;

  /// More than the events of one command, so that a stretch cut short still holds whole commands.
  private static final int PARTS_MAX = 80;

  private final Query roomsOf;
  private final Query ownChanges;
  private final Query messages;
  private final Query marks;
  private final Query roomEvents;
  private final Query changes;
  private final int rowsPerConversation;
  private final ChatRows rows;
  private final MessageRows messageRows;
  private final Query eventsOfCommand;

  /// `account` came (`entered`) or went by the command `id`.
  private record OwnChange(long id, long room, boolean entered) {}

  MissedEventsScan(Sqlite main, ChatRows rows, int rowsPerConversation) {
    this.rows = rows;
    this.rowsPerConversation = rowsPerConversation;
    messageRows = new MessageRows(main);
    roomsOf = main.prepare("SELECT room FROM room_member WHERE account = ?");
    ownChanges =
        main.prepare(
            "SELECT id, room, change IN ('CREATED', 'JOINED') FROM room_event"
                + " WHERE account = ? AND id >= ?"
                + " AND change IN ('CREATED', 'JOINED', 'LEFT', 'KICKED') ORDER BY id LIMIT "
                + (OWN_CHANGES_MAX + 1));
    messages =
        main.prepare(
            "SELECT id FROM message WHERE id BETWEEN ?1 AND ?2 AND (low = ?3 OR high = ?3"
                + " OR (low = 0 AND high IN (SELECT value FROM json_each(?5)))) ORDER BY id LIMIT ?4");
    marks =
        main.prepare(
            "SELECT id, low, high, account, seq FROM mark WHERE id BETWEEN ?1 AND ?2"
                + " AND (low = ?3 OR high = ?3 OR account = ?3) ORDER BY id LIMIT ?4");
    roomEvents =
        main.prepare(
            "SELECT id, part, room, change, account, by, detail FROM room_event"
                + " WHERE (id, part) > (?1, ?6) AND id <= ?2 AND (account = ?5"
                + " OR room IN (SELECT value FROM json_each(?3))) ORDER BY id, part LIMIT ?4");
    eventsOfCommand =
        main.prepare(
            "SELECT id, part, room, change, account, by, detail FROM room_event"
                + " WHERE id = ?1 ORDER BY part");
    changes =
        main.prepare(
            "SELECT "
                + MessageRows.CHANGE_COLUMNS
                + " FROM message_change WHERE id BETWEEN ?1 AND ?2 AND (account = ?3 OR kind <> 2)"
                + " AND (low = ?3 OR high = ?3"
                + " OR (low = 0 AND high IN (SELECT value FROM json_each(?5))))"
                + " ORDER BY id, part LIMIT ?4");
  }

  /// See `Reads.missed`. The whole of it reads one snapshot of each file; that of the index, with
  /// the tail, is `conversations`'.
  MissedEvents scan(
      ConversationReads conversations,
      long account,
      long afterId,
      int afterPart,
      long upToId,
      int limit,
      Timelines timelines) {
    if (afterId > upToId || !timelines.goesOnFrom(afterId)) {
      return new MissedEvents.TooOld();
    }
    List<OwnChange> changes =
        ownChanges
            .with(account, afterId)
            .list(row -> new OwnChange(row.getLong(1), row.getLong(2), row.getBoolean(3)));
    if (changes.size() > OWN_CHANGES_MAX) {
      return new MissedEvents.TooOld();
    }
    Rooms rooms = new Rooms(roomsOf.with(account).list(row -> row.getLong(1)), changes);
    long end = timelines.idAt(EntryId.indexOf(afterId) + SCAN_IDS_MAX);
    Stretch stretch = new Stretch(afterId, afterPart, Math.min(upToId, end));
    readMessages(conversations, account, rooms, stretch, limit);
    readChanges(account, rooms, stretch, limit);
    readMarks(account, rooms, stretch, limit);
    readRoomEvents(account, rooms, stretch, limit);
    return stretch.page(upToId, limit);
  }

  private void readMessages(
      ConversationReads conversations, long account, Rooms rooms, Stretch stretch, int limit) {
    int rowsMax = limit + ROWS_EXTRA;
    long from = stretch.fromWhole();
    List<ConversationReads.News> news = conversations.newsSince(account, rooms.spans(), from);
    SequencedCollection<Long> found =
        (long) news.size() * rowsPerConversation < stretch.to - from
            ? conversations.firstMessages(news, stretch.to, rowsMax)
            : messages
                .with(from, stretch.to, account, rowsMax)
                .set(5, rooms.json())
                .list(row -> row.getLong(1));
    if (found.size() == rowsMax) {
      stretch.completeTo(found.getLast());
    }
    boolean hides = messageRows.hidesAny(account);
    for (long id : found) {
      Message message = rows.message(id).orElseThrow();
      boolean hidden =
          hides && messageRows.isHidden(account, message.conversation(), message.seq());
      if (!hidden && rooms.mayHear(message.conversation(), message.id())) {
        stretch.events.add(ChatEvent.MessageSent.of(message));
      }
    }
  }

  private void readChanges(long account, Rooms rooms, Stretch stretch, int limit) {
    int rowsMax = limit + PARTS_MAX;
    List<MessageChange> found =
        changes
            .with(stretch.fromWhole(), stretch.to, account, rowsMax)
            .set(5, rooms.json())
            .list(MessageRows::readChange);
    if (found.size() == rowsMax) {
      // The last command's rows may not all be there.
      stretch.completeTo(found.getLast().id() - 1);
    }
    int from = 0;
    while (from < found.size()) {
      int to = from + 1;
      while (to < found.size() && found.get(to).id() == found.get(from).id()) {
        to++;
      }
      if (rooms.mayHear(found.get(from).conversation(), found.get(from).id())) {
        eventOf(found.subList(from, to)).ifPresent(stretch.events::add);
      }
      from = to;
    }
  }

  /// What the rows of one command tell, as things are now.
  private Optional<ChatEvent> eventOf(List<MessageChange> command) {
    MessageChange first = command.getFirst();
    return switch (first.kind()) {
      case EDITED ->
          rows.message(first.message())
              .filter(message -> !message.deleted())
              .map(message ->
                  new ChatEvent.MessageEdited(
                      first.id(),
                      0,
                      message.conversation(),
                      message.seq(),
                      message.id(),
                      message.text(),
                      message.edited()));
      case DELETED, HIDDEN ->
          Optional.of(
              new ChatEvent.MessagesDeleted(
                  first.id(),
                  0,
                  first.conversation(),
                  command.stream().map(MessageChange::seq).toList(),
                  command.stream().map(MessageChange::message).toList(),
                  first.account(),
                  first.kind() == MessageChange.Kind.HIDDEN));
      case REACTED, UNREACTED ->
          Optional.of(
              new ChatEvent.Reacted(
                  first.id(),
                  0,
                  first.conversation(),
                  first.seq(),
                  first.account(),
                  first.emoji(),
                  first.kind() == MessageChange.Kind.UNREACTED));
    };
  }

  private void readMarks(long account, Rooms rooms, Stretch stretch, int limit) {
    int rowsMax = limit + ROWS_EXTRA;
    List<ChatEvent.ReadMoved> found =
        marks
            .with(stretch.fromWhole(), stretch.to, account, rowsMax)
            .list(row ->
                new ChatEvent.ReadMoved(
                    row.getLong(1),
                    0,
                    new ConversationId(row.getLong(2), row.getLong(3)),
                    row.getLong(4),
                    row.getLong(5)));
    if (found.size() == rowsMax) {
      stretch.completeTo(found.getLast().id());
    }
    for (ChatEvent.ReadMoved mark : found) {
      // Joining moves the read position and is told as joining only.
      if (!rooms.changedBy(mark.id())) {
        stretch.events.add(mark);
      }
    }
  }

  private void readRoomEvents(long account, Rooms rooms, Stretch stretch, int limit) {
    int rowsMax = limit + ROWS_EXTRA;
    List<ChatEvent.RoomChanged> found =
        roomEvents
            .with(stretch.from, stretch.to)
            .set(3, rooms.json())
            .set(4, rowsMax)
            .set(5, account)
            .set(6, stretch.fromPart)
            .list(MissedEventsScan::readRoomEvent);
    if (found.size() == rowsMax) {
      // The last command's events may not all be there: an account that goes leaves many rooms.
      long last = found.getLast().id();
      found.removeIf(event -> event.id() == last);
      found.addAll(eventsOfCommand.with(last).list(MissedEventsScan::readRoomEvent));
      stretch.completeTo(last);
    }
    for (ChatEvent.RoomChanged event : found) {
      if (event.account() == account
          || rooms.insideBefore(event.room(), event.id())
          || rooms.insideAfter(event.room(), event.id())) {
        stretch.events.add(event);
      }
    }
  }

  private static ChatEvent.RoomChanged readRoomEvent(ResultSet row) throws SQLException {
    return new ChatEvent.RoomChanged(
        row.getLong(1),
        row.getInt(2),
        row.getLong(3),
        RoomChange.valueOf(row.getString(4)),
        row.getLong(5),
        row.getLong(6),
        row.getString(7));
  }

  /// The part of the log that one call looks at, and what it found there.
  private static final class Stretch {
    private final long from;
    private final int fromPart;
    private long to;
    private final List<ChatEvent> events = new ArrayList<>();

    Stretch(long from, int fromPart, long to) {
      this.from = from;
      this.fromPart = fromPart;
      this.to = to;
    }

    /// The first id of which all that has one part only is behind the position.
    long fromWhole() {
      return fromPart < 0 ? from : from + 1;
    }

    /// One kind of row was read no further than this.
    void completeTo(long id) {
      to = Math.min(to, id);
    }

    MissedEvents.Page page(long upToId, int limit) {
      List<ChatEvent> missed = new ArrayList<>();
      for (ChatEvent event : events) {
        boolean later = event.id() > from || event.part() > fromPart;
        if (later && event.id() <= to) {
          missed.add(event);
        }
      }
      missed.sort(Comparator.comparingLong(ChatEvent::id).thenComparingInt(ChatEvent::part));
      if (missed.size() > limit) {
        ChatEvent last = missed.get(limit - 1);
        return new MissedEvents.Page(missed.subList(0, limit), last.id(), last.part(), true);
      }
      return new MissedEvents.Page(missed, to, MissedEvents.WHOLE_COMMAND, to < upToId);
    }
  }

  /// The rooms that an account is in now, and how that came about since the scan's beginning.
  private static final class Rooms {
    private final TreeSet<Long> now;
    private final TreeSet<Long> ever;
    private final Map<Long, List<OwnChange>> changes = new HashMap<>();
    private final TreeSet<Long> changeIds = new TreeSet<>();

    Rooms(List<Long> now, List<OwnChange> ascending) {
      this.now = new TreeSet<>(now);
      ever = new TreeSet<>(now);
      for (OwnChange change : ascending) {
        ever.add(change.room());
        changes.computeIfAbsent(change.room(), _ -> new ArrayList<>()).add(change);
        changeIds.add(change.id());
      }
    }

    /// Every room it was in at any time since, with the ids between which it was, its absences in
    /// the middle not counted.
    Map<Long, ConversationReads.Span> spans() {
      Map<Long, ConversationReads.Span> spans = new TreeMap<>();
      for (long room : ever) {
        List<OwnChange> own = changes.getOrDefault(room, List.of());
        boolean came = !own.isEmpty() && own.getFirst().entered();
        spans.put(
            room,
            new ConversationReads.Span(
                came ? own.getFirst().id() : 0,
                now.contains(room) || own.isEmpty() ? Long.MAX_VALUE : own.getLast().id()));
      }
      return spans;
    }

    /// Every room it was in at any time since, for SQL.
    String json() {
      return ever.toString();
    }

    /// Whether the command `id` was its own coming or going.
    boolean changedBy(long id) {
      return changeIds.contains(id);
    }

    /// Whether it was a member just after the command `id`.
    boolean insideAfter(long room, long id) {
      return insideBefore(room, id + 1);
    }

    /// Whether what `id` did in the conversation, which is one of its own or of a room it was once
    /// in, is for it.
    boolean mayHear(ConversationId conversation, long id) {
      return !conversation.isRoom() || insideAfter(conversation.roomId(), id);
    }

    /// Whether it was a member just before the command `id`: the first change from there on undid
    /// that, or it still holds.
    boolean insideBefore(long room, long id) {
      for (OwnChange change : changes.getOrDefault(room, List.of())) {
        if (change.id() >= id) {
          return !change.entered();
        }
      }
      return now.contains(room);
    }
  }
}

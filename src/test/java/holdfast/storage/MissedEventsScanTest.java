package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Account;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatEvent.RoomChange;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.EntryId;
import holdfast.chat.Message;
import holdfast.chat.MessageChange;
import holdfast.chat.RequestKey;
import holdfast.chat.Room;
import holdfast.chat.RoomMember;
import holdfast.chat.RoomRole;
import holdfast.replication.LogEntry;
import holdfast.replication.Timeline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The edges of what somebody missed; the middle is `ReadsModelTest`'s.
final class MissedEventsScanTest {
  private static final long FAR = 2 * MissedEventsScan.SCAN_IDS_MAX + 50;

  @TempDir Path temp;

  private SqliteStore store;

  @BeforeEach
  void open() {
    store = StoreBench.open(temp, StoreSettings.defaults());
    store.begin(true);
    List<LogEntry> entries = new ArrayList<>();
    for (long index = 1; index <= FAR; index++) {
      entries.add(new LogEntry(index, 1, new byte[1]));
    }
    store.append(entries);
    store.chat().addAccount(new Account(1, "ann", "hash", 0, 1, 1));
    store.chat().addAccount(new Account(2, "bob", "hash", 0, 1, 1));
    applied(2);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void applied(long id) {
    store.setApplied(EntryId.indexOf(id), id, new byte[32]);
    store.commit();
  }

  private void send(long id, ConversationId conversation, long seq) {
    RequestKey request = new RequestKey(1, Optional.empty(), "q" + id, new Digest(1, id));
    store
        .chat()
        .addMessage(
            new Message(
                id, conversation, seq, 1, 1, "t", Optional.empty(), Optional.empty(), request));
  }

  private MissedEvents.Page page(long account, long afterId, int afterPart, int limit) {
    return (MissedEvents.Page)
        store.reads().missed(account, afterId, afterPart, store.appliedId(), limit);
  }

  private static List<Long> ids(MissedEvents.Page page) {
    return page.events().stream().map(ChatEvent::id).toList();
  }

  @Test
  void aLongStretchIsLookedAtInSeveralCalls() {
    store.begin(true);
    send(5, ConversationId.direct(1, 2), 1);
    send(FAR, ConversationId.direct(1, 2), 2);
    applied(FAR);
    MissedEvents.Page first = page(2, 4, 0, 10);
    assertEquals(List.of(5L), ids(first));
    assertTrue(first.more());
    assertEquals(MissedEvents.WHOLE_COMMAND, first.lastPart());
    MissedEvents.Page second = page(2, first.lastId(), first.lastPart(), 10);
    assertEquals(List.of(), ids(second));
    assertTrue(second.more());
    MissedEvents.Page third = page(2, second.lastId(), second.lastPart(), 10);
    assertEquals(List.of(FAR), ids(third));
    assertFalse(third.more());
    assertEquals(FAR, third.lastId());
  }

  @Test
  void muchThatDoesNotConcernSomebodyDoesNotHideWhatDoes() {
    // Bob left before the room was talked in, which SQL does not know.
    store.begin(true);
    store.chat().addRoom(new Room(3, "#r", "", false, false));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(3, 0, 3, RoomChange.JOINED, 2, 2));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(4, 0, 3, RoomChange.LEFT, 2, 2));
    for (long id = 5; id < 200; id++) {
      if (id == 150) {
        send(id, ConversationId.direct(1, 2), 1);
      } else {
        send(id, ConversationId.room(3), id < 150 ? id - 4 : id - 5);
      }
    }
    store.chat().addMark(200, 1, ConversationId.direct(1, 2), 1);
    applied(300);
    List<Long> found = new ArrayList<>();
    MissedEvents.Page page = page(2, 0, 0, 3);
    found.addAll(ids(page));
    while (page.more()) {
      page = page(2, page.lastId(), page.lastPart(), 3);
      found.addAll(ids(page));
    }
    assertEquals(List.of(3L, 4L, 150L, 200L), found);
  }

  @Test
  void aLongConversationIsGoneOnFromAnywhere() {
    int sent = 700;
    store.begin(true);
    for (int seq = 1; seq <= sent; seq++) {
      send(10 + 2L * seq, ConversationId.direct(1, 2), seq);
    }
    applied(FAR);
    for (int seen : List.of(0, 1, 2, 3, 100, 349, 350, 351, sent - 3, sent - 2, sent - 1)) {
      long next = 10 + 2L * (seen + 1);
      for (long after : List.of(next - 2, next - 1)) {
        MissedEvents.Page page = page(2, after, MissedEvents.WHOLE_COMMAND, 1);
        assertEquals(List.of(next), ids(page), "after " + after);
        assertTrue(page.more());
      }
    }
    assertEquals(List.of(), ids(page(2, 10 + 2L * sent, MissedEvents.WHOLE_COMMAND, 1)));
  }

  @Test
  void commandsThatDeleteManyMessagesAreGoneThroughByTheSmallestPages() {
    int many = 64;
    store.begin(true);
    for (int seq = 1; seq <= 2 * many; seq++) {
      send(10 + seq, ConversationId.direct(1, 2), seq);
    }
    for (int i = 0; i < 2 * many; i++) {
      store
          .chat()
          .addChange(
              new MessageChange(
                  500 + i / many,
                  i % many,
                  MessageChange.Kind.DELETED,
                  11 + i,
                  ConversationId.direct(1, 2),
                  1L + i,
                  1,
                  ""));
    }
    applied(FAR);
    for (int part : List.of(-1, 0)) {
      List<Long> found = new ArrayList<>();
      MissedEvents.Page page = page(2, 500, part, 1);
      found.addAll(ids(page));
      for (int calls = 0; page.more() && calls < 10; calls++) {
        page = page(2, page.lastId(), page.lastPart(), 1);
        found.addAll(ids(page));
      }
      assertEquals(part < 0 ? List.of(500L, 501L) : List.of(501L), found);
      assertFalse(page.more());
    }
  }

  @Test
  void whatWasSaidInABusyRoomBeforeSomebodyCameIsPassedOver() {
    store.begin(true);
    store.chat().addRoom(new Room(3, "#r", "", false, false));
    for (int seq = 1; seq <= 1_000; seq++) {
      send(10 + seq, ConversationId.room(3), seq);
    }
    store.chat().addMember(new RoomMember(3, 2, RoomRole.MEMBER, 1_500));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(1_500, 0, 3, RoomChange.JOINED, 2, 2));
    send(1_501, ConversationId.room(3), 1_001);
    applied(FAR);
    assertEquals(List.of(1_500L, 1_501L), ids(page(2, 4, 0, 10)), "in one page");
  }

  @Test
  void nothingIsMissedAtTheEnd() {
    MissedEvents.Page page = page(2, 2, MissedEvents.WHOLE_COMMAND, 10);
    assertEquals(new MissedEvents.Page(List.of(), 2, MissedEvents.WHOLE_COMMAND, false), page);
  }

  @Test
  void aPositionAheadOfThisServerIsTooOld() {
    assertEquals(new MissedEvents.TooOld(), store.reads().missed(2, 3, 0, 2, 10));
  }

  @Test
  void aPositionOfALostTimelineIsTooOld() {
    long first = EntryId.of(1L << EntryId.TERM_BITS, 3);
    store.begin(true);
    store.chat().addTimeline(first);
    store.setApplied(3, first, new byte[32]);
    store.commit();
    assertEquals(new MissedEvents.TooOld(), store.reads().missed(2, 3, 0, first, 10));
    assertEquals(List.of(), page(2, first, 0, 10).events());
  }

  @Test
  void aPositionOfTheTimelineBeforeIsGoneOnFrom() {
    long first = EntryId.of(new Timeline(1, 3).firstTerm(), 7);
    store.begin(true);
    send(5, ConversationId.direct(1, 2), 1);
    store.chat().addTimeline(first);
    send(first + 1, ConversationId.direct(1, 2), 2);
    applied(first + 1);
    MissedEvents.Page page = page(2, 4, 0, 10);
    assertEquals(List.of(5L, first + 1), ids(page));
    assertFalse(page.more(), "the gap between their ids is not searched");
    assertEquals(List.of(first + 1), ids(page(2, 6, 0, 10)));
  }

  @Test
  void somebodyWhoComesAndGoesAllTheTimeHasToReload() {
    store.begin(true);
    store.chat().addRoom(new Room(3, "#r", "", false, false));
    for (int i = 0; i <= MissedEventsScan.OWN_CHANGES_MAX; i++) {
      RoomChange change = i % 2 == 0 ? RoomChange.JOINED : RoomChange.LEFT;
      store.chat().addRoomEvent(new ChatEvent.RoomChanged(4 + i, 0, 3, change, 2, 2));
    }
    store.chat().addMember(new RoomMember(3, 2, RoomRole.MEMBER, 4));
    applied(5 + MissedEventsScan.OWN_CHANGES_MAX);
    assertEquals(new MissedEvents.TooOld(), store.reads().missed(2, 4, 0, store.appliedId(), 10));
    assertEquals(3, page(2, 5, 0, 3).events().size());
  }

  @Test
  void aPageMayEndInsideACommandAndGoOnThere() {
    store.begin(true);
    store.chat().addRoom(new Room(3, "#r", "", false, false));
    List<ChatEvent> all = new ArrayList<>();
    ChatEvent.RoomChanged created = new ChatEvent.RoomChanged(3, 0, 3, RoomChange.CREATED, 2, 2);
    store.chat().addRoomEvent(created);
    all.add(created);
    RoomChange[] changes = {RoomChange.LEFT, RoomChange.ROLE, RoomChange.CLOSED};
    for (int part = 0; part < changes.length; part++) {
      ChatEvent.RoomChanged event = new ChatEvent.RoomChanged(4, part, 3, changes[part], 2, 2);
      store.chat().addRoomEvent(event);
      all.add(event);
    }
    applied(6);
    List<ChatEvent> found = new ArrayList<>();
    MissedEvents.Page page = page(2, 0, 0, 1);
    found.addAll(page.events());
    while (page.more()) {
      page = page(2, page.lastId(), page.lastPart(), 1);
      assertTrue(page.events().size() <= 1);
      found.addAll(page.events());
    }
    assertEquals(all, found);
  }

  @Test
  void anAccountThatGoesLeavesMoreRoomsThanAPageHoldsEvents() {
    int rooms = 700;
    store.begin(true);
    List<ChatEvent> all = new ArrayList<>();
    for (int i = 0; i < rooms; i++) {
      store.chat().addRoom(new Room(3 + i, "#r" + i, "", false, false));
      store.chat().addMember(new RoomMember(3 + i, 2, RoomRole.MEMBER, 3 + i));
    }
    long gone = 3L + rooms;
    for (int i = 0; i < rooms; i++) {
      for (RoomChange change : List.of(RoomChange.LEFT, RoomChange.ROLE)) {
        long account = change == RoomChange.LEFT ? 1 : 2;
        ChatEvent.RoomChanged event =
            new ChatEvent.RoomChanged(gone, all.size(), 3 + i, change, account, 1);
        store.chat().addRoomEvent(event);
        all.add(event);
      }
    }
    send(gone + 1, ConversationId.direct(1, 2), 1);
    applied(gone + 5);
    for (int limit : List.of(1, 7, 256, 1_000)) {
      List<ChatEvent> found = new ArrayList<>();
      MissedEvents.Page page = page(2, 2, MissedEvents.WHOLE_COMMAND, limit);
      found.addAll(page.events());
      while (page.more()) {
        page = page(2, page.lastId(), page.lastPart(), limit);
        assertTrue(page.events().size() <= limit);
        found.addAll(page.events());
      }
      assertEquals(all, found.subList(0, all.size()));
      assertEquals(gone + 1, found.getLast().id());
      assertEquals(all.size() + 1, found.size());
    }
    // From the command itself on, nothing of it is told again.
    assertEquals(List.of(gone + 1), ids(page(2, gone, MissedEvents.WHOLE_COMMAND, 5)));
  }

  @Test
  void whoIsInvitedHearsOfItAndOfNothingElseInTheRoom() {
    store.begin(true);
    store.chat().addRoom(new Room(3, "#r", "", true, false));
    store.chat().addMember(new RoomMember(3, 1, RoomRole.OWNER, 3));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(3, 0, 3, RoomChange.CREATED, 1, 1));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(4, 0, 3, RoomChange.INVITED, 2, 1));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(5, 0, 3, RoomChange.TOPIC, 1, 1, "t"));
    applied(6);
    assertEquals(List.of(4L), ids(page(2, 2, 0, 10)));
    ChatEvent.RoomChanged topic = (ChatEvent.RoomChanged) page(1, 2, 0, 10).events().getLast();
    assertEquals("t", topic.detail());
  }

  @Test
  void whoIsKickedHearsOfThatAndNothingAfter() {
    store.begin(true);
    store.chat().addRoom(new Room(3, "#r", "", false, false));
    store.chat().addMember(new RoomMember(3, 1, RoomRole.OWNER, 3));
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(4, 0, 3, RoomChange.JOINED, 2, 2));
    send(5, ConversationId.room(3), 1);
    store.chat().addRoomEvent(new ChatEvent.RoomChanged(6, 0, 3, RoomChange.KICKED, 2, 1));
    send(7, ConversationId.room(3), 2);
    applied(8);
    assertEquals(List.of(4L, 5L, 6L), ids(page(2, 2, 0, 10)));
  }
}

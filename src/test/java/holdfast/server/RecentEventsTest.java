package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import holdfast.server.EventChains.Party;
import holdfast.storage.MissedEvents;
import holdfast.wire.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Who comes back is given what may concern it and happened after its position, whenever it asks
/// and however much happened since anybody asked.
final class RecentEventsTest {
  private static final int KEPT = 4_096;
  private static final int ACCOUNTS = 6;

  /// Of whom hardly anything is heard.
  private static final long QUIET = ACCOUNTS + 1;

  private static final int ROOMS = 3;

  private final RandomGenerator random = new SplittableRandom(3);
  private final RecentEvents recent = new RecentEvents(0);
  private final List<ChatEvent> all = new ArrayList<>();
  private long id = 1;
  private int part;
  private int notCovered;
  private int farAndQuiet;

  private long account() {
    return random.nextLong(1, ACCOUNTS + 1);
  }

  private long room() {
    return random.nextLong(1, ROOMS + 1);
  }

  private ConversationId conversation() {
    return random.nextBoolean()
        ? ConversationId.room(room())
        : ConversationId.direct(account(), account());
  }

  private ChatEvent event() {
    return switch (random.nextInt(7)) {
      case 0 -> new ChatEvent.MessageEdited(id, part, conversation(), 1, 0, "text", 1);
      case 1 ->
          new ChatEvent.MessagesDeleted(
              id, part, conversation(), List.of(1L), List.of(0L), account(), random.nextBoolean());
      case 2 -> new ChatEvent.Reacted(id, part, conversation(), 1, account(), "+1", false);
      case 3 -> new ChatEvent.ReadMoved(id, part, conversation(), account(), 1);
      case 4 -> {
        ChatEvent.RoomChange[] changes = ChatEvent.RoomChange.values();
        ChatEvent.RoomChange change = changes[random.nextInt(changes.length)];
        yield new ChatEvent.RoomChanged(id, part, room(), change, account(), account());
      }
      case 5 -> new ChatEvent.TokensVoided(id, part, account(), 1, false);
      default ->
          new ChatEvent.MessageSent(
              id, part, conversation(), 1, account(), 1, "text", Optional.empty(), "r");
    };
  }

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      ChatEvent event = event();
      all.add(event);
      recent.add(event);
      part++;
      if (random.nextInt(3) > 0) {
        part = 0;
        id += random.nextInt(1, 4);
      }
    }
  }

  private static boolean concerns(ChatEvent event, Set<Party> parties) {
    return switch (event) {
      case ChatEvent.MessageSent m -> isOf(m.conversation(), parties);
      case ChatEvent.MessageEdited e -> isOf(e.conversation(), parties);
      case ChatEvent.Reacted r -> isOf(r.conversation(), parties);
      case ChatEvent.MessagesDeleted d ->
          d.hidden()
              ? parties.contains(Party.account(d.account()))
              : isOf(d.conversation(), parties);
      case ChatEvent.ReadMoved r ->
          r.conversation().isRoom()
              ? parties.contains(Party.account(r.account()))
              : isOf(r.conversation(), parties);
      case ChatEvent.RoomChanged c ->
          parties.contains(Party.room(c.room())) || parties.contains(Party.account(c.account()));
      case ChatEvent.TokensVoided t -> parties.contains(Party.account(t.account()));
    };
  }

  private static boolean isOf(ConversationId conversation, Set<Party> parties) {
    return conversation.isRoom()
        ? parties.contains(Party.room(conversation.roomId()))
        : parties.contains(Party.account(conversation.low()))
            || parties.contains(Party.account(conversation.high()));
  }

  /// Nothing is missed; and nobody left at the position, who would hear of the rest of that.
  private boolean isQuiet(Cursor.Position position, Set<Party> parties, List<ChatEvent> missed) {
    return missed.isEmpty()
        && all.stream()
            .noneMatch(event ->
                event instanceof ChatEvent.RoomChanged changed
                    && changed.change().isDeparture()
                    && changed.id() == position.id()
                    && position.part() != MissedEvents.WHOLE_COMMAND
                    && parties.contains(Party.account(changed.account())));
  }

  private void check(Cursor.Position position) {
    Set<Party> parties =
        random.nextInt(3) == 0
            ? Set.of(Party.account(random.nextBoolean() ? account() : QUIET))
            : Set.of(Party.account(account()), Party.room(1), Party.room(2 + random.nextInt(2)));
    List<ChatEvent> after =
        all.stream()
            .filter(e -> new Cursor.Position(e.id(), e.part()).compareTo(position) > 0)
            .toList();
    List<ChatEvent> missed = after.stream().filter(event -> concerns(event, parties)).toList();
    boolean covered = recent.coversAfter(position, parties);
    boolean wholeCommandIsKept =
        all.size() <= KEPT || all.get(all.size() - KEPT - 1).id() < position.id();
    assertEquals(
        wholeCommandIsKept || isQuiet(position, parties, missed), covered, "at " + position);
    if (!covered) {
      notCovered++;
      return;
    }
    farAndQuiet += after.size() > KEPT ? 1 : 0;
    assertEquals(missed, recent.after(position, parties));
    Cursor.Position end =
        after.isEmpty()
            ? position
            : new Cursor.Position(after.getLast().id(), after.getLast().part());
    assertEquals(end, recent.endAfter(position));
  }

  @Test
  void whoComesBackIsGivenWhatMayConcernIt() {
    check(new Cursor.Position(0, MissedEvents.WHOLE_COMMAND));
    for (int round = 0; round < 60; round++) {
      add(random.nextInt(5) == 0 ? random.nextInt(2 * KEPT) : random.nextInt(200));
      for (int i = random.nextInt(4); i > 0; i--) {
        ChatEvent seen = all.get(all.size() - 1 - random.nextInt(Math.min(2 * KEPT, all.size())));
        check(new Cursor.Position(seen.id(), seen.part()));
      }
      check(new Cursor.Position(id + 5, 0));
      if (all.size() > KEPT) {
        // At the edge: the last event that is forgotten, and the ones beside it.
        for (ChatEvent seen : all.subList(all.size() - KEPT - 2, all.size() - KEPT + 1)) {
          check(new Cursor.Position(seen.id(), seen.part()));
        }
      }
    }
    assertTrue(all.size() > 3 * KEPT, "too few events: " + all.size());
    assertTrue(notCovered > 20 && farAndQuiet > 0, notCovered + " and " + farAndQuiet);
  }

  private ChatEvent longOrOther() {
    ConversationId conversation = ConversationId.direct(account(), account());
    return random.nextInt(4) == 0
        ? new ChatEvent.ReadMoved(id, 0, conversation, account(), 1)
        : new ChatEvent.MessageSent(
            id, 0, conversation, 1, account(), 1, "x".repeat(8_192), Optional.empty(), "r");
  }

  /// Of long messages fewer are kept, so that more may be forgotten than was chained since somebody
  /// asked.
  @Test
  void longMessagesAreForgottenSooner() {
    Set<Party> ann = Set.of(Party.account(1));
    int forgotten = 0;
    for (int round = 0; round < 20; round++) {
      for (int i = random.nextInt(300); i >= 0; i--) {
        ChatEvent event = longOrOther();
        all.add(event);
        recent.add(event);
        id++;
      }
      for (int seen = Math.max(0, all.size() - 200); seen < all.size(); seen++) {
        Cursor.Position position = new Cursor.Position(all.get(seen).id(), 0);
        if (recent.coversAfter(position, ann)) {
          List<ChatEvent> after = all.subList(seen + 1, all.size());
          assertEquals(
              after.stream().filter(event -> concerns(event, ann)).toList(),
              recent.after(position, ann));
        } else {
          forgotten++;
        }
      }
    }
    assertTrue(forgotten > 1_000, "hardly anything was forgotten: " + forgotten);
  }

  @Test
  void whatWasAppliedBeforeTheStartIsNotHere() {
    RecentEvents later = new RecentEvents(7);
    Set<Party> ann = Set.of(Party.account(1));
    assertFalse(later.coversAfter(new Cursor.Position(6, MissedEvents.WHOLE_COMMAND), ann));
    assertFalse(later.coversAfter(new Cursor.Position(7, 0), ann), "its other parts are not");
    assertTrue(later.coversAfter(new Cursor.Position(7, MissedEvents.WHOLE_COMMAND), ann));
  }
}

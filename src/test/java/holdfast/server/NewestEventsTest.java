package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import holdfast.server.EventChains.Party;
import holdfast.storage.MissedEvents;
import holdfast.wire.Cursor;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NewestEventsTest {
  private final NewestEvents newest = new NewestEvents(new Cursor.Position(0, 0));

  private static Cursor.Position at(long id, int part) {
    return new Cursor.Position(id, part);
  }

  /// Read positions in direct conversations concern two accounts.
  private void talk(long id, int part, long one, long other) {
    newest.add(new ChatEvent.ReadMoved(id, part, ConversationId.direct(one, other), one, 1));
  }

  @Test
  void whoeverTookPartHasSomethingNewerThanBefore() {
    talk(5, 1, 8, 9);
    for (Party party : new Party[] {Party.account(8), Party.account(9)}) {
      assertFalse(newest.isNoneAfter(at(4, 0), party));
      assertFalse(newest.isNoneAfter(at(5, 0), party), "an earlier part of the command");
      assertTrue(newest.isNoneAfter(at(5, 1), party));
      assertTrue(newest.isNoneAfter(at(5, MissedEvents.WHOLE_COMMAND), party));
    }
    assertTrue(newest.isNoneAfter(at(0, 0), Party.account(7)), "somebody else");
    assertTrue(newest.isNoneAfter(at(0, 0), Party.room(8)), "a room of the same number");
  }

  @Test
  void whoeverLeftMayHaveToHearTheRestOfThatCommand() {
    newest.add(new ChatEvent.RoomChanged(5, 0, 3, ChatEvent.RoomChange.LEFT, 8, 8));
    assertFalse(newest.isNoneAfter(at(5, 0), Party.account(8)));
    assertTrue(newest.isNoneAfter(at(5, MissedEvents.WHOLE_COMMAND), Party.account(8)));
    assertTrue(newest.isNoneAfter(at(5, 0), Party.room(3)));
  }

  @Test
  void manyAreToldApart() {
    SplittableRandom random = new SplittableRandom(1);
    Map<Long, Long> expected = new HashMap<>();
    for (long id = 1; id <= 50_000; id++) {
      long one = random.nextLong(1, 20_000);
      long other = random.nextLong(1, 20_000);
      talk(id, 0, one, other);
      expected.put(one, id);
      expected.put(other, id);
    }
    for (long account = 1; account < 20_000; account++) {
      long last = expected.getOrDefault(account, 0L);
      assertTrue(newest.isNoneAfter(at(last, 0), Party.account(account)));
      if (last > 0) {
        assertFalse(newest.isNoneAfter(at(last - 1, 0), Party.account(account)));
      }
    }
  }

  @Test
  void withTooManyAllAreForgottenAndNothingIsClaimedOfThem() {
    long id = 1;
    for (long account = 1; account <= NewestEvents.PARTIES_MAX; account += 2) {
      talk(id++, 0, account, account + 1);
    }
    assertTrue(newest.isNoneAfter(at(id, 0), Party.account(1)));
    assertTrue(newest.isNoneAfter(at(1, 0), Party.account(1)), "still known");
    long last = NewestEvents.PARTIES_MAX + 1L;
    talk(id, 0, last, last + 1);
    assertFalse(newest.isNoneAfter(at(1, 0), Party.account(1)), "before the floor");
    assertTrue(newest.isNoneAfter(at(id, 0), Party.account(1)));
    talk(id + 1, 0, 1, 2);
    assertFalse(newest.isNoneAfter(at(id, 0), Party.account(1)));
  }
}

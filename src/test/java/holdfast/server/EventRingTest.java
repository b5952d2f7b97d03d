package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent;
import holdfast.chat.ConversationId;
import holdfast.storage.MissedEvents;
import holdfast.wire.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What was put into the ring comes out of it as it was, and the ring holds as much as it should.
final class EventRingTest {
  private static final int EVENTS = 64;
  private static final int CHARACTERS = 4_000;

  /// In the Basic Multilingual Plane and beyond it, and halves of a pair.
  private static final List<String> LETTERS = List.of("a", "Z", " ", "ß", "語", "🦜", "\ud83e");

  private final RandomGenerator random = new SplittableRandom(17);
  private final EventRing ring =
      new EventRing(EVENTS, CHARACTERS, new Cursor.Position(0, MissedEvents.WHOLE_COMMAND));
  private final List<ChatEvent> all = new ArrayList<>();

  private String text(int lettersMax) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(lettersMax + 1); i > 0; i--) {
      text.append(LETTERS.get(random.nextInt(LETTERS.size())));
    }
    return text.toString();
  }

  private ChatEvent event(int lettersMax) {
    long id = all.size() + 1L;
    long account = random.nextLong(1, Long.MAX_VALUE);
    ConversationId conversation =
        random.nextBoolean()
            ? ConversationId.room(account)
            : ConversationId.direct(account, random.nextLong(1, 9));
    ChatEvent.MessageSent sent =
        new ChatEvent.MessageSent(
            id,
            random.nextInt(3),
            conversation,
            random.nextLong(1, Long.MAX_VALUE),
            account,
            random.nextLong(),
            text(lettersMax),
            random.nextBoolean() ? Optional.empty() : Optional.of(random.nextLong(1, 9)),
            text(lettersMax / 8));
    return switch (random.nextInt(8)) {
      case 0 -> new ChatEvent.ReadMoved(id, 0, conversation, account, 1);
      case 1 -> sent.withText(text(lettersMax), 5);
      case 2 -> sent.asTombstone();
      default -> sent;
    };
  }

  private void add(ChatEvent event) {
    all.add(event);
    ring.add(event);
  }

  /// That count: those of a plain message that is not large.
  private static int characters(ChatEvent event) {
    if (!(event instanceof ChatEvent.MessageSent m) || m.edited() != 0 || m.deleted()) {
      return 0;
    }
    int characters = m.text().length() + m.requestId().length();
    return characters > CHARACTERS / 8 ? 0 : characters;
  }

  private void check() {
    assertEquals(all.size(), ring.next());
    for (long n = ring.first(); n < ring.next(); n++) {
      ChatEvent event = all.get((int) n);
      assertEquals(event, ring.at(n));
      assertEquals(new Cursor.Position(event.id(), event.part()), ring.position(n));
      assertEquals(EventChains.parties(event), ring.parties(n));
    }
    if (ring.first() > 0) {
      ChatEvent gone = all.get((int) ring.first() - 1);
      assertEquals(new Cursor.Position(gone.id(), gone.part()), ring.floor());
    }
  }

  @Test
  void shortMessagesFillItByNumber() {
    for (int i = 0; i < 10 * EVENTS; i++) {
      add(event(8));
      check();
      assertEquals(Math.min(EVENTS, all.size()), ring.next() - ring.first());
    }
  }

  @Test
  void longMessagesFillItByTheirCharacters() {
    int fewest = EVENTS;
    for (int i = 0; i < 10 * EVENTS; i++) {
      add(event(300));
      check();
      if (ring.first() == 0) {
        continue;
      }
      fewest = Math.min(fewest, (int) (ring.next() - ring.first()));
      int kept = all.stream().skip(ring.first() - 1).mapToInt(EventRingTest::characters).sum();
      // The one that went last, and the unused end of the array, which is shorter than a message.
      int longest = all.stream().mapToInt(EventRingTest::characters).max().orElseThrow();
      assertTrue(
          ring.next() - ring.first() == EVENTS || kept + 2 * longest > CHARACTERS,
          "only " + kept + " characters are kept");
    }
    assertTrue(fewest < EVENTS / 2, "never short of characters: " + fewest);
  }

  @Test
  void aLargeMessageLeavesTheOthersTheirPlace() {
    for (int i = 0; i < 3 * EVENTS; i++) {
      add(event(i % 5 == 0 ? 2 * CHARACTERS : 8));
      check();
      assertEquals(Math.min(EVENTS, all.size()), ring.next() - ring.first());
    }
  }

  @Test
  void whatIsReplacedStaysSo() {
    for (int i = 0; i < 3 * EVENTS; i++) {
      add(event(40));
      long number = ring.next() - 1;
      if (ring.at(number) instanceof ChatEvent.MessageSent sent && random.nextBoolean()) {
        ChatEvent.MessageSent changed = sent.asTombstone();
        ring.replace(number, changed);
        all.set((int) number, changed);
      }
      check();
    }
  }
}

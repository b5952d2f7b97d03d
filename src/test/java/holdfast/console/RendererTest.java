package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

class RendererTest {
  private static final Instant NOW = Instant.parse("2026-11-20T21:30:00Z");

  private static Renderer renderer(int columns) {
    return new Renderer(ZoneOffset.UTC, InstantSource.fixed(NOW), () -> columns);
  }

  private static long at(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  private static List<String> shown(int columns, Said said, String present) {
    return renderer(columns).message(said, "alice", present).stream()
        .map(AttributedString::toString)
        .toList();
  }

  private static Said said(String conversation, String sender, String text) {
    return new Said(conversation, sender, text, at("2026-11-20T21:04:59Z"));
  }

  @Test
  void inThePresentConversationTheSenderIsEnough() {
    assertEquals(List.of("21:04 bob: hi"), shown(0, said("#team", "bob", "hi"), "#team"));
    assertEquals(List.of("21:04 bob: hi"), shown(0, said("@bob", "bob", "hi"), "@bob"));
    assertEquals(List.of("21:04 alice: hi"), shown(0, said("@bob", "alice", "hi"), "@bob"));
  }

  @Test
  void elsewhereTheConversationIsNamed() {
    assertEquals(List.of("21:04 #team bob: hi"), shown(0, said("#team", "bob", "hi"), "@bob"));
    assertEquals(List.of("21:04 @bob: hi"), shown(0, said("@bob", "bob", "hi"), "#team"));
    assertEquals(List.of("21:04 to @bob: hi"), shown(0, said("@bob", "alice", "hi"), ""));
  }

  @Test
  void aLongTextIsContinuedInItsOwnColumn() {
    assertEquals(
        List.of(
            "21:04 bob: one two three four five six", "           seven eight", "           nine"),
        shown(40, said("#t", "bob", "one two three four five six seven eight\nnine"), "#t"));
  }

  @Test
  void onANarrowScreenTheTextHasALineOfItsOwn() {
    String sender = "a-name-of-thirty-two-characters-";
    assertEquals(
        List.of("21:04 " + sender + ": ", "  hello there, how are you doing", "  today?"),
        shown(35, said("#t", sender, "hello there, how are you doing today?"), "#t"));
  }

  @Test
  void anotherDayIsNamed() {
    Renderer renderer = renderer(0);
    assertEquals("00:00", renderer.time(at("2026-11-20T00:00:00Z")));
    assertEquals("19 Nov 23:59", renderer.time(at("2026-11-19T23:59:00Z")));
    assertEquals("31 Dec 2025 08:00", renderer.time(at("2025-12-31T08:00:00Z")));
  }

  @Test
  void whatOthersWriteCannotSteerTheTerminal() {
    Said evil =
        said("#\u001b[2J", "b\u009bob\u0007", "\u001b]0;x\u0007\u001b[31m\rroot# \u202eabc");
    for (AttributedString line : renderer(60).message(evil, "alice", "@bob")) {
      assertTrue(line.chars().noneMatch(Character::isISOControl), line.toString());
      assertFalse(line.toString().contains("\u202e"));
    }
    assertTrue(renderer(0).error("no \u001b[2J").getFirst().chars().noneMatch(c -> c == '\u001b'));
    assertTrue(Lists.table(List.of(List.of("a\u001b[1m"))).getFirst().indexOf('\u001b') < 0);
  }

  @Test
  void anotherLineCannotPassForAnotherMessage() {
    List<String> lines = shown(0, said("#t", "bob", "hi\n21:05 carol: I agree"), "#t");
    assertEquals("           21:05 carol: I agree", lines.get(1));
  }

  @Test
  void peopleHaveColoursOfTheirOwn() {
    AttributedString bob = renderer(0).message(said("#t", "bob", "x"), "alice", "#t").getFirst();
    AttributedString eve = renderer(0).message(said("#t", "eve", "x"), "alice", "#t").getFirst();
    assertNotEquals(bob.styleAt(6), eve.styleAt(6));
    assertEquals(
        bob.styleAt(6),
        renderer(0).message(said("@bob", "bob", "y"), "alice", "#t").getFirst().styleAt(7));
    assertTrue(bob.toAnsi().contains("\u001b["));
  }
}

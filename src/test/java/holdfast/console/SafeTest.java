package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SafeTest {
  @Test
  void escapeSequencesLoseTheirEscape() {
    assertEquals("[31mred[0m", Safe.text("\u001b[31mred\u001b[0m"));
    assertEquals("]0;title", Safe.text("\u001b]0;title\u0007"));
    assertEquals("2J", Safe.text("\u009b2J"));
  }

  @Test
  void noControlCharacterIsLeftButNewline() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0xA0; c++) {
      all.append(c);
    }
    Safe.text(all.toString())
        .chars()
        .filter(c -> c != '\n')
        .forEach(c -> assertEquals(false, Character.isISOControl(c), "U+" + c));
    assertEquals("a b", Safe.line("a\nb"));
    assertEquals("a    b", Safe.line("a\tb"));
    assertEquals("ab", Safe.text("a\r\b\u007fb"));
  }

  @Test
  void charactersThatTurnTheTextAroundAreTakenOut() {
    assertEquals("abc", Safe.text("\u202ea\u2066b\u200fc\u2069"));
  }

  @Test
  void halfACharacterIsShownAsUnknown() {
    assertEquals("a\ufffdb", Safe.text("a\ud83db"));
    assertEquals("\ud83d\ude00", Safe.text("\ud83d\ude00"));
  }
}

package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

class InputLinesTest {
  private static InputLines lines(int columns, String text, int cursor, String... below) {
    List<AttributedString> under = List.of(below).stream().map(AttributedString::new).toList();
    return InputLines.of(
        Models.screen(columns, 24)
            .typed("@bob")
            .happens(new Happening.Editing(new InputView(text, cursor, under)))
            .model());
  }

  private static List<String> texts(InputLines lines) {
    return lines.lines().stream().map(AttributedString::toString).toList();
  }

  @Test
  void thePromptSaysWhoHearsIt() {
    InputLines lines = lines(80, "hi", 2);
    assertEquals(List.of("@bob> hi"), texts(lines));
    assertEquals(0, lines.row());
    assertEquals(8, lines.column());
  }

  @Test
  void aLongTextGoesOnInTheNextRowAndTheCursorWithIt() {
    InputLines lines = lines(16, "one two three four", 18);
    assertEquals(List.of("@bob> one two t", "hree four"), texts(lines));
    assertEquals(1, lines.row());
    assertEquals(9, lines.column());
    InputLines between = lines(16, "one two three four", 9);
    assertEquals(1, between.row());
    assertEquals(0, between.column());
  }

  @Test
  void severalLinesAreSeveralRows() {
    InputLines lines = lines(80, "one\ntwo\n", 4);
    assertEquals(List.of("@bob> one", "two", ""), texts(lines));
    assertEquals(1, lines.row());
    assertEquals(0, lines.column());
  }

  @Test
  void wideCharactersTakeTwoColumns() {
    InputLines lines = lines(80, "日本", 1);
    assertEquals(8, lines.column());
  }

  @Test
  void whatTheEditorOffersStandsBelow() {
    assertEquals(
        List.of("@bob> /ro", "/room  /rooms"), texts(lines(80, "/ro", 3, "/room  /rooms")));
  }
}

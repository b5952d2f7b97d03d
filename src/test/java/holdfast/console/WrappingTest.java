package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class WrappingTest {
  @Test
  void linesBreakBetweenWords() {
    assertEquals(
        List.of("the quick", "brown fox", "jumps"),
        Wrapping.lines("the quick brown fox jumps", 10));
  }

  @Test
  void aWordLongerThanALineIsCut() {
    assertEquals(List.of("0123456789", "abcde x"), Wrapping.lines("0123456789abcde x", 10));
  }

  @Test
  void wideCharactersTakeTwoColumns() {
    List<String> lines = Wrapping.lines("日本語日本語日本語", 10);
    assertEquals(List.of("日本語日本", "語日本語"), lines);
    assertTrue(lines.stream().allMatch(line -> Wrapping.width(line) <= 10));
  }

  @Test
  void ownNewlinesAreKept() {
    assertEquals(List.of("a", "", "b"), Wrapping.lines("a\n\nb", 80));
  }

  @Test
  void withoutAWidthNothingIsWrapped() {
    String text = "x ".repeat(200);
    assertEquals(List.of(text), Wrapping.lines(text, 0));
  }

  @Test
  void nothingIsLostOrAddedButSpaces() {
    String text = "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj kkkkkkkkkkk";
    for (int columns = Wrapping.COLUMNS_MIN; columns < 90; columns++) {
      List<String> lines = Wrapping.lines(text, columns);
      int width = columns;
      assertTrue(lines.stream().allMatch(line -> line.length() <= width), lines.toString());
      assertEquals(text.replace(" ", ""), String.join("", lines).replace(" ", ""));
    }
  }
}

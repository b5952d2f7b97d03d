package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LineCutterTest {
  private static final int MAX = 2_000;

  private final LineCutter cutter = new LineCutter(MAX);
  private final Lines lines = new Lines();

  /// Collects lines, and wants no more after each that says so.
  private static final class Lines implements LineCutter.Sink {
    final List<String> read = new ArrayList<>();

    @Override
    public boolean onLine(byte[] line) {
      read.add(new String(line, UTF_8));
      return !read.getLast().endsWith("!");
    }

    @Override
    public void onTooLarge() {
      read.add("TOO LARGE");
    }
  }

  private boolean add(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return cutter.add(bytes, bytes.length, lines);
  }

  @Test
  void linesAreCutAtNewlinesAndOneCarriageReturnBelongsToThem() {
    assertTrue(add("one\n\ntwo\r\n\r\nthree\r\r\na\rb\n"));
    assertEquals(List.of("one", "", "two", "", "three\r", "a\rb"), lines.read);
  }

  @Test
  void aLineMayComeInPieces() {
    assertTrue(add("o"));
    assertTrue(add("n"));
    assertTrue(add("e\r"));
    assertTrue(add("\ntwo\nth"));
    assertEquals(List.of("one", "two"), lines.read);
    assertTrue(add("ree\n"));
    assertEquals(List.of("one", "two", "three"), lines.read);
  }

  @Test
  void whatComesBehindALineThatIsEnoughForNowWaits() {
    assertFalse(add("one\ntwo!\nthree!\nfour\nfi"));
    assertEquals(List.of("one", "two!"), lines.read);
    assertFalse(cutter.again(lines));
    assertEquals(List.of("one", "two!", "three!"), lines.read);
    assertTrue(cutter.again(lines));
    assertTrue(add("ve\n"));
    assertEquals(List.of("one", "two!", "three!", "four", "five"), lines.read);
  }

  @Test
  void aLineInPiecesMayBeEnoughToo() {
    assertTrue(add("on"));
    assertFalse(add("e!\ntwo\n"));
    assertTrue(cutter.again(lines));
    assertEquals(List.of("one!", "two"), lines.read);
  }

  @Test
  void theLongestLineAllowedIsReadAndOneByteMoreIsNot() {
    String longest = "x".repeat(MAX);
    assertTrue(add(longest + "\n"));
    assertTrue(add(longest + "\r\n"));
    assertFalse(add(longest + "x\nnever\n"));
    assertFalse(add("never\n"));
    assertFalse(cutter.again(lines));
    assertEquals(List.of(longest, longest, "TOO LARGE"), lines.read);
  }

  @Test
  void anEndlessLineIsGivenUpAtTheLimit() {
    byte[] piece = new byte[100];
    Arrays.fill(piece, (byte) 'x');
    int given = 0;
    while (cutter.add(piece, piece.length, lines)) {
      given += piece.length;
    }
    assertEquals(List.of("TOO LARGE"), lines.read);
    assertTrue(given <= MAX, "took " + given + " bytes");
  }

  @Test
  void linesComeOutTheSameHoweverTheBytesArriveAndHoweverOftenItPauses() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> expected = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        String line =
            "é".repeat(random.nextInt(random.nextInt(1, 500)))
                + (random.nextInt(4) == 0 ? "!" : "");
        expected.add(line);
        text.append(line).append(random.nextBoolean() ? "\r\n" : "\n");
      }
      byte[] bytes = text.toString().getBytes(UTF_8);
      LineCutter cut = new LineCutter(MAX);
      Lines read = new Lines();
      for (int from = 0; from < bytes.length; ) {
        int count = Math.min(random.nextInt(1, 3_000), bytes.length - from);
        boolean more = cut.add(Arrays.copyOfRange(bytes, from, from + count), count, read);
        while (!more) {
          more = cut.again(read);
        }
        from += count;
      }
      assertEquals(expected, read.read, "seed " + seed);
    }
  }
}

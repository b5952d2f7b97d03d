package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final int MAX = 1_000;

  private static LineReader reader(String text) {
    return new LineReader(new ByteArrayInputStream(text.getBytes(UTF_8)), MAX);
  }

  private static String next(LineReader reader) throws IOException {
    return switch (reader.read()) {
      case LineReader.Line(var bytes) -> new String(bytes, UTF_8);
      case LineReader.TooLarge() -> "TOO LARGE";
      case LineReader.End() -> "END";
    };
  }

  @Test
  void linesAreCutAtNewlines() throws IOException {
    LineReader reader = reader("one\n\ntwo\n");
    assertEquals("one", next(reader));
    assertEquals("", next(reader));
    assertEquals("two", next(reader));
    assertEquals("END", next(reader));
  }

  @Test
  void oneCarriageReturnBeforeTheNewlineBelongsToIt() throws IOException {
    LineReader reader = reader("one\r\n\r\ntwo\r\r\na\rb\n");
    assertEquals("one", next(reader));
    assertEquals("", next(reader));
    assertEquals("two\r", next(reader));
    assertEquals("a\rb", next(reader));
  }

  @Test
  void anUnfinishedLineIsNone() throws IOException {
    LineReader reader = reader("one\ntw");
    assertEquals("one", next(reader));
    assertEquals("END", next(reader));
  }

  @Test
  void theLongestLineAllowedIsReadAndOneByteMoreIsNot() throws IOException {
    String longest = "x".repeat(MAX);
    assertEquals(longest, next(reader(longest + "\n")));
    assertEquals(longest, next(reader(longest + "\r\n")));
    assertEquals("TOO LARGE", next(reader(longest + "x\n")));
    assertEquals("TOO LARGE", next(reader(longest + "x\r\n")));
  }

  @Test
  void anEndlessLineIsGivenUpSoonAfterTheLimit() throws IOException {
    int[] given = {0};
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            given[0]++;
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            given[0] += length;
            return length;
          }
        };
    assertInstanceOf(LineReader.TooLarge.class, new LineReader(endless, MAX).read());
    assertTrue(given[0] <= 2 * MAX, "read " + given[0] + " bytes");
  }

  @Test
  void whatWasReadAheadIsGivenBack() throws IOException {
    LineReader reader = reader("one\ntwo\nthr");
    assertEquals("one", next(reader));
    assertEquals("two\nthr", new String(reader.rest(), UTF_8));
  }

  @Test
  void linesComeOutTheSameHoweverTheBytesArrive() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> lines = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        String line = "é".repeat(random.nextInt(random.nextInt(1, 500)));
        lines.add(line);
        text.append(line).append(random.nextBoolean() ? "\r\n" : "\n");
      }
      InputStream pieces =
          new ByteArrayInputStream(text.toString().getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
              return super.read(bytes, offset, Math.min(length, random.nextInt(1, 3_000)));
            }
          };
      LineReader reader = new LineReader(pieces, MAX);
      List<String> read = new ArrayList<>();
      for (String line = next(reader); !line.equals("END"); line = next(reader)) {
        read.add(line);
      }
      assertEquals(lines, read, "seed " + seed);
    }
  }
}

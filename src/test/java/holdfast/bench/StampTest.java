package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class StampTest {
  private static OptionalLong find(String frame) {
    byte[] bytes = frame.getBytes(StandardCharsets.UTF_8);
    return Stamp.find(bytes, 0, bytes.length);
  }

  private static String stamp(long instant) {
    ByteBuffer out = ByteBuffer.allocate(Stamp.BYTES);
    Stamp.append(instant, out);
    return new String(out.array(), StandardCharsets.US_ASCII);
  }

  @Test
  void whatWasWrittenIsFoundAgain() {
    long now = System.nanoTime();
    for (long instant : new long[] {now, now - 3_600_000_000_000L, now + 86_400_000_000_000L}) {
      String frame = "{\"payload\":{\"seq\":1,\"text\":\"" + stamp(instant) + "words\"}}";
      assertEquals(OptionalLong.of(instant), find(frame));
    }
  }

  @Test
  void aTextWithoutAStampHasNone() {
    assertEquals(OptionalLong.empty(), find("{\"text\":\"@ann, have you seen bob today?\"}"));
    assertEquals(OptionalLong.empty(), find("{\"text\":\"hello, how are you doing?\"}"));
  }

  @Test
  void aStampThatIsCutOffIsNone() {
    String frame = "{\"text\":\"" + stamp(System.nanoTime());
    assertEquals(OptionalLong.empty(), find(frame.substring(0, frame.length() - 1)));
  }
}

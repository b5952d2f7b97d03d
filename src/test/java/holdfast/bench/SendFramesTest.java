package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class SendFramesTest {
  private final SendFrames frames = SendFrames.of("run1", List.of("@b", "@bench-receiver-2"));

  private String frame(long number, long turn) {
    return frame(frames, number, turn, 0);
  }

  private static String frame(Frames frames, long number, long turn, long instant) {
    ByteBuffer out = ByteBuffer.allocate(frames.bytesMax());
    frames.append(number, turn, instant, out);
    return new String(out.array(), 0, out.position(), StandardCharsets.UTF_8);
  }

  @Test
  void aFrameIsOneLineOfJsonWithItsNumberInBothPlaces() {
    for (long number : new long[] {0, 9, 10, 4711, Long.MAX_VALUE}) {
      String frame = frame(number, 1);
      assertEquals(frame.length() - 1, frame.indexOf('\n'));
      JsonNode json = new JsonMapper().readTree(frame);
      assertEquals("SEND", json.get("type").stringValue());
      assertEquals(number, json.get("id").longValue());
      assertEquals("run1-" + number, json.get("request_id").stringValue());
      assertEquals("@bench-receiver-2", json.get("payload").get("to").stringValue());
      assertEquals(SendFrames.TEXT_BYTES, json.get("payload").get("text").stringValue().length());
    }
  }

  @Test
  void theReceiversTakeTurns() {
    assertTrue(frame(1, 0).contains("\"@b\""));
    assertTrue(frame(1, 1).contains("\"@bench-receiver-2\""));
    assertTrue(frame(1, 2).contains("\"@b\""));
  }

  @Test
  void aRepeatIsTheSameFrame() {
    assertEquals(frame(77, 5), frame(77, 5));
  }

  @Test
  void aStampedTextIsAsLongAndSaysWhenItWasSent() {
    SendFrames stamped = SendFrames.stamped("run1", List.of("#room"));
    long instant = System.nanoTime();
    String frame = frame(stamped, 5, 0, instant);
    JsonNode payload = new JsonMapper().readTree(frame).get("payload");
    assertEquals(SendFrames.TEXT_BYTES, payload.get("text").stringValue().length());
    byte[] bytes = frame.getBytes(StandardCharsets.UTF_8);
    assertEquals(OptionalLong.of(instant), Stamp.find(bytes, 0, bytes.length));
    assertEquals(frame, frame(stamped, 5, 0, instant));
  }

  @Test
  void theLongestFrameFits() {
    assertEquals(frames.bytesMax(), frame(Long.MAX_VALUE, 1).length());
  }
}

package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.wire.ClientCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FixedFramesTest {
  private final FixedFrames frames =
      new FixedFrames(
          List.of(
              ClientCodec.request(SignIn.byPassword("0", "ann")),
              ClientCodec.request(SignIn.byToken("0", "h1.\"id\":0"))));

  private String frame(long number, long turn) {
    ByteBuffer out = ByteBuffer.allocate(frames.bytesMax());
    frames.append(number, turn, 0, out);
    return new String(out.array(), 0, out.position(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 10, 99, 100, 4_711, Long.MAX_VALUE})
  void onlyTheIdIsAnother(long number) {
    String id = Long.toString(number);
    String expected =
        new String(ClientCodec.request(SignIn.byPassword(id, "ann")), StandardCharsets.UTF_8);
    assertEquals(expected, frame(number, 0));
  }

  @Test
  void theyTakeTurns() {
    String second =
        new String(ClientCodec.request(SignIn.byToken("7", "h1.\"id\":0")), StandardCharsets.UTF_8);
    assertEquals(second, frame(7, 1));
    assertEquals(frame(7, 0), frame(7, 2));
  }
}

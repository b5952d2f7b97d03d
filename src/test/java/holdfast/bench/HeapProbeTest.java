package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class HeapProbeTest {
  @Test
  void theTotalIsTheLastLine() {
    assertEquals(
        OptionalLong.of(6_543_210),
        HeapProbe.total(
            List.of(
                " num     #instances         #bytes  class name",
                "   1:         12345        1234567  [B",
                "Total         98765        6543210")));
  }

  @Test
  void anotherAnswerIsNone() {
    assertEquals(OptionalLong.empty(), HeapProbe.total(List.of("java.io.IOException: denied")));
    assertEquals(OptionalLong.empty(), HeapProbe.total(List.of()));
  }
}

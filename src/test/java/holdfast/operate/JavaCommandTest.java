package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JavaCommandTest {
  @Test
  void itRunsThisProgramOnceMore() throws Exception {
    Process process =
        new ProcessBuilder(JavaCommand.with(List.of("--version")))
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertTrue(out.contains("holdfast "), out);
  }
}

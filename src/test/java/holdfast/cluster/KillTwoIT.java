package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.demo.KillTwo;
import holdfast.demo.Narrator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The check that test-scripts/kill-two-of-five.sh runs, with few rounds.
final class KillTwoIT {
  private static final int ROUNDS = 2;
  private static final int WRITERS = 4;

  @Test
  void twoOfFiveServersKilledUnderLoadLoseDoubleAndReorderNothing() throws Exception {
    StringWriter story = new StringWriter();
    Narrator narrator = new Narrator(new PrintWriter(story), false);
    assertTrue(KillTwo.run(ROUNDS, WRITERS, List.of(), narrator), story::toString);
  }
}

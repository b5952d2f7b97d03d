package holdfast.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SimulationTest {
  private static final long SEEDS = 500;

  /// What is never met is not tested.
  private static final long INSTALLS_LEAST = 200;

  @Test
  void noSeedBreaksAPromise() {
    StringBuilder failures = new StringBuilder();
    long installs = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        installs += Simulation.run(seed, new Trace(false)).installs();
      } catch (RuntimeException e) {
        failures.append(SimulationRunner.failure(seed, e)).append('\n');
      }
    }
    assertEquals("", failures.toString());
    assertTrue(installs > INSTALLS_LEAST, installs + " snapshots were installed");
  }

  @Test
  void aSeedRunsTheSameEveryTime() {
    for (long seed = 1; seed <= 20; seed++) {
      Trace first = new Trace(true);
      Trace second = new Trace(true);
      assertEquals(Simulation.run(seed, first), Simulation.run(seed, second));
      assertTrue(first.text().length() > 1_000, "seed " + seed + " has a trace");
      assertEquals(first.text(), second.text(), "seed " + seed);
    }
  }
}

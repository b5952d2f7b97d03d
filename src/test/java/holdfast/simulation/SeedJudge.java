package holdfast.simulation;

import holdfast.check.Check;
import java.util.function.LongFunction;

/// Runs a seed and says what it broke, or "" if nothing. Public and without types of its own in
/// what it says, so that a class loader with other classes of the same names can be asked, too.
public final class SeedJudge implements LongFunction<String> {
  @Override
  public String apply(long seed) {
    try {
      Simulation.run(seed, new Trace(false));
      return "";
    } catch (Violation | Check.Broken e) {
      return String.valueOf(e.getMessage());
    } catch (RuntimeException e) {
      return e.toString();
    }
  }
}

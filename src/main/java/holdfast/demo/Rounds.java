package holdfast.demo;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/// A check that hurts a cluster round after round, until one round does not go as it must. Then
/// logs and databases stay where they are, to be looked at.
final class Rounds {
  private final ClusterDrill drill;
  private final Narrator narrator;

  Rounds(ClusterDrill drill, Narrator narrator) {
    this.drill = drill;
    this.narrator = narrator;
  }

  /// What comes before the first round.
  @FunctionalInterface
  interface Preparation {
    void run() throws DrillException, IOException, InterruptedException, SQLException;
  }

  /// One round.
  @FunctionalInterface
  interface Round {
    /// Whether it went as it must; what it found is told by then.
    boolean run(int number) throws DrillException, IOException, InterruptedException, SQLException;
  }

  /// Whether all went as they must.
  boolean run(int rounds, Preparation preparation, Round round)
      throws IOException, InterruptedException, SQLException {
    try {
      preparation.run();
      for (int number = 1; number <= rounds; number++) {
        if (!round.run(number)) {
          return kept();
        }
      }
      return true;
    } catch (DrillException e) {
      narrator.bad("FAILED: " + e.getMessage());
      return kept();
    }
  }

  /// Tells what came of a round; whether there are no faults.
  boolean told(String line, List<String> faults) {
    if (faults.isEmpty()) {
      narrator.say(line);
      return true;
    }
    narrator.bad(line);
    faults.forEach(narrator::bad);
    return false;
  }

  private boolean kept() {
    narrator.say("Logs and databases are left in " + drill.cluster().folder());
    drill.cluster().keepFiles();
    return false;
  }
}

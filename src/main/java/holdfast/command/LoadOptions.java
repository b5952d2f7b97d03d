package holdfast.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// How often, and under how much load: of the checks that go round after round.
final class LoadOptions {
  static final int ROUNDS_MAX = 100_000;
  static final int WRITERS_MAX = 1_000;

  @Parameters(
      paramLabel = "ROUNDS",
      arity = "0..1",
      defaultValue = "10",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private int rounds = 10;

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many write at the same time (default: ${DEFAULT-VALUE}).")
  private int writers = 10;

  int rounds() {
    return rounds;
  }

  int writers() {
    return writers;
  }

  /// @throws ParameterException one of them is out of bounds
  void check(CommandSpec spec) {
    if (rounds < 1 || rounds > ROUNDS_MAX || writers < 1 || writers > WRITERS_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "ROUNDS goes from 1 to " + ROUNDS_MAX + ", --writers from 1 to " + WRITERS_MAX);
    }
  }
}

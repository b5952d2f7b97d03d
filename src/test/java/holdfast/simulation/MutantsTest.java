package holdfast.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A simulation that finds nothing proves nothing: each known mistake must be found.
final class MutantsTest {
  private static final int MUTANTS_LEAST = 8;

  /// A seed means something else after any change of the code; then as many are tried.
  private static final long OTHER_SEEDS = 1_500;

  static Stream<String> mutants() throws IOException {
    return Mutant.names().stream();
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void aMistakeIsFound(String name) throws IOException {
    Mutant mutant = Mutant.load(name);
    String broken = "";
    for (long seed : knownSeeds().getOrDefault(name, new long[0])) {
      broken = broken.isEmpty() ? mutant.judge(seed) : broken;
    }
    for (long seed = 1; seed <= OTHER_SEEDS && broken.isEmpty(); seed++) {
      broken = mutant.judge(seed);
    }
    assertNotEquals("", broken, name + " goes unnoticed; see test-scripts/mutants.sh");
  }

  @Test
  void thereAreEnoughMistakesToTry() throws IOException {
    List<String> names = Mutant.names();
    assertEquals(names.size(), Math.max(names.size(), MUTANTS_LEAST));
    assertEquals(names, List.copyOf(knownSeeds().keySet()));
  }

  private static Map<String, long[]> knownSeeds() throws IOException {
    Map<String, long[]> seeds = new TreeMap<>();
    for (String line : Files.readAllLines(MutantSearch.KNOWN_SEEDS)) {
      String[] words = line.split(" ", -1);
      seeds.put(words[0], Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray());
    }
    return seeds;
  }
}

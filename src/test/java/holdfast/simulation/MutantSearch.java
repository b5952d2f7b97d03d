package holdfast.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Tries every mutant on many seeds from the command line: `FROM COUNT [--rewrite | [--survivors]
/// NAME…]`. Prints how many seeds caught each, and what they said; with `--rewrite` the first ones
/// become the seeds known to catch it; with `--survivors` the seeds are 4 FROM, 4 FROM + 4 and so
/// on. Exit status 1 if one was not caught.
public final class MutantSearch {
  private static final int KNOWN_MAX = 5;

  private MutantSearch() {}

  public static void main(String[] arguments) throws IOException {
    long from = Long.parseLong(arguments[0]);
    long count = Long.parseLong(arguments[1]);
    List<String> rest = List.of(arguments).subList(2, arguments.length);
    boolean rewrite = rest.equals(List.of("--rewrite"));
    boolean survivors = !rest.isEmpty() && rest.getFirst().equals("--survivors");
    long stride = survivors ? Simulation.SURVIVORS_EVERY : 1;
    rest = survivors ? rest.subList(1, rest.size()) : rest;
    List<String> names = rest.isEmpty() || rewrite ? Mutant.names() : rest;
    List<String> known = new ArrayList<>();
    boolean allCaught = true;
    for (String name : names) {
      Mutant mutant = Mutant.load(name);
      List<Long> catching = new ArrayList<>();
      Map<String, Integer> said = new TreeMap<>();
      for (long number = from; number < from + count; number++) {
        long seed = number * stride;
        String broken = mutant.judge(seed);
        if (!broken.isEmpty()) {
          catching.add(seed);
          said.merge(broken.replaceAll("[0-9]+", "N"), 1, Integer::sum);
        }
      }
      allCaught &= !catching.isEmpty();
      List<Long> first = catching.subList(0, Math.min(KNOWN_MAX, catching.size()));
      System.out.println(
          name + ": caught by " + catching.size() + " of " + count + " seeds, first " + first);
      said.entrySet().stream()
          .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
          .limit(KNOWN_MAX)
          .forEach(entry -> System.out.println("  " + entry.getValue() + " x " + entry.getKey()));
      StringBuilder line = new StringBuilder(name);
      first.forEach(seed -> line.append(' ').append(seed));
      known.add(line.toString());
    }
    if (rewrite) {
      Files.write(KNOWN_SEEDS, known);
    }
    System.exit(allCaught ? 0 : 1);
  }

  /// A line a mutant: its name and seeds that caught it.
  static final Path KNOWN_SEEDS = Mutant.FOLDER.resolve("seeds.txt");
}

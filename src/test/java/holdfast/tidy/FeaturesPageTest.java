package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every row of the features names tests that exist, each by one name: with its folder where more
/// than one class is called so.
final class FeaturesPageTest {
  private static final Path TESTS = Path.of("src/test/java/holdfast");

  /// Head and body of the tables: three columns each.
  private static List<String> rows() {
    List<String> rows =
        Page.of("docs/FEATURES.md").prose().stream()
            .filter(line -> line.startsWith("|") && !line.startsWith("|---"))
            .filter(line -> !line.endsWith("| shown by |"))
            .toList();
    assertTrue(rows.size() > 30, "the tables are not where they were");
    return rows;
  }

  /// As `folder/Class`.
  private static List<String> classes() throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      return files
          .map(file -> TESTS.relativize(file).toString())
          .filter(name -> name.matches(".*(?:Test|IT)\\.java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .toList();
    }
  }

  @Test
  void everyRowNamesTestsThatExistAndNoneTwice() throws IOException {
    List<String> classes = classes();
    List<String> faults = new ArrayList<>();
    for (String row : rows()) {
      String[] cells = row.split("\\|", -1);
      assertEquals(5, cells.length, row);
      Set<String> tests = Page.codes(cells[3]);
      if (tests.isEmpty()) {
        faults.add("shown by nothing: " + cells[1].strip());
      }
      for (String test : tests) {
        long found = classes.stream().filter(name -> ("/" + name).endsWith("/" + test)).count();
        if (found != 1) {
          faults.add(test + " is the name of " + found + " tests");
        }
      }
    }
    assertEquals(List.of(), faults);
  }
}

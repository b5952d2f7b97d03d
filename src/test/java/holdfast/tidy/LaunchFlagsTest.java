package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The JVM's flags stand in the launch script; what repeats them says the same.
final class LaunchFlagsTest {
  private static final Path SCRIPT = Path.of("setup_distributed.sh");
  private static final Path IN_A_CONTAINER = Path.of("docs/deploy/holdfast");
  private static final Path DECISION = Path.of("docs/adr/0009-jvm-flags.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(-[^`]+)` \\|");

  private static final Pattern NOT_INLINED = Pattern.compile("dontinline,([^: ]+)::");

  private static String value(Path file, String name) throws IOException {
    Matcher line = Pattern.compile("(?m)^" + name + "=\"(.*)\"$").matcher(Files.readString(file));
    return line.results().map(found -> found.group(1)).findFirst().orElseThrow();
  }

  @Test
  void aContainerStartsJavaWithTheSameFlags() throws IOException {
    assertEquals(value(SCRIPT, "JVM_TUNING"), value(IN_A_CONTAINER, "tuning"));
    assertEquals(value(SCRIPT, "JVM_HUGE_PAGES"), value(IN_A_CONTAINER, "huge_pages"));
    assertEquals(value(SCRIPT, "JVM_NEEDED"), value(IN_A_CONTAINER, "needed"));
  }

  /// The JVM says nothing of a class that it does not find.
  @Test
  void whatIsNotInlinedIsThere() throws Exception {
    List<String> classes =
        NOT_INLINED
            .matcher(value(SCRIPT, "JVM_TUNING"))
            .results()
            .map((MatchResult flag) -> flag.group(1))
            .toList();
    assertFalse(classes.isEmpty());
    for (String name : classes) {
      Class.forName(name, false, getClass().getClassLoader());
    }
  }

  @Test
  void everyFlagHasItsReason() throws IOException {
    String flags =
        String.join(
            " ",
            value(SCRIPT, "JVM_TUNING"),
            value(SCRIPT, "JVM_HUGE_PAGES"),
            value(SCRIPT, "JVM_NEEDED"));
    assertFalse(flags.isBlank());
    TreeSet<String> explained = new TreeSet<>();
    ROW.matcher(Files.readString(DECISION))
        .results()
        .map((MatchResult row) -> row.group(1))
        .forEach(explained::add);
    assertEquals(new TreeSet<>(List.of(flags.split(" ", -1))), explained);
  }
}

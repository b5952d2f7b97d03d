package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the decisions that name versions and flags to what is used.
final class DecisionsPageTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>[^<]+</groupId>\\s*<artifactId>([^<]+)</artifactId>"
              + "\\s*(?:<version>\\$\\{([^}]+)}</version>)?");
  private static final Pattern PROPERTY = Pattern.compile("<([a-z0-9.]+\\.version)>([^<]+)</");
  private static final Pattern FLAGS =
      Pattern.compile("(?m)^JVM_(TUNING|HUGE_PAGES|NEEDED)=\"([^\"]+)\"");

  @Test
  void everyDependencyIsDefendedWithItsVersion() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    Map<String, String> versions = new TreeMap<>();
    Matcher property = PROPERTY.matcher(pom);
    while (property.find()) {
      versions.put(property.group(1), property.group(2));
    }
    Map<String, String> used = new TreeMap<>();
    Matcher dependency = DEPENDENCY.matcher(pom);
    while (dependency.find()) {
      if (!dependency.group(1).equals("junit-bom")) {
        // JUnit's own has its version from the bill of materials.
        String version = dependency.group(2) == null ? "junit.version" : dependency.group(2);
        used.put(dependency.group(1), versions.get(version));
      }
    }
    Map<String, String> defended = new TreeMap<>();
    for (List<String> row : Page.of("docs/adr/0002-dependencies.md").table()) {
      defended.put(row.get(0).replace("`", ""), row.get(1));
    }
    assertEquals(used, defended);
  }

  @Test
  void everyFlagOfTheJvmIsDefended() throws IOException {
    TreeSet<String> used = new TreeSet<>();
    Matcher flags = FLAGS.matcher(Files.readString(Path.of("setup_distributed.sh")));
    while (flags.find()) {
      String group =
          switch (flags.group(1)) {
            case "TUNING" -> "tuning";
            case "HUGE_PAGES" -> "huge pages";
            default -> "needed";
          };
      for (String flag : flags.group(2).split(" ", -1)) {
        used.add(flag + " " + group);
      }
    }
    TreeSet<String> defended = new TreeSet<>();
    for (List<String> row : Page.of("docs/adr/0009-jvm-flags.md").table()) {
      defended.add(row.get(0).replace("`", "") + " " + row.get(1));
    }
    assertEquals(used, defended);
  }
}

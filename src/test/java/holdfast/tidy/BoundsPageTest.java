package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds the table of bounds in docs/DESIGN.md to the constants, and to the defaults of records of
/// settings.
final class BoundsPageTest {
  private static final Map<String, Long> UNITS =
      Map.of(
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "min", 60_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20);

  @Test
  void everyBoundOfTheTableIsWhatTheCodeSays() throws ReflectiveOperationException, IOException {
    List<String> wrong = new ArrayList<>();
    List<List<String>> rows = Page.of("docs/DESIGN.md").section("## Bounds").table();
    for (List<String> row : rows) {
      String name = row.get(0).replace("`", "");
      long page = onPage(row.get(1), row.get(2));
      long code = inCode(name);
      if (page != code) {
        wrong.add(name + ": the page says " + page + ", the code " + code);
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(rows.size() > 50, "a table of " + rows.size());
  }

  /// Times in nanoseconds, sizes in bytes, all else as it stands.
  private static long onPage(String value, String unit) {
    long number = Long.parseLong(value.replace(",", ""));
    return number * UNITS.getOrDefault(unit.split(" ", 2)[0], 1L);
  }

  private static long inCode(String name) throws ReflectiveOperationException, IOException {
    String[] parts = name.split("\\.", -1);
    Class<?> type = type(parts[0]);
    if (Character.isUpperCase(parts[1].charAt(0))) {
      Field field = type.getDeclaredField(parts[1]);
      field.setAccessible(true);
      return normal(parts[1], field.get(null));
    }
    Method defaults = type.getDeclaredMethod("defaults");
    Method component = type.getDeclaredMethod(parts[1]);
    return normal(parts[1], component.invoke(defaults.invoke(null)));
  }

  private static long normal(String name, Object value) {
    if (value instanceof Duration duration) {
      return duration.toNanos();
    }
    long number = ((Number) value).longValue();
    return name.endsWith("_MS") ? number * UNITS.get("ms") : number;
  }

  private static Class<?> type(String simpleName) throws ReflectiveOperationException, IOException {
    Path sources = Path.of("src/main/java");
    try (Stream<Path> files = Files.walk(sources)) {
      Path file =
          files
              .filter(path -> path.endsWith(simpleName + ".java"))
              .findFirst()
              .orElseThrow(() -> new ClassNotFoundException(simpleName));
      String path = sources.relativize(file).toString();
      String name = path.substring(0, path.length() - ".java".length()).replace('/', '.');
      return Class.forName(name);
    }
  }
}

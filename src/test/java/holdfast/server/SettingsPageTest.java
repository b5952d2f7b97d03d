package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds the table of settings in docs/OPERATING.md to `Setting`, and every `--set` in a document
/// to a key that exists.
final class SettingsPageTest {
  private static final Pattern SET = Pattern.compile("--set ([a-z]+(?:\\.[a-z]+)+)=");

  @Test
  void thePageHasEveryKeyWithItsDefaultAndWhatIsAllowed() throws IOException {
    List<String> code = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      String byDefault = setting.byDefault().isEmpty() ? "–" : "`" + setting.byDefault() + "`";
      code.add("`%s` | %s | %s".formatted(setting.key(), byDefault, setting.allowed()));
    }
    List<String> page = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("docs/OPERATING.md"))) {
      String[] cells = line.split(" \\| ", -1);
      if (line.startsWith("| `") && cells.length == 4) {
        page.add(String.join(" | ", cells[0].substring(2), cells[1], cells[2]));
      }
    }
    assertEquals(String.join("\n", code), String.join("\n", page));
  }

  @Test
  void everyKeySetInADocumentExists() throws IOException {
    List<Path> files = new ArrayList<>(List.of(Path.of("README.md")));
    try (Stream<Path> below = Files.walk(Path.of("docs"))) {
      below.filter(file -> file.toString().endsWith(".md")).forEach(files::add);
    }
    for (Path file : files) {
      Matcher set = SET.matcher(Files.readString(file));
      while (set.find()) {
        assertTrue(Setting.named(set.group(1)).isPresent(), file + ": " + set.group());
      }
    }
  }
}

package holdfast.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Emoji by their names, like `:tada:`.
final class Emoji {
  private static final Pattern NAME = Pattern.compile(":([a-z0-9_+-]+):");
  private static final Map<String, String> ALL = read();

  private Emoji() {}

  /// By name without the colons, in the order of names.
  static Map<String, String> all() {
    return ALL;
  }

  /// The text with names that are known replaced.
  static String expand(String text) {
    Matcher names = NAME.matcher(text);
    StringBuilder expanded = new StringBuilder();
    int from = 0;
    // What is no name may end where one begins: 12:30:tada:
    while (names.find(from)) {
      String emoji = ALL.get(names.group(1));
      int to = emoji == null ? names.end() - 1 : names.start();
      expanded.append(text, from, to);
      if (emoji != null) {
        expanded.append(emoji);
        to = names.end();
      }
      from = to;
    }
    return expanded.append(text.substring(from)).toString();
  }

  private static Map<String, String> read() {
    Map<String, String> emoji = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Emoji.class.getResourceAsStream("emoji.txt"), StandardCharsets.UTF_8))) {
      lines.lines().map(line -> line.split(" ", 2)).forEach(parts -> emoji.put(parts[1], parts[0]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return emoji;
  }
}

package peers;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What one run found out: a flat JSON object of numbers, texts and lists of numbers, on one line.
final class Report {
  private final StringBuilder json = new StringBuilder();

  void put(String name, Object value) {
    json.append(json.isEmpty() ? "" : ",").append(quoted(name)).append(':');
    if (value instanceof Number || value instanceof List<?>) {
      json.append(value);
    } else {
      json.append(quoted(String.valueOf(value)));
    }
  }

  private static String quoted(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
    return '"' + escaped.replaceAll("\\p{Cntrl}", " ") + '"';
  }

  @Override
  public String toString() {
    return "{" + json + "}";
  }

  /// The number under `name` in a line written by this class, or NaN.
  static double number(String line, String name) {
    Matcher found = Pattern.compile(Pattern.quote(quoted(name)) + ":(-?[0-9.E]+)").matcher(line);
    return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
  }

  /// The text under `name` in a line written by this class, or the empty one.
  static String text(String line, String name) {
    Matcher found = Pattern.compile(Pattern.quote(quoted(name)) + ":\"([^\"]*)").matcher(line);
    return found.find() ? found.group(1) : "";
  }

  /// The list under `name` in a line written by this class.
  static List<Long> longs(String line, String name) {
    Matcher found = Pattern.compile(Pattern.quote(quoted(name)) + ":\\[([0-9, ]*)]").matcher(line);
    if (!found.find() || found.group(1).isBlank()) {
      return List.of();
    }
    return List.of(found.group(1).split(", *", -1)).stream().map(Long::valueOf).toList();
  }
}

package holdfast.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A document of the project, taken apart as far as tests need: sections, tables, code spans. What
/// stands in fenced blocks is no table and no link.
final class Page {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private final Path file;
  private final List<String> lines;

  private Page(Path file, List<String> lines) {
    this.file = file;
    this.lines = lines;
  }

  /// Reads a document by its path from the project's root.
  static Page of(String path) {
    return of(Path.of(path));
  }

  static Page of(Path file) {
    try {
      return new Page(file, Files.readAllLines(file));
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
  }

  Path file() {
    return file;
  }

  /// The lines between `heading` (with its `#`s) and the next heading of any level.
  Page section(String heading) {
    int start = lines.indexOf(heading);
    if (start < 0) {
      throw new IllegalStateException(file + " has no section '" + heading + "'");
    }
    List<String> own = new ArrayList<>();
    for (String line : lines.subList(start + 1, lines.size())) {
      if (line.matches("#+ .*")) {
        break;
      }
      own.add(line);
    }
    return new Page(file, own);
  }

  /// The rows of the page's only table, without its head.
  List<List<String>> table() {
    List<List<String>> rows = new ArrayList<>();
    for (String line : prose()) {
      if (line.startsWith("|")) {
        rows.add(cells(line));
      }
    }
    if (rows.size() < 3) {
      throw new IllegalStateException(file + ": there is no table where one is expected");
    }
    return rows.subList(2, rows.size());
  }

  private static List<String> cells(String line) {
    String[] parts = line.split("\\|", -1);
    List<String> cells = new ArrayList<>();
    for (int i = 1; i < parts.length - 1; i++) {
      cells.add(parts[i].strip());
    }
    return cells;
  }

  /// The lines outside of fenced blocks.
  List<String> prose() {
    List<String> prose = new ArrayList<>();
    boolean fenced = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else if (!fenced) {
        prose.add(line);
      }
    }
    return prose;
  }

  /// All lines.
  List<String> lines() {
    return List.copyOf(lines);
  }

  /// What stands in code type in `text`.
  static Set<String> codes(String text) {
    TreeSet<String> found = new TreeSet<>();
    Matcher code = CODE.matcher(text);
    while (code.find()) {
      found.add(code.group(1));
    }
    return found;
  }
}

package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the documents point at is there: links, files, classes.
final class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)]+)\\)");

  /// A class of the project, or one with a member behind it.
  private static final Pattern CLASS =
      Pattern.compile("([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(\\..+)?");

  private static final Pattern PATH =
      Pattern.compile("((?:src|test-scripts|docs|\\.ci)/[A-Za-z0-9_./-]+|[a-z_]+\\.(?:txt|patch))");

  private static final Path SCRIPTS = Path.of("src/test/resources/holdfast/replication");
  private static final Path MUTANTS = Path.of("src/test/resources/mutants");

  @Test
  void everyRelativeLinkLeadsSomewhere() {
    List<String> broken = new ArrayList<>();
    for (Page page : Documents.all()) {
      for (String link : links(page)) {
        if (!link.matches("[a-z]+:.*") && !leadsSomewhere(page, link)) {
          broken.add(page.file() + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  private static List<String> links(Page page) {
    List<String> links = new ArrayList<>();
    for (String line : page.prose()) {
      Matcher link = LINK.matcher(line);
      while (link.find()) {
        links.add(link.group(1));
      }
    }
    return links;
  }

  private static boolean leadsSomewhere(Page from, String link) {
    String[] parts = link.split("#", 2);
    Path target =
        parts[0].isEmpty() ? from.file() : from.file().resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1 || Documents.anchors(Page.of(target)).contains(parts[1]);
  }

  @Test
  void everyFileNamedInADocumentIsThere() {
    List<String> missing = new ArrayList<>();
    for (Page page : Documents.all()) {
      for (String code : codes(page)) {
        Matcher path = PATH.matcher(code.split(" ", 2)[0]);
        if (path.matches() && !exists(path.group(1))) {
          missing.add(page.file() + ": " + code);
        }
      }
    }
    assertEquals(List.of(), missing);
  }

  /// Scripts of several replicas and mutants are named without their folders.
  private static boolean exists(String path) {
    if (path.contains("/")) {
      return Files.exists(Path.of(path));
    }
    return Files.exists((path.endsWith(".patch") ? MUTANTS : SCRIPTS).resolve(path));
  }

  @Test
  void everyClassNamedInADocumentExists() throws IOException {
    Set<String> known = classes();
    List<String> unknown = new ArrayList<>();
    for (Page page : Documents.all()) {
      for (String code : codes(page)) {
        Matcher named = CLASS.matcher(code);
        if (named.matches() && !known.contains(named.group(1))) {
          unknown.add(page.file() + ": " + code);
        }
      }
    }
    assertEquals(List.of(), unknown);
  }

  /// The source files' names, and those of others that documents speak of.
  private static Set<String> classes() throws IOException {
    Set<String> names = new TreeSet<>(Set.of("Thread", "HdrHistogram"));
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .forEach(name -> names.add(name.substring(0, name.length() - ".java".length())));
    }
    return names;
  }

  private static Set<String> codes(Page page) {
    Set<String> codes = new TreeSet<>();
    page.prose().forEach(line -> codes.addAll(Page.codes(line)));
    return codes;
  }

  @Test
  void noDocumentLeavesAFenceOpen() {
    for (Page page : Documents.all()) {
      long fences = page.lines().stream().filter(line -> line.startsWith("```")).count();
      assertEquals(0, fences % 2, page.file() + " has a fence that is not closed");
    }
  }

  @Test
  void everyDecisionHasANumberOfItsOwnAndItsFourParts() {
    Set<String> numbers = new TreeSet<>();
    for (Page page : Documents.all()) {
      String file = page.file().toString();
      if (file.startsWith("docs/adr/")) {
        String text = String.join("\n", page.lines());
        String number = page.file().getFileName().toString().substring(0, 4);
        assertTrue(numbers.add(number), "given twice: " + number);
        assertEquals(
            "# " + Integer.parseInt(number) + ".", page.lines().getFirst().split(" [A-Z]", 2)[0]);
        for (String part : List.of("**Decided.**", "**Why.**", "**Instead of", "**Cost.**")) {
          assertTrue(text.contains(part), file + " lacks " + part);
        }
      }
    }
  }
}

package holdfast.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// All documents of the project, and what tests want to know of them together.
final class Documents {
  private Documents() {}

  /// README, CHANGELOG, and everything in docs.
  static List<Page> all() {
    List<Path> files = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CHANGELOG.md")));
    try (Stream<Path> below = Files.walk(Path.of("docs"))) {
      below.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files.stream().map(Page::of).toList();
  }

  /// The anchors of a page's headings, as forges make them: lower case, punctuation left out,
  /// spaces as hyphens.
  static List<String> anchors(Page page) {
    return page.prose().stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .toList();
  }
}

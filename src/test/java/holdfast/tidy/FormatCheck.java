package holdfast.tidy;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Checks (or, with `write`, restores) google-java-format's layout of every source file below a
/// folder. The build runs it on the toolchain's JDK; exit status 1 if a file is not formatted.
public final class FormatCheck {
  private FormatCheck() {}

  public static void main(String[] arguments) throws IOException {
    boolean write = arguments[0].equals("write");
    Formatter formatter = new Formatter(JavaFormatterOptions.defaultOptions());
    int unformatted = 0;
    for (Path file : sources(Path.of(arguments[1]))) {
      String text = Files.readString(file);
      String formatted;
      try {
        formatted =
            ImportOrderer.reorderImports(
                RemoveUnusedImports.removeUnusedImports(text), JavaFormatterOptions.Style.GOOGLE);
        formatted = formatter.formatSource(formatted);
      } catch (FormatterException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
      if (!formatted.equals(text)) {
        unformatted++;
        if (write) {
          Files.writeString(file, formatted);
        }
        System.err.println((write ? "formatted " : "not formatted: ") + file);
      }
    }
    if (unformatted > 0 && !write) {
      System.err.println("To format: mvn -q process-test-classes -Dformat.mode=write");
      System.exit(1);
    }
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }
}

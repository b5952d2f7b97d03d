package holdfast.console;

import java.util.Optional;
import org.jline.utils.AttributedString;

/// Where a person reads and types. Printing is safe from any thread, also while a line is being
/// typed.
interface Screen extends AutoCloseable {
  /// The next line; empty at the end of input (Ctrl-D, or Ctrl-C with nothing typed). A line given
  /// up by Ctrl-C is an empty line.
  Optional<String> readLine(String prompt);

  /// The same, not shown and not remembered.
  Optional<String> readSecret(String prompt);

  /// Text that is safe to print (Safe).
  void print(AttributedString line);

  /// Columns to wrap at; 0: do not wrap.
  int columns();

  /// Somebody sees what is typed, so it need not be shown again.
  boolean echoes();

  @Override
  void close();
}

package holdfast.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;
import org.jline.utils.AttributedString;

/// A pipe, a file or a terminal that can only print lines: no colours, no prompts where nobody
/// types.
final class PlainScreen implements Screen {
  private final BufferedReader in;
  private final PrintWriter out;
  private final Optional<Function<String, Optional<String>>> secrets;

  /// @param secrets asks for a secret without showing it, where somebody types: then there are
  ///   prompts, too
  PlainScreen(
      BufferedReader in, PrintWriter out, Optional<Function<String, Optional<String>>> secrets) {
    this.in = in;
    this.out = out;
    this.secrets = secrets;
  }

  @Override
  public Optional<String> readLine(String prompt) {
    if (secrets.isPresent()) {
      out.print(prompt);
      out.flush();
    }
    try {
      return Optional.ofNullable(in.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<String> readSecret(String prompt) {
    return secrets.isPresent() ? secrets.get().apply(prompt) : readLine(prompt);
  }

  @Override
  public void print(AttributedString line) {
    out.println(line.toString());
    out.flush();
  }

  @Override
  public int columns() {
    return 0;
  }

  @Override
  public boolean echoes() {
    return secrets.isPresent();
  }

  @Override
  public void close() {
    out.flush();
  }
}

package holdfast.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;

/// A terminal with line editing: what others say appears above the line being typed.
final class JLineScreen implements Screen {
  /// Lines that the arrow keys bring back.
  private static final int HISTORY_LINES = 500;

  private static final char MASK = '*';

  private final Terminal terminal;
  private final LineReader reader;
  private final boolean colours;

  JLineScreen(Terminal terminal, boolean colours) {
    this.terminal = terminal;
    this.colours = colours;
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("holdfast")
            .completer(
                new StringsCompleter("/register", "/password", "/delete-account", "/help", "/quit"))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
            .build();
  }

  @Override
  public Optional<String> readLine(String prompt) {
    return read(() -> reader.readLine(prompt));
  }

  @Override
  public Optional<String> readSecret(String prompt) {
    reader.setVariable(LineReader.DISABLE_HISTORY, true);
    try {
      return read(() -> reader.readLine(prompt, MASK));
    } finally {
      reader.setVariable(LineReader.DISABLE_HISTORY, false);
    }
  }

  private interface Reading {
    String line();
  }

  private static Optional<String> read(Reading reading) {
    try {
      return Optional.of(reading.line());
    } catch (UserInterruptException e) {
      return e.getPartialLine().isEmpty() ? Optional.empty() : Optional.of("");
    } catch (EndOfFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void print(AttributedString line) {
    reader.printAbove(colours ? line : new AttributedString(line.toString()));
  }

  @Override
  public int columns() {
    return Math.max(0, terminal.getSize().getColumns());
  }

  @Override
  public boolean echoes() {
    return true;
  }

  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

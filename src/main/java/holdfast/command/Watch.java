package holdfast.command;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;

/// A text that is shown anew each second. On a terminal it is drawn over the one before, and q or
/// Ctrl-C ends it; elsewhere each follows the one before, until nobody reads them.
final class Watch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";

  private final PrintWriter out;
  private final Optional<Terminal> terminal;
  private final Optional<Attributes> before;
  private final CountDownLatch interrupted = new CountDownLatch(1);

  private Watch(PrintWriter out, Optional<Terminal> terminal) {
    this.out = out;
    this.terminal = terminal;
    this.before = terminal.map(Terminal::enterRawMode);
    terminal.ifPresent(screen -> screen.handle(Terminal.Signal.INT, _ -> interrupted.countDown()));
  }

  /// @param plain for programs: never drawn over
  static Watch open(PrintWriter out, boolean plain) throws IOException {
    boolean isTerminal =
        Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    return new Watch(
        out,
        isTerminal && !plain
            ? Optional.of(TerminalBuilder.builder().system(true).build())
            : Optional.empty());
  }

  /// Shows `text` for a second; false: no more is wanted.
  boolean show(String text) throws IOException, InterruptedException {
    if (terminal.isEmpty()) {
      out.print(text);
      // Also flushes.
      boolean isRead = !out.checkError();
      return isRead && !interrupted.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
    Terminal screen = terminal.get();
    screen.writer().print(HOME_AND_CLEAR + text + "\nq or Ctrl-C ends this\n");
    screen.flush();
    return !quits(screen.reader());
  }

  private boolean quits(NonBlockingReader keys) throws IOException {
    long deadline = System.nanoTime() + PAUSE.toNanos();
    while (interrupted.getCount() > 0) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      int key = keys.read(left);
      if (key == 'q' || key == 'Q' || key == NonBlockingReader.EOF) {
        return true;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    if (terminal.isPresent()) {
      before.ifPresent(terminal.get()::setAttributes);
      terminal.get().close();
    }
  }
}

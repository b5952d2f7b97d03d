package holdfast.console;

import java.util.concurrent.TimeUnit;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

/// A whole terminal. The thread that reads keys hands on what the editor makes of them; the loop's
/// thread alone writes to the terminal.
final class FullScreen implements Face {
  /// Between two bells.
  private static final long BELL_PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  /// Characters of a notification.
  private static final int ALERT_MAX = 200;

  private final Terminal terminal;
  private final Display display;
  private final Attributes before;

  /// For a console that is ended from outside.
  private final Thread giveBack = new Thread(this::restore, "console-give-back");

  private volatile Thread reader;
  private volatile boolean stopped;
  private Size size = Size.of(0, 0);
  private long nextBell = System.nanoTime();
  private boolean anew = true;

  /// Takes the terminal over; `close` gives it back as it was.
  FullScreen(Terminal terminal) {
    this.terminal = terminal;
    this.display = new Display(terminal, true);
    this.before = terminal.getAttributes();
    this.reader = Thread.currentThread();
    Attributes keys = new Attributes(before);
    // Ctrl-C and Ctrl-Z are keys like others here, for the system and for JLine.
    keys.setLocalFlag(Attributes.LocalFlag.ISIG, false);
    keys.setControlChar(Attributes.ControlChar.VINTR, 0);
    keys.setControlChar(Attributes.ControlChar.VQUIT, 0);
    keys.setControlChar(Attributes.ControlChar.VSUSP, 0);
    terminal.setAttributes(keys);
    terminal.puts(Capability.enter_ca_mode);
    terminal.flush();
    Runtime.getRuntime().addShutdownHook(giveBack);
  }

  /// The terminal's size; the usual one where it does not know its own.
  static Model.Window window(Terminal terminal) {
    Size size = terminal.getSize();
    boolean known = size.getColumns() > 0 && size.getRows() > 0;
    return known
        ? new Model.Window(size.getColumns(), size.getRows())
        : new Model.Window(USUAL_COLUMNS, USUAL_ROWS);
  }

  @Override
  public void read(Loop loop) {
    reader = Thread.currentThread();
    Editor editor =
        new Editor(
            terminal,
            new Completion(loop::model),
            loop::post,
            loop::editing,
            () -> loop.model().settings().vi());
    try {
      if (!stopped) {
        editor.readLine("");
      }
    } catch (EndOfFileException | UserInterruptException e) {
      // Ctrl-D; or the loop has ended, or the terminal is gone.
      loop.post(new Happening.Typed("/quit"));
    }
  }

  @Override
  public void show(Model model) {
    Size now = Size.of(model.window().columns(), model.window().rows());
    if (anew || !now.equals(size)) {
      size = now;
      display.resize(size);
      display.clear();
      anew = false;
    }
    Frame frame = Painter.frame(model);
    int row = Math.min(frame.cursorRow(), size.getRows() - 1);
    int column = Math.min(frame.cursorColumn(), size.getColumns() - 1);
    display.update(frame.lines(), size.cursorPos(row, column));
  }

  @Override
  public void alert(String text) {
    long now = System.nanoTime();
    if (now - nextBell < 0) {
      return;
    }
    nextBell = now + BELL_PAUSE_NS;
    String safe = Safe.line(text);
    String brief =
        safe.substring(
            0,
            safe.offsetByCodePoints(0, Math.min(ALERT_MAX, safe.codePointCount(0, safe.length()))));
    // OSC 9: terminals that know it show a notification of the desktop; the others ignore it.
    terminal.writer().write("\u001b]9;" + brief + "\u001b\\\u0007");
    terminal.flush();
  }

  @Override
  public void redraw() {
    anew = true;
  }

  @Override
  public void stop() {
    stopped = true;
    reader.interrupt();
  }

  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(giveBack);
    } catch (IllegalStateException e) {
      // It is running already.
    }
    if (interrupted && !stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void restore() {
    try {
      terminal.puts(Capability.exit_ca_mode);
      terminal.puts(Capability.keypad_local);
      terminal.writer().write(Editor.BRACKETED_PASTE_OFF);
      terminal.flush();
      terminal.setAttributes(before);
    } catch (IllegalStateException e) {
      // It is closed already, and with that as it was.
    }
  }
}

package holdfast.console;

import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.LineReader;
import org.jline.reader.Reference;
import org.jline.reader.Widget;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;

/// JLine's line editor (emacs and vi keys, Ctrl-R, undo, pasting, completion) that draws nothing
/// itself: it lays its lines out and hands them on, and a finished line does not end it.
final class Editor extends LineReaderImpl {
  /// Lines that the arrow keys bring back.
  private static final int HISTORY_LINES = 500;

  /// Whether Escape begins a key or is one is decided after so long, ms.
  private static final long ESCAPE_MS = 50;

  private static final String ALT = "\u001b";

  private final Consumer<Happening> happens;
  private final Consumer<InputView> edited;
  private final BooleanSupplier wantsVi;
  private boolean wantedVi;

  /// @param happens is told what was typed and pressed, on the thread that reads
  /// @param edited is told how the line stands; must not wait
  /// @param wantsVi whether keys are as in vi, as far as that is known; asked before each key
  Editor(
      Terminal terminal,
      Completion completion,
      Consumer<Happening> happens,
      Consumer<InputView> edited,
      BooleanSupplier wantsVi) {
    super(terminal, "holdfast", null);
    this.happens = happens;
    this.edited = edited;
    this.wantsVi = wantsVi;
    setCompleter(completion);
    setParser(new WordParser());
    setHistory(new DefaultHistory());
    setVariable(LineReader.HISTORY_SIZE, HISTORY_LINES);
    setVariable(LineReader.AMBIGUOUS_BINDING, ESCAPE_MS);
    setVariable(LineReader.BELL_STYLE, "none");
    option(Option.DISABLE_EVENT_EXPANSION, true);
    option(Option.MENU_COMPLETE, true);
    option(Option.AUTO_LIST, false);
    option(Option.AUTO_FRESH_LINE, false);
    option(Option.CASE_INSENSITIVE, true);
    widgets.put(LineReader.ACCEPT_LINE, this::accepted);
    widgets.put(LineReader.INTERRUPT, this::givenUp);
    for (String map : List.of(LineReader.EMACS, LineReader.VIINS, LineReader.VICMD)) {
      bind(keyMaps.get(map), map);
    }
    vi(false);
  }

  private void vi(boolean on) {
    keyMaps.put(LineReader.MAIN, keyMaps.get(on ? LineReader.VIINS : LineReader.EMACS));
  }

  @Override
  public Binding readBinding(KeyMap<Binding> keys, KeyMap<Binding> local) {
    boolean now = wantsVi.getAsBoolean();
    if (now != wantedVi) {
      wantedVi = now;
      vi(now);
    }
    return super.readBinding(keys, local);
  }

  private void bind(KeyMap<Binding> keys, String map) {
    key(keys, Happening.Key.PAGE_UP, "\u001b[5~", ALT + "v");
    key(keys, Happening.Key.PAGE_DOWN, "\u001b[6~");
    key(keys, Happening.Key.BOTTOM, "\u001b[1;3F", ALT + ">");
    key(keys, Happening.Key.NEXT, KeyMap.ctrl('N'), "\u001b[1;3B");
    key(keys, Happening.Key.PREVIOUS, KeyMap.ctrl('P'), "\u001b[1;3A");
    key(keys, Happening.Key.NEXT_UNREAD, ALT + "a");
    key(keys, Happening.Key.LAST, ALT + "/");
    key(keys, Happening.Key.NUMBERS, ALT + "n");
    for (int digit = 1; digit <= 9; digit++) {
      int number = digit;
      keys.bind(pressed(() -> happens.accept(new Happening.Picked(number))), ALT + digit);
    }
    keys.bind(new Reference(LineReader.CLEAR_SCREEN), KeyMap.ctrl('L'));
    if (map.equals(LineReader.EMACS)) {
      // In vi, Escape and then Enter sends; `o` begins another line.
      keys.bind(pressed(() -> buf.write('\n')), ALT + "\r", ALT + "\n");
    }
    keys.bind(new Reference(LineReader.INTERRUPT), KeyMap.ctrl('C'));
  }

  private void key(KeyMap<Binding> keys, Happening.Key key, CharSequence... sequences) {
    keys.bind(pressed(() -> happens.accept(new Happening.Pressed(key))), sequences);
  }

  private static Widget pressed(Runnable action) {
    return () -> {
      action.run();
      return true;
    };
  }

  /// Instead of ending: the line is handed on, and the next one begins.
  private boolean accepted() {
    String line = buf.toString();
    if (!line.isBlank()) {
      history.add(Instant.now(), line);
      if (InputParser.parse(line) instanceof Input.Keys(var vi)) {
        vi(vi);
      }
      happens.accept(new Happening.Typed(line));
    }
    begun();
    return true;
  }

  /// What was typed is not sent; the arrow key up brings it back.
  private boolean givenUp() {
    if (buf.length() > 0) {
      history.add(Instant.now(), buf.toString());
    }
    begun();
    return true;
  }

  private void begun() {
    buf.clear();
    undo.clear();
    history.moveToEnd();
    modifiedHistory.clear();
    post = null;
    keyMap = LineReader.MAIN;
  }

  @Override
  protected void redisplay(boolean flush) {
    lock.lock();
    try {
      if (skipRedisplay) {
        skipRedisplay = false;
        return;
      }
      int columns = Math.max(Wrapping.COLUMNS_MIN, FullScreen.window(terminal).columns());
      List<AttributedString> below =
          post == null ? List.of() : post.get().columnSplitLength(columns);
      edited.accept(new InputView(buf.toString(), buf.upToCursor().length(), below));
    } finally {
      lock.unlock();
    }
  }

  @Override
  protected void handleSignal(Terminal.Signal signal) {
    size = terminal.getSize();
    Model.Window window = FullScreen.window(terminal);
    happens.accept(new Happening.Resized(window.columns(), window.rows()));
    redisplay(true);
  }

  @Override
  public boolean clearScreen() {
    handleSignal(Terminal.Signal.CONT);
    return true;
  }

  @Override
  public boolean beep() {
    return true;
  }

  /// What stands on the screen is not the editor's.
  @Override
  protected void cleanup() {
    post = null;
    history.moveToEnd();
  }
}

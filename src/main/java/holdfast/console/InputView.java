package holdfast.console;

import java.util.List;
import org.jline.utils.AttributedString;

/// What is being typed.
///
/// @param cursor characters before it
/// @param below what the editor shows with it: completions, a search in what was typed before
record InputView(String text, int cursor, List<AttributedString> below) {
  static final InputView EMPTY = new InputView("", 0, List.of());

  InputView {
    below = List.copyOf(below);
  }
}

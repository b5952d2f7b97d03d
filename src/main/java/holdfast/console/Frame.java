package holdfast.console;

import java.util.List;
import org.jline.utils.AttributedString;

/// What a terminal shows: its lines from the top, and where the cursor stands.
record Frame(List<AttributedString> lines, int cursorRow, int cursorColumn) {
  Frame {
    lines = List.copyOf(lines);
  }
}

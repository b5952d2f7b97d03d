package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// What is being typed as lines of a window, and where the cursor stands among them.
record InputLines(List<AttributedString> lines, int row, int column) {
  /// The prompt takes at most one column in so many.
  private static final int PROMPT_SHARE = 3;

  InputLines {
    lines = List.copyOf(lines);
  }

  static InputLines of(Model model) {
    int columns = Math.max(Wrapping.COLUMNS_MIN, model.window().columns());
    boolean home = model.presentPane().isHome();
    String name = home ? model.me() : model.present();
    String prompt = Pen.cut(name, columns / PROMPT_SHARE, model.settings().unicode()) + "> ";
    AttributedStringBuilder line = new AttributedStringBuilder();
    line.append(prompt, model.settings().theme().dim());
    String typed = model.input().text();
    String text = Safe.text(typed);
    // What is made safe may have another length; the cursor is counted in what was typed.
    int cursor = Safe.text(typed.substring(0, model.input().cursor())).length();
    List<AttributedString> lines = new ArrayList<>();
    int used = Wrapping.width(prompt);
    int row = 0;
    int column = used;
    int at = 0;
    while (at <= text.length()) {
      boolean ends = at == text.length() || text.charAt(at) == '\n';
      String c = ends ? "" : Character.toString(text.codePointAt(at));
      int width = Wrapping.width(c);
      if (used + width > columns - 1) {
        lines.add(line.toAttributedString());
        line = new AttributedStringBuilder();
        used = 0;
      }
      if (at == cursor) {
        row = lines.size();
        column = used;
      }
      line.append(c, AttributedStyle.DEFAULT);
      used += width;
      if (ends) {
        lines.add(line.toAttributedString());
        line = new AttributedStringBuilder();
        used = 0;
      }
      at += ends ? 1 : c.length();
    }
    lines.addAll(model.input().below());
    return new InputLines(lines, row, column);
  }
}

package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// Draws a model: the same model, the same picture.
final class Painter {
  private final Model model;
  private final Theme theme;
  private final boolean unicode;
  private final Layout layout;

  private Painter(Model model) {
    this.model = model;
    this.theme = model.settings().theme();
    this.unicode = model.settings().unicode();
    this.layout = Layout.of(model);
  }

  static Frame frame(Model model) {
    return new Painter(model).frame();
  }

  /// Rows of text that a page has.
  static int textRows(Model model) {
    return Layout.of(model).rows();
  }

  private Frame frame() {
    List<AttributedString> lines = new ArrayList<>();
    lines.add(title());
    SideList list = new SideList(model);
    if (layout.listAbove()) {
      lines.add(list.line(layout.columns()));
    }
    middle(list, lines);
    lines.add(bar(StatusLine.of(model)));
    InputLines input = InputLines.of(model);
    int first = firstInputRow(input);
    lines.addAll(input.lines().subList(first, first + layout.inputRows()));
    // What does not fit is cut off at the top: the line being typed is always there.
    int over = Math.max(0, lines.size() - Math.max(1, model.window().rows()));
    int typedAt = lines.size() - layout.inputRows() + input.row() - first;
    return new Frame(
        lines.subList(over, lines.size()), Math.max(0, typedAt - over), input.column());
  }

  /// The first row of the input that is shown: the one with the cursor is.
  private int firstInputRow(InputLines input) {
    int rows = layout.inputRows();
    return Math.max(0, Math.min(input.lines().size() - rows, input.row() - rows / 2));
  }

  private void middle(SideList list, List<AttributedString> lines) {
    Pane pane = model.presentPane();
    int rows = layout.rows();
    List<AttributedString> text = text(pane, rows);
    List<AttributedString> left =
        layout.list() > 0 ? list.column(layout.list() - 1, rows) : List.of();
    List<AttributedString> right =
        layout.members() > 0 ? list.members(pane, layout.members() - 2, rows) : List.of();
    // Not the plain line: JLine would draw it from the terminal's second character set, and what is
    // copied or captured from the screen would have letters in its place.
    String border = unicode ? "┊" : "|";
    for (int i = 0; i < rows; i++) {
      AttributedStringBuilder line = new AttributedStringBuilder();
      if (!left.isEmpty()) {
        line.append(left.get(i)).append(border, theme.dim());
      }
      line.append(text.get(i));
      if (!right.isEmpty()) {
        AttributedString filled =
            Pen.fill(
                line.toAttributedString(), layout.list() + layout.text(), AttributedStyle.DEFAULT);
        line = new AttributedStringBuilder().append(filled);
        line.append(border + " ", theme.dim()).append(right.get(i));
      }
      lines.add(line.toAttributedString());
    }
  }

  /// So many rows of the text, the newest at the bottom unless somebody has scrolled.
  private List<AttributedString> text(Pane pane, int rows) {
    List<AttributedString> newest = new Paper(model, pane).newest(rows + pane.scroll());
    int end = Math.max(Math.min(rows, newest.size()), newest.size() - pane.scroll());
    int begin = Math.max(0, end - rows);
    List<AttributedString> shown = new ArrayList<>();
    for (int i = end - begin; i < rows; i++) {
      shown.add(AttributedString.EMPTY);
    }
    shown.addAll(newest.subList(begin, end));
    return shown;
  }

  /// Which conversation it is, what it is about, and at the right what goes on there.
  private AttributedString title() {
    Pane pane = model.presentPane();
    String dot = unicode ? " · " : " - ";
    String topic = pane.topic().isEmpty() ? "" : dot + Safe.line(pane.topic());
    String members =
        pane.members().isEmpty() ? "" : dot + Lists.count(pane.members().size(), "member");
    String now = Pen.cut(now(pane), Math.max(0, layout.columns() / 2), unicode);
    String name = Pen.cut(" " + SideList.title(pane), layout.columns(), unicode);
    int room = layout.columns() - Wrapping.width(name) - Wrapping.width(now);
    int forTopic = Math.max(0, room - Wrapping.width(members) - 1);
    return bar(
        new AttributedStringBuilder()
            .append(name, theme.bar().bold())
            .append(
                Pen.left(Pen.cut(topic, forTopic, unicode) + members, room, unicode), theme.bar())
            .append(now, theme.barLoud())
            .toAttributedString());
  }

  private String now(Pane pane) {
    if (pane.typist().until() > model.now()) {
      return Safe.line(pane.typist().name()) + " is typing ";
    }
    if (pane.sheet().fetching()) {
      return "fetching older messages ";
    }
    if (pane.sheet().newer()) {
      return "older messages; Alt-> shows the newest ";
    }
    boolean loading = !pane.isHome() && !pane.sheet().loaded() && !pane.sheet().hasUnsent();
    return loading ? "loading " : "";
  }

  /// As wide as the window.
  private AttributedString bar(AttributedString text) {
    AttributedString cut =
        Wrapping.width(text.toString()) > layout.columns()
            ? text.columnSubSequence(0, layout.columns())
            : text;
    return Pen.fill(cut, layout.columns(), theme.bar());
  }
}

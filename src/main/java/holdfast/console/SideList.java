package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// The conversations with their numbers and what is unread in them: in a column, or in one line
/// where there is no room for a column.
final class SideList {
  /// Counts beyond are not told apart.
  private static final long COUNT_MAX = 999;

  private final Model model;
  private final Theme theme;
  private final boolean unicode;

  SideList(Model model) {
    this.model = model;
    this.theme = model.settings().theme();
    this.unicode = model.settings().unicode();
  }

  /// What a pane is called.
  static String title(Pane pane) {
    return pane.isHome() ? "holdfast" : pane.name();
  }

  /// So many rows of so many columns; the present conversation is among them.
  List<AttributedString> column(int columns, int rows) {
    int first = first(rows);
    List<AttributedString> lines = new ArrayList<>();
    for (int i = first; i < first + rows; i++) {
      lines.add(
          i < model.panes().all().size()
              ? row(i, columns)
              : new AttributedString(" ".repeat(columns)));
    }
    return lines;
  }

  private int first(int rows) {
    int present = model.panes().placeOf(model.present());
    int last = Math.max(0, model.panes().all().size() - rows);
    return Math.max(0, Math.min(last, present - rows / 2));
  }

  private AttributedString row(int at, int columns) {
    Pane pane = model.panes().all().get(at);
    String count = count(pane);
    String number = Integer.toString(at + 1);
    int room = columns - 4 - (count.isEmpty() ? 0 : count.length() + 1);
    AttributedStyle style = style(pane);
    AttributedStringBuilder line = new AttributedStringBuilder();
    line.append(Pen.right(number, 2, unicode), theme.dim()).append(" ");
    line.append(Pen.left(title(pane), Math.max(1, room), unicode), style);
    if (!count.isEmpty()) {
      line.append(" ").append(count, pane.reading().mentions() > 0 ? theme.loud() : style);
    }
    return Pen.fill(line.toAttributedString(), columns, AttributedStyle.DEFAULT);
  }

  private AttributedStyle style(Pane pane) {
    if (pane.name().equals(model.present())) {
      return theme.chosen();
    }
    if (pane.reading().unread() == 0) {
      return AttributedStyle.DEFAULT;
    }
    return pane.muted() ? theme.dim() : theme.unread();
  }

  /// `3`, or with mentions `@1 3`; `m` when muted.
  private static String count(Pane pane) {
    long unread = pane.reading().unread();
    String muted = pane.muted() ? "m" : "";
    if (unread == 0) {
      return muted;
    }
    String sum = unread > COUNT_MAX ? COUNT_MAX + "+" : Long.toString(unread);
    long mentions = pane.reading().mentions();
    return muted + (mentions > 0 ? "@" + Math.min(mentions, COUNT_MAX) + " " : "") + sum;
  }

  /// Where a column does not fit: the present conversation and those with something unread.
  AttributedString line(int columns) {
    AttributedStringBuilder line = new AttributedStringBuilder();
    for (int i = 0; i < model.panes().all().size(); i++) {
      Pane pane = model.panes().all().get(i);
      boolean here = pane.name().equals(model.present());
      if (!here && pane.reading().unread() == 0) {
        continue;
      }
      String count = count(pane);
      String text = (i + 1) + ":" + title(pane) + (count.isEmpty() ? "" : " " + count);
      if (Wrapping.width(line.toString()) + Wrapping.width(text) + 2 > columns) {
        break;
      }
      line.append(text, style(pane)).append("  ");
    }
    return Pen.fill(line.toAttributedString(), columns, AttributedStyle.DEFAULT);
  }

  /// A room's members, as many as fit.
  List<AttributedString> members(Pane pane, int columns, int rows) {
    List<AttributedString> lines = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      boolean over = i == rows - 1 && pane.members().size() > rows;
      if (over) {
        String more = "and " + (pane.members().size() - i) + " more";
        lines.add(new AttributedString(Pen.left(more, columns, unicode), theme.dim()));
      } else if (i < pane.members().size()) {
        String name = pane.members().get(i);
        lines.add(
            new AttributedString(Pen.left(Safe.line(name), columns, unicode), theme.sender(name)));
      } else {
        lines.add(new AttributedString(" ".repeat(columns)));
      }
    }
    return lines;
  }
}

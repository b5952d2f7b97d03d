package holdfast.console;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// The text of one conversation as lines: messages in columns, a line where a day begins, a line
/// where it goes on with what is new. Nothing that others wrote leaves it without having been made
/// safe.
final class Paper {
  /// A window at least that wide gives names more room.
  private static final int WIDE = 80;

  /// A narrower one gives up columns: the text follows the name.
  private static final int NARROW = 44;

  private static final int NAME = 10;
  private static final int NAME_WIDE = 16;

  /// Columns of a mark and the space behind it.
  static final int MARK = 3;

  private static final int TIME = 5;

  /// A list's last column has at least so many columns of the screen, or stands below the others.
  private static final int LAST_COLUMN_MIN = 16;

  /// So many people are named at a reaction; more are counted.
  private static final int NAMED_MAX = 3;

  private final Pane pane;
  private final Model model;
  private final Theme theme;
  private final Dates dates;
  private final boolean unicode;
  private final int width;

  Paper(Model model, Pane pane) {
    this.pane = pane;
    this.model = model;
    this.theme = model.settings().theme();
    this.unicode = model.settings().unicode();
    this.dates = Dates.from(model);
    this.width = Layout.of(model).text();
  }

  /// All lines, how many they are.
  int height() {
    return newest(Integer.MAX_VALUE).size();
  }

  /// At least so many of the newest lines, if there are as many, in their order.
  List<AttributedString> newest(int wanted) {
    Deque<List<AttributedString>> parts = new ArrayDeque<>();
    List<Entry> entries = pane.sheet().entries();
    int lines = 0;
    for (int i = entries.size() - 1; i >= 0 && lines < wanted; i--) {
      List<AttributedString> part = new ArrayList<>();
      Entry entry = entries.get(i);
      boolean newDay =
          i == 0 || !dates.day(entries.get(i - 1).time()).equals(dates.day(entry.time()));
      if (newDay && !pane.isHome()) {
        part.add(rule(dates.dayName(entry.time()), theme.dim()));
      }
      if (beginsNew(entries, i)) {
        part.add(rule("new since you left", theme.loud()));
      }
      part.addAll(lines(entry));
      parts.push(part);
      lines += part.size();
    }
    return parts.stream().flatMap(List::stream).toList();
  }

  /// The first message after the one that was last when the conversation was left.
  private boolean beginsNew(List<Entry> entries, int at) {
    long line = pane.reading().newAfter();
    if (line == 0 || !(entries.get(at) instanceof Entry.Message m) || m.seq() <= line) {
      return false;
    }
    for (int i = at - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Entry.Message before && before.seq() > 0) {
        return before.seq() <= line;
      }
    }
    return false;
  }

  private AttributedString rule(String text, AttributedStyle style) {
    String dash = unicode ? "╌" : "-";
    String middle = " " + Pen.cut(text, Math.max(0, width - 2), unicode) + " ";
    int rest = Math.max(0, width - Wrapping.width(middle));
    return new AttributedString(
        dash.repeat(rest / 2) + middle + dash.repeat(rest - rest / 2), style);
  }

  /// One entry's lines.
  List<AttributedString> lines(Entry entry) {
    return switch (entry) {
      case Entry.Message message -> message(message);
      case Entry.Note note -> note(note);
    };
  }

  private List<AttributedString> note(Entry.Note note) {
    AttributedStyle style =
        switch (note.kind()) {
          case INFO -> theme.dim();
          case ERROR -> theme.bad();
          case ROW -> AttributedStyle.DEFAULT;
        };
    if (note.kind() == Entry.Kind.ROW) {
      return row(Safe.line(note.text()));
    }
    AttributedString head =
        new AttributedStringBuilder()
            .append(" ".repeat(MARK))
            .append(dates.time(note.time()), theme.dim())
            .append(" ")
            .toAttributedString();
    return beside(head, Safe.text(note.text()), style);
  }

  /// A row of a list. What does not fit goes on below its last column.
  private List<AttributedString> row(String text) {
    int gap = text.lastIndexOf("  ");
    String before = gap < 0 ? "" : text.substring(0, gap + 2);
    boolean beside = MARK + Wrapping.width(before) + LAST_COLUMN_MIN <= width;
    String head = beside ? before : "";
    return beside(
        new AttributedString(" ".repeat(MARK) + head),
        text.substring(head.length()),
        AttributedStyle.DEFAULT);
  }

  private List<AttributedString> message(Entry.Message message) {
    String sender = Safe.line(message.sender());
    boolean own = message.sender().equals(model.me());
    boolean named = !own && Mentions.names(message.text(), model.me());
    AttributedStringBuilder head = new AttributedStringBuilder();
    boolean wanted = message.seq() > 0 && message.seq() == pane.sheet().marked();
    String mark = wanted ? ">" : named ? "@" : own ? mark(message) : "";
    AttributedStyle markStyle =
        named || wanted ? theme.loud() : message.failed() ? theme.bad() : theme.good();
    head.append(Pen.left(mark, MARK, unicode), markStyle);
    boolean number = model.settings().numbers();
    String when = number ? seq(message) : dates.time(message.time());
    head.append(Pen.right(when, TIME, unicode), theme.dim()).append(" ");
    AttributedStyle name = own ? theme.own() : theme.sender(message.sender());
    if (width < NARROW) {
      head.append(sender, name).append(": ");
    } else {
      int columns = width >= WIDE ? NAME_WIDE : NAME;
      head.append(Pen.right(sender, columns, unicode), name).append("  ");
    }
    AttributedStyle text =
        message.failed() ? theme.bad() : named ? theme.unread() : AttributedStyle.DEFAULT;
    if (message.extras().deleted()) {
      return beside(head.toAttributedString(), "(deleted)", theme.dim());
    }
    int indent = Wrapping.width(head.toString());
    String said = Safe.text(message.text()) + (message.extras().edited() ? " (edited)" : "");
    Optional<String> quote = answered(message);
    List<AttributedString> lines = new ArrayList<>();
    if (quote.isPresent() && indent + Wrapping.COLUMNS_MIN <= width) {
      // What is answered stands beside the name, so that it cannot be taken for part of the message
      // above.
      String cut = Pen.cut(quote.get(), width - indent, unicode);
      lines.addAll(beside(head.toAttributedString(), cut, theme.dim()));
      head = new AttributedStringBuilder().append(" ".repeat(indent));
    } else {
      quote.ifPresent(answered -> lines.add(under(indent, answered)));
    }
    lines.addAll(beside(head.toAttributedString(), said, text));
    if (!message.extras().reactions().isEmpty()) {
      lines.add(under(indent, reactions(message)));
    }
    return lines;
  }

  /// One line that belongs to a message, in the column of its text.
  private AttributedString under(int indent, String text) {
    int from = indent + Wrapping.COLUMNS_MIN <= width ? indent : 1;
    return new AttributedStringBuilder()
        .append(" ".repeat(from))
        .append(Pen.cut(text, width - from, unicode), theme.dim())
        .toAttributedString();
  }

  /// What a message answers.
  private Optional<String> answered(Entry.Message message) {
    long seq = message.extras().replyTo();
    if (seq == 0) {
      return Optional.empty();
    }
    String arrow = unicode ? "↳ " : "> ";
    return Optional.of(
        pane.sheet()
            .message(seq)
            .map(m -> arrow + Safe.line(m.sender()) + ": " + Safe.line(m.text()))
            .orElse(arrow + "message " + seq));
  }

  /// `👍 bob, carol 🎉 dave`
  private static String reactions(Entry.Message message) {
    List<String> all = new ArrayList<>();
    message
        .extras()
        .reactions()
        .forEach((emoji, people) ->
            all.add(
                Safe.line(emoji)
                    + " "
                    + (people.size() <= NAMED_MAX
                        ? Safe.line(String.join(", ", people))
                        : Integer.toString(people.size()))));
    return String.join("  ", all);
  }

  private static String seq(Entry.Message message) {
    return message.seq() == 0 ? "" : Long.toString(message.seq());
  }

  /// How far an own message has come: queued here, on the disks of a majority, read by the other.
  private String mark(Entry.Message message) {
    if (message.failed()) {
      return unicode ? "✗" : "x";
    }
    if (message.isQueued()) {
      return unicode ? "…" : ".";
    }
    boolean read = message.seq() <= pane.reading().peerRead();
    String tick = unicode ? "✓" : "+";
    return read ? tick + tick : tick;
  }

  /// The text beside its head, each further line in the column where it began.
  private List<AttributedString> beside(AttributedString head, String text, AttributedStyle style) {
    int headWidth = Wrapping.width(head.toString());
    int room = width - headWidth;
    boolean fits = room >= Wrapping.COLUMNS_MIN;
    int indent = fits ? headWidth : 1;
    List<AttributedString> lines = new ArrayList<>();
    if (!fits) {
      lines.add(new AttributedString(Pen.cut(head.toString(), width, unicode)));
    }
    for (String line : Wrapping.lines(text, Math.max(Wrapping.COLUMNS_MIN, width - indent))) {
      AttributedStringBuilder built = new AttributedStringBuilder();
      if (lines.isEmpty()) {
        built.append(head);
      } else {
        built.append(" ".repeat(indent));
      }
      lines.add(built.append(line, style).toAttributedString());
    }
    return lines;
  }
}

package holdfast.cluster;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.utils.Colors;
import org.jline.utils.WCWidth;

/// A terminal's screen, captured with its colours, as a picture (SVG): text that can be read and
/// copied, each run of it set to the columns it takes, whatever font it meets.
final class TerminalPicture {
  /// What the terminal's own colours look like.
  enum Ground {
    DARK("#16191f", "#d6dae2"),
    LIGHT("#fdfdfb", "#22262d");

    private final String back;
    private final String fore;

    Ground(String back, String fore) {
      this.back = back;
      this.fore = fore;
    }
  }

  private static final Pattern STYLE = Pattern.compile("\u001b\\[([0-9;]*)m");

  private static final double COLUMN = 8.43;
  private static final int LINE = 18;
  private static final int BASE = 13;
  private static final int MARGIN = 14;
  private static final int HEAD = 30;
  private static final int FONT = 14;

  /// The 16 named colours, as usual terminals have them.
  private static final List<String> NAMED =
      List.of(
          "#1c1f26", "#d4545f", "#7fb069", "#d9a93f", "#5b8fd6", "#b07fc7", "#4fa9b3", "#c3c8d1",
          "#6b7280", "#ef6b73", "#98c379", "#e5c07b", "#74a7ee", "#c792ea", "#67c3cc", "#f4f6fa");

  private final Ground ground;
  private final StringBuilder svg = new StringBuilder();
  private Style style = Style.PLAIN;

  /// @param fore a colour; empty: the terminal's own
  private record Style(String fore, String back, boolean bold, boolean dim, boolean inverse) {
    private static final Style PLAIN = new Style("", "", false, false, false);
  }

  private TerminalPicture(Ground ground) {
    this.ground = ground;
  }

  /// @param screen what `tmux capture-pane -p -e` printed
  /// @param title of the window around it
  static String of(String screen, int columns, int rows, String title, Ground ground) {
    return new TerminalPicture(ground).draw(screen.lines().toList(), columns, rows, title);
  }

  private String draw(List<String> lines, int columns, int rows, String title) {
    double width = 2 * MARGIN + columns * COLUMN;
    int height = HEAD + rows * LINE + MARGIN;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %d' width='%.0f' height='%d'",
        width, height, width, height);
    add(
        " font-family=\"ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas,"
            + " 'DejaVu Sans Mono', monospace\" font-size='%d' xml:space='preserve'>\n",
        FONT);
    add("<rect width='%.0f' height='%d' rx='8' fill='%s'/>\n", width, height, ground.back);
    List<String> buttons = List.of("#ef6b73", "#e5c07b", "#98c379");
    for (int i = 0; i < buttons.size(); i++) {
      add("<circle cx='%d' cy='15' r='5' fill='%s'/>\n", 18 + 18 * i, buttons.get(i));
    }
    add(
        "<text x='%.0f' y='19' text-anchor='middle' fill='#8b93a1' font-size='12'>%s</text>\n",
        width / 2, escaped(title));
    for (int row = 0; row < Math.min(rows, lines.size()); row++) {
      line(lines.get(row), row);
    }
    add("</svg>\n");
    return svg.toString();
  }

  private void line(String line, int row) {
    Matcher change = STYLE.matcher(line);
    int from = 0;
    int column = 0;
    while (change.find()) {
      column = run(line.substring(from, change.start()), row, column);
      change(change.group(1));
      from = change.end();
    }
    run(line.substring(from), row, column);
  }

  /// Text of one style; what takes more or less than a column for each sign stands for itself, so
  /// that what follows begins where it should.
  private int run(String text, int row, int from) {
    int column = from;
    StringBuilder simple = new StringBuilder();
    int begun = column;
    for (int i = 0; i < text.length(); ) {
      int sign = text.codePointAt(i);
      int next = i + Character.charCount(sign);
      StringBuilder whole = new StringBuilder().appendCodePoint(sign);
      while (next < text.length() && WCWidth.wcwidth(text.codePointAt(next)) == 0) {
        whole.appendCodePoint(text.codePointAt(next));
        next += Character.charCount(text.codePointAt(next));
      }
      int width = Math.max(0, WCWidth.wcwidth(sign));
      if (width == 1 && whole.length() == 1) {
        simple.append(whole);
      } else {
        put(simple.toString(), row, begun, column);
        simple.setLength(0);
        put(whole.toString(), row, column, column + width);
        begun = column + width;
      }
      column += width;
      i = next;
    }
    put(simple.toString(), row, begun, column);
    return column;
  }

  private void put(String text, int row, int from, int to) {
    if (text.isEmpty()) {
      return;
    }
    String fore = style.fore.isEmpty() ? ground.fore : style.fore;
    String back = style.back.isEmpty() ? ground.back : style.back;
    String ink = style.inverse ? back : fore;
    String paper = style.inverse ? fore : back;
    double x = MARGIN + from * COLUMN;
    int y = HEAD + row * LINE;
    if (!paper.equals(ground.back)) {
      add(
          "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>\n",
          x, y, (to - from) * COLUMN + 0.3, LINE, paper);
    }
    String shown = text.stripTrailing();
    int leading = shown.length() - shown.stripLeading().length();
    if (shown.isBlank()) {
      return;
    }
    double begins = x + leading * COLUMN;
    double length = (to - from - leading - (text.length() - shown.length())) * COLUMN;
    add(
        "<text x='%.1f' y='%d' textLength='%.1f' lengthAdjust='spacingAndGlyphs' fill='%s'%s%s>",
        begins,
        y + BASE,
        length,
        ink,
        style.bold ? " font-weight='bold'" : "",
        style.dim ? " opacity='0.6'" : "");
    add("%s</text>\n", escaped(shown.strip()));
  }

  private void change(String codes) {
    String[] parts = codes.isEmpty() ? new String[] {"0"} : codes.split(";", -1);
    for (int i = 0; i < parts.length; i++) {
      int code = parts[i].isEmpty() ? 0 : Integer.parseInt(parts[i]);
      if ((code == 38 || code == 48) && i + 2 < parts.length && parts[i + 1].equals("5")) {
        coloured(code == 38, palette(Integer.parseInt(parts[i + 2])));
        i += 2;
      } else {
        change(code);
      }
    }
  }

  private void change(int code) {
    Style s = style;
    switch (code) {
      case 0 -> style = Style.PLAIN;
      case 1 -> style = new Style(s.fore, s.back, true, s.dim, s.inverse);
      case 2 -> style = new Style(s.fore, s.back, s.bold, true, s.inverse);
      case 7 -> style = new Style(s.fore, s.back, s.bold, s.dim, true);
      case 22 -> style = new Style(s.fore, s.back, false, false, s.inverse);
      case 27 -> style = new Style(s.fore, s.back, s.bold, s.dim, false);
      case 39 -> coloured(true, "");
      case 49 -> coloured(false, "");
      default -> {
        boolean fore = within(code, 30) || within(code, 90);
        boolean back = within(code, 40) || within(code, 100);
        if (fore || back) {
          coloured(fore, NAMED.get(code % 10 + (code >= 90 ? 8 : 0)));
        }
      }
    }
  }

  /// Eight codes, one for each colour.
  private static boolean within(int code, int first) {
    return code >= first && code < first + 8;
  }

  private void coloured(boolean fore, String colour) {
    style =
        fore
            ? new Style(colour, style.back, style.bold, style.dim, style.inverse)
            : new Style(style.fore, colour, style.bold, style.dim, style.inverse);
  }

  private static String palette(int index) {
    return index < NAMED.size()
        ? NAMED.get(index)
        : "#%06x".formatted(Colors.rgbColor(index) & 0xffffff);
  }

  @FormatMethod
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}

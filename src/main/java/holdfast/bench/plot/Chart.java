package holdfast.bench.plot;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// A chart of lines, as an SVG file that stands by itself.
///
/// @param subtitle what was measured, in a line
public record Chart(String title, String subtitle, Axis x, Axis y, List<Series> series) {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final int LEFT = 76;
  private static final int RIGHT = 24;
  private static final int TOP = 84;
  private static final int BOTTOM = 56;

  /// Longer lines are drawn without a mark at each point.
  private static final int MARKED_POINTS_MAX = 40;

  private static final int LEGEND_CHARACTER_WIDTH = 7;

  /// Told apart by the colour-blind, too (Okabe and Ito).
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000");

  /// What runs along one side.
  public record Axis(String label, Scale scale) {}

  public record Point(double x, double y) {}

  /// One line, from left to right.
  public record Series(String name, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }

  public Chart {
    series = series.stream().filter(line -> !line.points().isEmpty()).toList();
  }

  /// Whether there is nothing to draw.
  public boolean isEmpty() {
    return series.isEmpty();
  }

  /// The file's text.
  public String svg() {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#333\">",
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT);
    line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, HEIGHT);
    line(
        out,
        "<text x=\"%d\" y=\"28\" font-size=\"17\" font-weight=\"600\">%s</text>",
        LEFT,
        escaped(title));
    line(out, "<text x=\"%d\" y=\"47\" fill=\"#666\">%s</text>", LEFT, escaped(subtitle));
    Scale.Range across = range(x, series.stream().flatMapToDouble(s -> xs(s)));
    Scale.Range up = range(y, series.stream().flatMapToDouble(s -> ys(s)));
    grid(out, across, up);
    for (int i = 0; i < series.size(); i++) {
      draw(out, series.get(i), colour(i), across, up);
    }
    if (series.size() > 1) {
      legend(out);
    }
    return out.append("</svg>\n").toString();
  }

  private static DoubleStream xs(Series line) {
    return line.points().stream().mapToDouble(Point::x);
  }

  private static DoubleStream ys(Series line) {
    return line.points().stream().mapToDouble(Point::y);
  }

  private static Scale.Range range(Axis axis, DoubleStream values) {
    var all = values.filter(value -> axis.scale() != Scale.LOG || value > 0).summaryStatistics();
    return all.getCount() == 0
        ? axis.scale().range(1, 1)
        : axis.scale().range(all.getMin(), all.getMax());
  }

  private static String colour(int series) {
    return COLOURS.get(series % COLOURS.size());
  }

  private void grid(StringBuilder out, Scale.Range across, Scale.Range up) {
    int bottom = HEIGHT - BOTTOM;
    int right = WIDTH - RIGHT;
    for (double tick : y.scale().ticks(up)) {
      double at = py(tick, up);
      line(
          out,
          "<path d=\"M%d %.1fH%d\" stroke=\"%s\"/><text x=\"%d\" y=\"%.1f\""
              + " text-anchor=\"end\">%s</text>",
          LEFT,
          at,
          right,
          tick == up.min() ? "#333" : "#ddd",
          LEFT - 8,
          at + 4,
          Scale.label(tick));
    }
    for (double tick : x.scale().ticks(across)) {
      double at = px(tick, across);
      line(
          out,
          "<path d=\"M%.1f %dv5\" stroke=\"#333\"/><text x=\"%.1f\" y=\"%d\""
              + " text-anchor=\"middle\">%s</text>",
          at,
          bottom,
          at,
          bottom + 19,
          Scale.label(tick));
    }
    line(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        (LEFT + right) / 2,
        HEIGHT - 14,
        escaped(x.label()));
    line(
        out,
        "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
        (TOP + bottom) / 2,
        escaped(y.label()));
  }

  private double px(double value, Scale.Range range) {
    return LEFT + x.scale().place(value, range) * (WIDTH - RIGHT - LEFT);
  }

  private double py(double value, Scale.Range range) {
    return HEIGHT - BOTTOM - y.scale().place(value, range) * (HEIGHT - BOTTOM - TOP);
  }

  private void draw(
      StringBuilder out, Series line, String colour, Scale.Range across, Scale.Range up) {
    StringBuilder path = new StringBuilder();
    for (Point point : line.points()) {
      path.append(
          String.format(
              Locale.ROOT,
              "%s%.1f %.1f",
              path.isEmpty() ? "M" : "L",
              px(point.x(), across),
              py(point.y(), up)));
    }
    line(
        out,
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\""
            + " stroke-linejoin=\"round\"/>",
        path,
        colour);
    if (line.points().size() > MARKED_POINTS_MAX) {
      return;
    }
    for (Point point : line.points()) {
      line(
          out,
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s: %s</title></circle>",
          px(point.x(), across),
          py(point.y(), up),
          colour,
          Scale.label(point.x()),
          Scale.label(point.y()));
    }
  }

  private void legend(StringBuilder out) {
    int at = LEFT;
    for (int i = 0; i < series.size(); i++) {
      String name = series.get(i).name();
      line(
          out,
          "<path d=\"M%d 65h18\" stroke=\"%s\" stroke-width=\"3\"/><text x=\"%d\" y=\"69\">%s</text>",
          at,
          colour(i),
          at + 24,
          escaped(name));
      at += 44 + LEGEND_CHARACTER_WIDTH * name.length();
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @FormatMethod
  private static void line(StringBuilder out, @FormatString String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}

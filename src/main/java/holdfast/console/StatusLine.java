package holdfast.console;

import holdfast.wire.TermText;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// The line that says how the connection and the cluster are. What is as it should be is quiet.
final class StatusLine {
  private final AttributedStringBuilder line = new AttributedStringBuilder();
  private final Theme theme;
  private final String dot;
  private final int columns;

  private StatusLine(Model.Settings settings, int columns) {
    this.theme = settings.theme();
    this.dot = settings.unicode() ? " · " : " | ";
    this.columns = columns;
  }

  static AttributedString of(Model model) {
    return new StatusLine(model.settings(), model.window().columns()).draw(model);
  }

  private AttributedString draw(Model model) {
    Health health = model.health();
    line.append(" " + model.me(), theme.bar());
    health
        .server()
        .ifPresentOrElse(
            id -> line.append(" on server " + id, theme.bar()),
            () -> line.append(searching(health), theme.barBad()));
    if (model.outbox().unanswered() > 0) {
      part(model.outbox().unanswered() + " unsent", theme.barLoud());
    }
    // Who has no server knows no more how the cluster is.
    if (health.voters() > 0 && health.server().isPresent()) {
      health
          .primary()
          .ifPresentOrElse(
              id -> part("primary " + id, theme.bar()), () -> part("no primary", theme.barBad()));
      part("term " + TermText.of(health.term()), theme.bar());
      if (health.solo()) {
        part("on its own, one disk", theme.barLoud());
      }
      boolean all = health.up() >= health.voters();
      part(health.up() + " of " + health.voters() + " up", all ? theme.bar() : theme.barLoud());
      part(
          health.tolerated() + " may fail",
          all ? theme.bar() : health.tolerated() > 0 ? theme.barLoud() : theme.barBad());
    }
    if (health.rttMs() >= 0 && health.server().isPresent()) {
      part(health.rttMs() + " ms", theme.bar());
    }
    if (model.settings().quiet()) {
      part("dnd", theme.bar());
    }
    int below = model.presentPane().scroll();
    if (below > 0) {
      part(below + " lines below", theme.barLoud());
    }
    return line.toAttributedString();
  }

  /// Whole, or not at all.
  private void part(String text, AttributedStyle style) {
    if (line.length() + dot.length() + text.length() <= columns) {
      line.append(dot, theme.bar()).append(text, style);
    }
  }

  private static String searching(Health health) {
    long seconds = health.searchingMs() / 1_000;
    return ": looking for a server" + (seconds == 0 ? "" : ", for " + seconds + " s already");
  }
}

package holdfast.console;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jline.utils.AttributedStyle;

/// How things look. Who says something is told apart by colour, but never by colour alone.
enum Theme {
  DARK(244, 203, 221, 114),
  LIGHT(242, 160, 130, 28),
  /// No colour at all, only bold and inverse: what NO_COLOR asks for.
  MONO(-1, -1, -1, -1);

  // Of the 256 colours of xterm; none is the red of errors.
  private static final List<Integer> ON_DARK =
      List.of(39, 78, 214, 141, 80, 179, 111, 150, 177, 73, 209, 117);
  private static final List<Integer> ON_LIGHT =
      List.of(25, 28, 130, 91, 30, 94, 61, 64, 127, 23, 100, 18);

  private final int dim;
  private final int bad;
  private final int loud;
  private final int good;

  Theme(int dim, int bad, int loud, int good) {
    this.dim = dim;
    this.bad = bad;
    this.loud = loud;
    this.good = good;
  }

  static Optional<Theme> named(String name) {
    for (Theme theme : values()) {
      if (theme.name().equalsIgnoreCase(name)) {
        return Optional.of(theme);
      }
    }
    return Optional.empty();
  }

  /// The names there are, for a sentence.
  static String names() {
    return "dark, light or mono";
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static AttributedStyle colour(int index) {
    return index < 0 ? AttributedStyle.DEFAULT : AttributedStyle.DEFAULT.foreground(index);
  }

  /// The same for the same name, on every screen.
  AttributedStyle sender(String name) {
    return switch (this) {
      case DARK -> colour(ON_DARK.get(Math.floorMod(name.hashCode(), ON_DARK.size())));
      case LIGHT -> colour(ON_LIGHT.get(Math.floorMod(name.hashCode(), ON_LIGHT.size())));
      case MONO -> AttributedStyle.BOLD;
    };
  }

  AttributedStyle dim() {
    return colour(dim);
  }

  AttributedStyle bad() {
    return this == MONO ? AttributedStyle.BOLD : colour(bad);
  }

  /// What one should not miss: a mention, the line before what is new.
  AttributedStyle loud() {
    return colour(loud).bold();
  }

  AttributedStyle good() {
    return colour(good);
  }

  /// The lines at the top and above the input. Both colours are set, so that they can be read on
  /// whatever ground the terminal has.
  AttributedStyle bar() {
    return switch (this) {
      case DARK -> AttributedStyle.DEFAULT.foreground(252).background(237);
      case LIGHT -> AttributedStyle.DEFAULT.foreground(236).background(253);
      case MONO -> AttributedStyle.DEFAULT.inverse();
    };
  }

  /// In such a line: what one should not miss.
  AttributedStyle barLoud() {
    return (this == MONO ? bar() : bar().foreground(loud)).bold();
  }

  /// In such a line: what is wrong.
  AttributedStyle barBad() {
    return (this == MONO ? bar() : bar().foreground(bad)).bold();
  }

  AttributedStyle chosen() {
    return bar().bold();
  }

  /// One's own name.
  AttributedStyle own() {
    return AttributedStyle.BOLD;
  }

  AttributedStyle unread() {
    return AttributedStyle.BOLD;
  }
}

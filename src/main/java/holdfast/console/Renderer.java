package holdfast.console;

import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// Lays out what was said, for a screen of some width. Nothing that others wrote leaves it without
/// having been made safe.
final class Renderer {
  /// A text gets at least this many columns beside its head, or it begins on a line of its own.
  private static final int TEXT_COLUMNS_MIN = 20;

  /// Columns before a text that begins on a line of its own.
  private static final int SMALL_INDENT = 2;

  private static final AttributedStyle DIM = AttributedStyle.DEFAULT.foreground(244);
  private static final AttributedStyle BAD = AttributedStyle.DEFAULT.foreground(203);
  private final ZoneId zone;
  private final InstantSource clock;
  private final IntSupplier columns;

  /// @param columns of the screen, now; 0: do not wrap
  Renderer(ZoneId zone, InstantSource clock, IntSupplier columns) {
    this.zone = zone;
    this.clock = clock;
    this.columns = columns;
  }

  /// For output that nobody's eyes are on: lines are as long as they are.
  static Renderer unwrapped() {
    return new Renderer(ZoneId.systemDefault(), InstantSource.system(), () -> 0);
  }

  /// When, in what conversation if that is not the present one, who, what.
  List<AttributedString> message(Said said, String me, String present) {
    AttributedStringBuilder head = new AttributedStringBuilder();
    head.styled(DIM, time(said.time())).append(" ");
    String sender = Safe.line(said.sender());
    if (said.conversation().equals(present)) {
      head.styled(colour(sender), sender);
    } else if (said.conversation().startsWith("#")) {
      head.styled(DIM, Safe.line(said.conversation())).append(" ").styled(colour(sender), sender);
    } else if (said.sender().equals(me)) {
      head.append("to ").styled(colour(sender), Safe.line(said.conversation()));
    } else {
      head.styled(colour(sender), "@" + sender);
    }
    head.append(": ");
    return beside(head.toAttributedString(), Safe.text(said.text()));
  }

  /// The text beside its head, each further line in the column where it began.
  private List<AttributedString> beside(AttributedString head, String text) {
    int width = columns.getAsInt();
    int headWidth = Wrapping.width(head.toString());
    boolean fits = width == 0 || width - headWidth >= TEXT_COLUMNS_MIN;
    int indent = fits ? headWidth : SMALL_INDENT;
    List<String> lines = Wrapping.lines(text, width == 0 ? 0 : width - indent);
    List<AttributedString> shown = new ArrayList<>();
    if (!fits) {
      shown.add(head);
    }
    for (String line : lines) {
      AttributedStringBuilder built = new AttributedStringBuilder();
      if (shown.isEmpty()) {
        built.append(head);
      } else {
        built.append(" ".repeat(indent));
      }
      shown.add(built.append(line).toAttributedString());
    }
    return shown;
  }

  /// A word from the console itself.
  List<AttributedString> info(String text) {
    return wrapped(Safe.text(text), DIM);
  }

  List<AttributedString> error(String text) {
    return wrapped(Safe.text(text), BAD);
  }

  /// A row of a list, as it is.
  List<AttributedString> row(String text) {
    return List.of(new AttributedString(Safe.line(text)));
  }

  private List<AttributedString> wrapped(String text, AttributedStyle style) {
    return Wrapping.lines(text, columns.getAsInt()).stream()
        .map(line -> new AttributedString(line, style))
        .toList();
  }

  /// The time of day; with the day if that was not today.
  String time(long millis) {
    return new Dates(zone, clock.millis()).dayAndTime(millis);
  }

  private static AttributedStyle colour(String name) {
    return Theme.DARK.sender(name);
  }
}

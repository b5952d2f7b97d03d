package holdfast.wire;

import java.util.Optional;

/// A place in the stream of events, as clients see it: opaque text, the same on every server.
/// Stands for the command's id and the number of the event among that command's events.
public final class Cursor {
  private static final String PREFIX = "c1.";

  private Cursor() {}

  /// After the event `part` of the command `id`; id 0 is the beginning of time.
  ///
  /// @param id packed timeline and log index, at least 0
  /// @param part from 0
  public record Position(long id, int part) implements Comparable<Position> {
    @Override
    public int compareTo(Position other) {
      int byId = Long.compare(id, other.id);
      return byId != 0 ? byId : Integer.compare(part, other.part);
    }
  }

  public static String text(long id, int part) {
    return PREFIX + Numerals.text(id) + "." + Numerals.text(part);
  }

  /// Reads what `text` made.
  ///
  /// @throws FrameException BAD_REQUEST for anything else
  public static Position parse(String text) throws FrameException {
    int dot = text.indexOf('.', PREFIX.length());
    if (text.startsWith(PREFIX) && dot > 0) {
      Optional<Long> id = Numerals.parse(text.substring(PREFIX.length(), dot), Long.MAX_VALUE);
      Optional<Long> part = Numerals.parse(text.substring(dot + 1), Integer.MAX_VALUE);
      if (id.isPresent() && part.isPresent()) {
        return new Position(id.get(), part.get().intValue());
      }
    }
    throw FrameException.badRequest("`cursor` is not one that a server gave out");
  }
}

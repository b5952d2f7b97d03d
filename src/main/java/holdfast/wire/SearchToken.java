package holdfast.wire;

import java.util.Optional;

/// Where a search goes on, as clients see it: opaque text that stands for the id of the oldest
/// message looked at.
public final class SearchToken {
  private static final String PREFIX = "s1.";

  private SearchToken() {}

  public static String text(long id) {
    return PREFIX + Numerals.text(id);
  }

  /// The id that `text` was made of.
  ///
  /// @throws FrameException BAD_REQUEST for anything else
  public static long parse(String text) throws FrameException {
    if (text.startsWith(PREFIX)) {
      Optional<Long> id = Numerals.parse(text.substring(PREFIX.length()), Long.MAX_VALUE);
      if (id.isPresent()) {
        return id.get();
      }
    }
    throw FrameException.badRequest("`before` is not a `next` that a server gave out");
  }
}

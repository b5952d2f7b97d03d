package holdfast.wire;

import java.util.Optional;

/// The `index` of a write as clients see it: opaque text that stands for the command's id.
public final class IndexToken {
  private static final String PREFIX = "i1.";

  private IndexToken() {}

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
    throw FrameException.badRequest("`min_index` is not an index that a server gave out");
  }
}

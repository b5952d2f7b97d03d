package holdfast.storage;

import java.util.List;

/// Part of a list. `more`: there are further items in the direction asked.
public record Page<T>(List<T> items, boolean more) {
  public Page {
    items = List.copyOf(items);
  }

  /// The first `limit` of `found`, which was asked for one item more than `limit`.
  static <T> Page<T> cut(List<T> found, int limit) {
    return found.size() > limit
        ? new Page<>(found.subList(0, limit), true)
        : new Page<>(found, false);
  }
}

package holdfast.storage;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Rows by key as the replica thread sees them, so that a rule that looks at the same account for
/// every message asks the database once. Bounded: the row unused for longest is forgotten. Whoever
/// changes a row puts or forgets it here; whoever rolls back clears what changed. For one thread.
final class RowCache<K, V> {
  private final Map<K, Optional<V>> rows;
  private final Function<K, Optional<V>> load;

  /// `max`: rows kept, those known to be absent included.
  RowCache(int max, Function<K, Optional<V>> load) {
    this.load = load;
    this.rows =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, Optional<V>> eldest) {
            return size() > max;
          }
        };
  }

  Optional<V> row(K key) {
    Optional<V> row = rows.get(key);
    if (row == null) {
      row = load.apply(key);
      rows.put(key, row);
    }
    return row;
  }

  /// The row as it is now.
  void put(K key, V row) {
    rows.put(key, Optional.of(row));
  }

  void forget(K key) {
    rows.remove(key);
  }

  void clear() {
    rows.clear();
  }
}

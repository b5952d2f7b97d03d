package holdfast.console;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// KnownNames of people and rooms, for completion.
record KnownNames(Set<String> people, Set<String> rooms) {
  static final KnownNames NONE = new KnownNames(Set.of(), Set.of());

  /// KnownNames kept, of each kind.
  static final int NAMES_MAX = 2_000;

  /// These, too, as many as fit.
  KnownNames with(List<String> morePeople, List<String> moreRooms) {
    return people.containsAll(morePeople) && rooms.containsAll(moreRooms)
        ? this
        : new KnownNames(union(people, morePeople), union(rooms, moreRooms));
  }

  private static Set<String> union(Set<String> known, List<String> more) {
    Set<String> all = new TreeSet<>(known);
    for (String name : more) {
      if (all.size() < NAMES_MAX) {
        all.add(name);
      }
    }
    return Set.copyOf(all);
  }
}

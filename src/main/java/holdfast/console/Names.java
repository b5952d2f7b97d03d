package holdfast.console;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Names of people and rooms, for completion.
record Names(Set<String> people, Set<String> rooms) {
  static final Names NONE = new Names(Set.of(), Set.of());

  /// Names kept, of each kind.
  static final int NAMES_MAX = 2_000;

  /// These, too, as many as fit.
  Names with(List<String> morePeople, List<String> moreRooms) {
    return people.containsAll(morePeople) && rooms.containsAll(moreRooms)
        ? this
        : new Names(union(people, morePeople), union(rooms, moreRooms));
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

package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The conversations of a console, and where the person looks.
///
/// @param all the first is the console's own; the others keep their places, since people learn
///   their numbers
/// @param present the one that is looked at
/// @param before the one looked at before that
record Panes(List<Pane> all, String present, String before) {
  /// Only the console's own.
  static final Panes HOME = new Panes(List.of(Pane.of("")), "", "");

  Panes {
    all = List.copyOf(all);
  }

  Pane home() {
    return all.getFirst();
  }

  Optional<Pane> pane(String name) {
    int place = placeOf(name);
    return place < 0 ? Optional.empty() : Optional.of(all.get(place));
  }

  /// Its place, from 0; -1 if there is none.
  int placeOf(String name) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /// Puts the pane in the place of the one with its name, or behind all others.
  Panes with(Pane pane) {
    List<Pane> changed = new ArrayList<>(all);
    int place = placeOf(pane.name());
    if (place < 0) {
      changed.add(pane);
    } else {
      changed.set(place, pane);
    }
    return new Panes(changed, present, before);
  }

  /// Who looked at it looks at the one before, then. The console's own stays.
  Panes without(String name) {
    List<Pane> fewer = new ArrayList<>(all);
    fewer.removeIf(pane -> pane.name().equals(name) && !pane.isHome());
    Panes left = new Panes(fewer, present, before);
    return present.equals(name)
        ? new Panes(fewer, left.pane(before).isPresent() ? before : "", "")
        : left;
  }

  Panes at(String name) {
    return new Panes(all, name, present);
  }
}

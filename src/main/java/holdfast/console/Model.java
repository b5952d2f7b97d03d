package holdfast.console;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// All that the console knows and shows, at one moment. Changed by `Desk` only, drawn by `Painter`.
///
/// @param me the account signed in
/// @param plain lines are printed, nothing is drawn
/// @param panes the first is the console's own; the others keep their places, since people learn
///   their numbers
/// @param present the pane that is looked at
/// @param before the one looked at before that
/// @param people names for completion
/// @param rooms names for completion
/// @param unanswered messages sent from here and not acknowledged
/// @param nextKey of the next message sent from here
/// @param recent what the person did last
/// @param now the time, ms
record Model(
    String me,
    boolean plain,
    List<Pane> panes,
    String present,
    String before,
    Set<String> people,
    Set<String> rooms,
    Health health,
    Settings settings,
    Window window,
    InputView input,
    int unanswered,
    long nextKey,
    Recent recent,
    long now) {
  /// Names kept for completion, of each kind.
  static final int NAMES_MAX = 2_000;

  /// What a person chose.
  ///
  /// @param numbers messages show their numbers instead of their times
  /// @param quiet do not disturb: neither bell nor notification
  /// @param unicode the terminal shows more than ASCII
  record Settings(Theme theme, boolean numbers, boolean quiet, boolean unicode, ZoneId zone) {
    Settings with(Theme other) {
      return new Settings(other, numbers, quiet, unicode, zone);
    }

    Settings numbers(boolean on) {
      return new Settings(theme, on, quiet, unicode, zone);
    }

    Settings quiet(boolean on) {
      return new Settings(theme, numbers, on, unicode, zone);
    }
  }

  /// The terminal's size.
  record Window(int columns, int rows) {}

  Model {
    panes = List.copyOf(panes);
  }

  static Model begin(String me, boolean plain, Settings settings, Window window, long now) {
    return new Model(
        me,
        plain,
        List.of(Pane.of("")),
        "",
        "",
        Set.of(),
        Set.of(),
        Health.UNKNOWN,
        settings,
        window,
        InputView.EMPTY,
        0,
        1,
        Recent.NOTHING,
        now);
  }

  Optional<Pane> pane(String name) {
    return panes.stream().filter(pane -> pane.name().equals(name)).findFirst();
  }

  Pane presentPane() {
    return pane(present).orElse(panes.getFirst());
  }

  /// Its place among the panes, from 0; -1 if there is none.
  int placeOf(String name) {
    for (int i = 0; i < panes.size(); i++) {
      if (panes.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /// Puts the pane in the place of the one with its name, or behind all others.
  Model with(Pane pane) {
    List<Pane> changed = new ArrayList<>(panes);
    int place = placeOf(pane.name());
    if (place < 0) {
      changed.add(pane);
    } else {
      changed.set(place, pane);
    }
    return with(changed);
  }

  Model without(String name) {
    List<Pane> fewer = new ArrayList<>(panes);
    fewer.removeIf(pane -> pane.name().equals(name) && !pane.isHome());
    Model left = with(fewer);
    return present.equals(name) ? left.at(pane(before).isPresent() ? before : "", "") : left;
  }

  private Model with(List<Pane> changed) {
    return new Model(
        me,
        plain,
        changed,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        window,
        input,
        unanswered,
        nextKey,
        recent,
        now);
  }

  Model at(String name, String from) {
    return new Model(
        me,
        plain,
        panes,
        name,
        from,
        people,
        rooms,
        health,
        settings,
        window,
        input,
        unanswered,
        nextKey,
        recent,
        now);
  }

  Model with(Health changed) {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        changed,
        settings,
        window,
        input,
        unanswered,
        nextKey,
        recent,
        now);
  }

  Model with(Settings changed) {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        changed,
        window,
        input,
        unanswered,
        nextKey,
        recent,
        now);
  }

  Model with(Window changed) {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        changed,
        input,
        unanswered,
        nextKey,
        recent,
        now);
  }

  Model with(InputView changed) {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        window,
        changed,
        unanswered,
        nextKey,
        recent,
        now);
  }

  Model at(long time) {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        window,
        input,
        unanswered,
        nextKey,
        recent,
        time);
  }

  Model with(Recent changed) {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        window,
        input,
        unanswered,
        nextKey,
        changed,
        now);
  }

  /// One more message is on its way.
  Model sending() {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        window,
        input,
        unanswered + 1,
        nextKey + 1,
        recent,
        now);
  }

  Model answered() {
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        people,
        rooms,
        health,
        settings,
        window,
        input,
        unanswered - 1,
        nextKey,
        recent,
        now);
  }

  /// Remembers names for completion, as many as fit.
  Model knowing(List<String> accounts, List<String> roomNames) {
    if (people.containsAll(accounts) && rooms.containsAll(roomNames)) {
      return this;
    }
    return new Model(
        me,
        plain,
        panes,
        present,
        before,
        union(people, accounts),
        union(rooms, roomNames),
        health,
        settings,
        window,
        input,
        unanswered,
        nextKey,
        recent,
        now);
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

package holdfast.console;

import java.util.List;
import java.util.Optional;

/// Going from one conversation to another, and up and down in one.
final class Moves {
  /// Messages on one page from the servers.
  static final int PAGE = 100;

  private Moves() {}

  static void pressed(Draft draft, Happening.Key key) {
    switch (key) {
      case PAGE_UP -> up(draft);
      case PAGE_DOWN -> down(draft);
      case BOTTOM -> bottom(draft);
      case NEXT -> step(draft, 1);
      case PREVIOUS -> step(draft, -1);
      case NEXT_UNREAD -> nextUnread(draft);
      case LAST -> open(draft, draft.model().panes().before());
      case NUMBERS -> {
        Model.Settings settings = draft.model().settings();
        draft.become(draft.model().with(settings.numbers(!settings.numbers())));
      }
    }
  }

  /// The pane with that number as the list shows it.
  static void picked(Draft draft, int number) {
    List<Pane> panes = draft.model().panes().all();
    if (number >= 1 && number <= panes.size()) {
      open(draft, panes.get(number - 1).name());
    }
  }

  private static void step(Draft draft, int by) {
    Panes panes = draft.model().panes();
    int place = Math.floorMod(panes.placeOf(panes.present()) + by, panes.all().size());
    open(draft, panes.all().get(place).name());
  }

  /// Where the person is named first, then direct conversations, then rooms.
  private static void nextUnread(Draft draft) {
    Model model = draft.model();
    Optional<Pane> next = Optional.empty();
    for (Pane pane : model.panes().all()) {
      boolean better =
          rank(pane) > 0
              && !pane.name().equals(model.present())
              && (next.isEmpty() || rank(pane) > rank(next.get()));
      if (better) {
        next = Optional.of(pane);
      }
    }
    next.ifPresent(pane -> open(draft, pane.name()));
  }

  private static int rank(Pane pane) {
    if (pane.reading().unread() == 0) {
      return 0;
    }
    if (pane.muted()) {
      return 1;
    }
    return pane.reading().mentions() > 0 ? 4 : pane.isRoom() ? 2 : 3;
  }

  /// Goes there, and fetches what is not here yet.
  static void open(Draft draft, String name) {
    Pane known = draft.pane(name);
    boolean first = !known.isHome() && !known.sheet().loaded();
    if (first) {
      long readSeq = known.reading().readSeq();
      boolean line = readSeq > 0 && known.reading().unread() > 0;
      draft.change(name, p -> line ? p.with(p.reading().lineAt(readSeq)) : p);
      draft.wish(new Deed.History(name, Optional.empty(), PAGE, true));
      if (known.isRoom()) {
        draft.wish(new Deed.Members(name, false));
      }
      known.peer().ifPresent(peer -> draft.wish(new Deed.Users(peer, false)));
    }
    draft.goTo(name);
  }

  private static int pageLines(Model model) {
    return Math.max(1, Painter.textRows(model) - 2);
  }

  private static void up(Draft draft) {
    Model model = draft.model();
    Pane pane = model.presentPane();
    int rows = Painter.textRows(model);
    int all = new Paper(model, pane).height();
    int highest = Math.max(0, all - rows);
    int target = pane.scroll() + pageLines(model);
    boolean older = pane.sheet().more() && !pane.isHome() && pane.sheet().oldestSeq() > 0;
    if (target >= highest && older && !pane.sheet().fetching()) {
      draft.wish(new Deed.History(pane.name(), Optional.of(pane.sheet().oldestSeq()), PAGE, true));
      draft.change(pane.name(), p -> p.with(p.sheet().fetchingOlder(true)));
    }
    // Beyond the top while older text is on its way: it appears where it was asked for.
    int limit = older ? highest + pageLines(model) : highest;
    draft.change(pane.name(), p -> p.scrolled(Math.min(target, limit)));
  }

  private static void down(Draft draft) {
    Model model = draft.model();
    if (model.presentPane().scroll() == 0) {
      bottom(draft);
      return;
    }
    int target = model.presentPane().scroll() - pageLines(model);
    draft.change(model.present(), p -> p.scrolled(target));
    draft.shown(model.present());
  }

  static void bottom(Draft draft) {
    String present = draft.model().present();
    draft.change(present, p -> p.scrolled(0));
    if (draft.pane(present).sheet().newer()) {
      draft.change(present, p -> p.with(p.sheet().emptied()));
      draft.wish(new Deed.History(present, Optional.empty(), PAGE, false));
    }
    draft.shown(present);
  }
}

package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A model on its way to the next one, and what is to be done outside it. Lives for one step.
final class Draft {
  private final List<Deed> deeds = new ArrayList<>();
  private Model model;

  Draft(Model model) {
    this.model = model;
  }

  Model model() {
    return model;
  }

  List<Deed> deeds() {
    return List.copyOf(deeds);
  }

  void become(Model next) {
    model = next;
  }

  void wish(Deed deed) {
    deeds.add(deed);
  }

  /// The pane of that name, made if there is none.
  Pane pane(String name) {
    if (model.pane(name).isEmpty()) {
      model = model.with(Pane.of(name));
      if (name.startsWith("@")) {
        model = model.knowing(List.of(name.substring(1)), List.of());
      } else if (name.startsWith("#")) {
        model = model.knowing(List.of(), List.of(name));
      }
    }
    return model.pane(name).orElseThrow();
  }

  void change(String name, UnaryOperator<Pane> change) {
    Pane changed = change.apply(pane(name));
    model = model.with(changed);
  }

  void info(String text) {
    note(Entry.Kind.INFO, text);
  }

  void error(String text) {
    note(Entry.Kind.ERROR, text);
  }

  void rows(List<String> rows) {
    rows.forEach(row -> note(Entry.Kind.ROW, row));
  }

  /// A word from the console, where the person looks.
  private void note(Entry.Kind kind, String text) {
    noteIn(model.present(), kind, text);
  }

  void noteIn(String name, Entry.Kind kind, String text) {
    Entry.Note note = new Entry.Note(kind, text, model.now());
    keepPlace(name, note);
    change(name, pane -> pane.with(pane.sheet().add(note)));
    wish(new Deed.Print(name, note, model.present(), false));
  }

  /// A message comes in at the end, or before what is unacknowledged.
  void say(String name, Entry.Message message) {
    // Where only a part of the past is shown, what is new waits until the end is shown again.
    if (!pane(name).sheet().newer()) {
      keepPlace(name, message);
      change(name, pane -> pane.with(pane.sheet().add(message)));
    }
    if (!message.isQueued()) {
      wish(new Deed.Print(name, message, model.present(), false));
    }
  }

  /// The message sent from here under `key` is on the disks of a majority.
  void replicated(String name, long key, long seq, long time) {
    Optional<Entry.Message> queued = pane(name).sheet().queued(key);
    change(name, pane -> pane.with(pane.sheet().replicated(key, seq, time)));
    queued.ifPresent(message ->
        wish(new Deed.Print(name, message.replicated(seq, time), model.present(), true)));
  }

  /// Who has scrolled back goes on seeing the same lines.
  private void keepPlace(String name, Entry entry) {
    Pane pane = pane(name);
    if (pane.scroll() > 0) {
      int lines = new Paper(model, pane).lines(entry).size();
      change(name, p -> p.scrolled(p.scroll() + lines));
    }
  }

  /// Goes to a conversation; what it says counts as read from now on.
  void goTo(String name) {
    pane(name);
    String from = model.present();
    if (!from.equals(name)) {
      change(from, left -> left.with(left.reading().lineAt(left.reading().lastSeq())));
      model = model.with(model.panes().at(name)).with(model.recent().typingTold(0));
    }
    shown(name);
  }

  /// What the present conversation holds has been on the screen.
  void shown(String name) {
    Pane pane = pane(name);
    boolean seen =
        name.equals(model.present())
            && pane.scroll() == 0
            && !pane.isHome()
            && !pane.sheet().newer();
    if (seen && pane.reading().unread() > 0) {
      long last = pane.reading().lastSeq();
      wish(new Deed.Shown(name, last));
      change(name, p -> p.with(p.reading().read(last)));
    }
  }
}

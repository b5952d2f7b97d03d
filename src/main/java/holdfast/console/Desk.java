package holdfast.console;

import java.util.List;

/// What the console makes of what happens: a model and one thing that happened in, the next model
/// and what is to be done out. The same in, the same out.
final class Desk {
  /// Between two looks at how the cluster is, and whether who is written to is there, ms.
  static final long STATUS_EVERY_MS = 3_000;

  /// Between two words to others that the person is typing, ms.
  private static final long TYPING_EVERY_MS = 3_000;

  private Desk() {}

  record Step(Model model, List<Deed> deeds) {}

  static Step step(Model before, Happening happening) {
    Draft draft = new Draft(before);
    switch (happening) {
      case Happening.Typed(var line) -> Typing.typed(draft, line);
      case Happening.Pressed(var key) -> Moves.pressed(draft, key);
      case Happening.Picked(var number) -> Moves.picked(draft, number);
      case Happening.Editing(var input) -> editing(draft, input);
      case Happening.Resized(var columns, var rows) -> {
        draft.become(before.with(new Model.Window(columns, rows)));
        draft.wish(new Deed.Redraw());
      }
      case Happening.Tick(var now) -> tick(draft, now);
      case Happening.Event(var event, var sentHere) -> Arrivals.event(draft, event, sentHere);
      case Happening.Told(var notice) -> Arrivals.notice(draft, notice);
      case Happening.Reply reply -> Replies.reply(draft, reply);
    }
    return new Step(draft.model(), draft.deeds());
  }

  /// Who writes to somebody is seen to be typing.
  private static void editing(Draft draft, InputView input) {
    Model model = draft.model();
    boolean writes =
        !input.text().isBlank()
            && !input.text().startsWith("/")
            && !input.text().equals(model.input().text())
            && !model.presentPane().isHome();
    Recent recent = model.recent().active(model.now());
    draft.become(model.with(input).with(recent));
    if (writes && model.now() - recent.typingTold() >= TYPING_EVERY_MS) {
      draft.become(draft.model().with(recent.typingTold(model.now())));
      draft.wish(new Deed.Typing(model.present()));
    }
  }

  private static void tick(Draft draft, long now) {
    Model model = draft.model();
    boolean due = now / STATUS_EVERY_MS != model.now() / STATUS_EVERY_MS;
    if (due && !model.plain() && model.health().server().isPresent()) {
      draft.wish(new Deed.Status(false));
      model.presentPane().peer().ifPresent(peer -> draft.wish(new Deed.Users(peer, false)));
    }
    draft.become(model.at(now));
  }

  /// What a console begins with: the conversations, and names for completion.
  static Step begin(Model model, String welcome) {
    Draft draft = new Draft(model);
    if (!welcome.isEmpty()) {
      draft.info(welcome);
    }
    if (!model.plain()) {
      draft.wish(new Deed.Status(false));
      draft.wish(new Deed.Conversations(false));
      draft.wish(new Deed.Preferences());
      draft.wish(new Deed.Users("*", false));
      draft.wish(new Deed.Rooms("*", false));
    }
    return new Step(draft.model(), draft.deeds());
  }
}

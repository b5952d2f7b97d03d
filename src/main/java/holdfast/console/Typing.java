package holdfast.console;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a person asks for by typing.
final class Typing {
  /// Messages shown when a conversation is opened where lines are printed.
  static final int OPENED = 10;

  /// Messages sent and not acknowledged; beyond, one has to wait for the servers.
  static final int UNANSWERED_MAX = 500;

  /// Beyond every seq, and within what JSON holds exactly.
  private static final long EVERYTHING = (1L << 53) - 1;

  /// Begins the name of the preference that keeps a conversation muted, on every screen.
  static final String MUTE = "mute.";

  /// Preferences that keep how the console looks, and which keys it has.
  static final String THEME = "theme";

  static final String KEYS = "keys";
  static final String VI = "vi";

  private static final String NOT_HERE = "That is for a full screen; lines are only printed here.";

  private Typing() {}

  static void typed(Draft draft, String line) {
    switch (InputParser.parse(line)) {
      case Input.Nothing() -> {}
      case Input.Wrong(var why) -> draft.error(why);
      case Input.Say(var text) -> {
        if (inConversation(draft)) {
          send(draft, draft.model().present(), text);
        }
      }
      case Input.Tell(var conversation, var text) -> {
        if (draft.model().plain()) {
          draft.goTo(conversation);
        } else {
          Moves.open(draft, conversation);
        }
        send(draft, conversation, text);
      }
      case Input.Reply _,
          Input.Edit _,
          Input.Delete _,
          Input.React _,
          Input.Search _,
          Input.Show _ ->
          Messages.typed(draft, InputParser.parse(line));
      case Input.GoTo(var conversation) -> goTo(draft, conversation);
      case Input.Jump(var where) -> jump(draft, where);
      case Input.Create(var room, var topic, var isPrivate) ->
          draft.wish(new Deed.Create(room, topic, isPrivate));
      case Input.Join(var room) -> draft.wish(new Deed.Join(room));
      case Input.Leave(var named) ->
          here(draft, named).ifPresent(room -> draft.wish(new Deed.Leave(room)));
      case Input.Close() -> draft.become(draft.model().without(draft.model().present()));
      case Input.Rooms(var pattern) -> draft.wish(new Deed.Rooms(pattern, true));
      case Input.Topic _, Input.Invite _, Input.Kick _, Input.Role _, Input.Block _ ->
          rooms(draft, InputParser.parse(line));
      case Input.Members(var named) ->
          here(draft, named).ifPresent(room -> draft.wish(new Deed.Members(room, true)));
      case Input.Users(var pattern) -> draft.wish(new Deed.Users(pattern, true));
      case Input.Whois(var name) -> draft.wish(new Deed.Whois(name));
      case Input.History(var named, var limit) -> history(draft, named, limit);
      case Input.More() -> more(draft);
      case Input.Conversations() -> draft.wish(new Deed.Conversations(true));
      case Input.Read() -> read(draft);
      case Input.Status() -> draft.wish(new Deed.Status(true));
      case Input.Server() -> server(draft);
      case Input.Help(var topic) -> draft.rows(topic.map(Commands::help).orElseGet(Commands::help));
      case Input.Logout() -> draft.wish(new Deed.Logout());
      case Input.Quit() -> draft.wish(new Deed.Quit());
      case Input.Mute _, Input.Quiet _, Input.Log _, Input.Look _, Input.Keys _, Input.Numbers _ ->
          choose(draft, InputParser.parse(line));
    }
  }

  /// Who is in a room, what it is about, and who may write to one.
  private static void rooms(Draft draft, Input input) {
    switch (input) {
      case Input.Topic(var named, var text) ->
          here(draft, named)
              .ifPresent(room ->
                  draft.wish(
                      text.isEmpty()
                          ? new Deed.Rooms(room.substring(1), true)
                          : new Deed.SetTopic(room, text)));
      case Input.Invite(var name, var named) ->
          here(draft, named).ifPresent(room -> draft.wish(new Deed.Invite(room, name)));
      case Input.Kick(var name, var named) ->
          here(draft, named).ifPresent(room -> draft.wish(new Deed.Kick(room, name)));
      case Input.Role(var name, var role) ->
          here(draft, Optional.empty())
              .ifPresent(room -> draft.wish(new Deed.SetRole(room, name, role)));
      case Input.Block(var name, var blocked) -> draft.wish(new Deed.Block(name, blocked));
      case Input _ -> {}
    }
  }

  /// What concerns this console only.
  private static void choose(Draft draft, Input input) {
    Model.Settings settings = draft.model().settings();
    switch (input) {
      case Input.Mute(var named) -> here(draft, named).ifPresent(name -> mute(draft, name));
      case Input.Quiet(var on) -> {
        boolean quiet = on.orElse(!settings.quiet());
        draft.become(draft.model().with(settings.quiet(quiet)));
        draft.info(quiet ? "Nothing will ring. /dnd off ends that." : "Mentions ring again.");
      }
      case Input.Log(var file) -> draft.wish(new Deed.Log(file));
      case Input.Look(var theme) -> {
        if (onScreen(draft)) {
          draft.become(draft.model().with(settings.with(theme)));
          draft.info("The theme is " + theme.word() + ".");
          draft.wish(new Deed.Prefer(THEME, Optional.of(theme.word())));
        }
      }
      case Input.Keys(var vi) -> {
        if (onScreen(draft)) {
          draft.become(draft.model().with(settings.vi(vi)));
          draft.info(vi ? "Lines are edited like in vi." : "Lines are edited like in emacs.");
          draft.wish(new Deed.Prefer(KEYS, Optional.of(vi ? VI : "emacs")));
        }
      }
      case Input.Numbers() -> {
        if (onScreen(draft)) {
          Moves.pressed(draft, Happening.Key.NUMBERS);
        }
      }
      case Input _ -> {}
    }
  }

  private static boolean onScreen(Draft draft) {
    if (draft.model().plain()) {
      draft.error(NOT_HERE);
    }
    return !draft.model().plain();
  }

  static boolean inConversation(Draft draft) {
    boolean in = !draft.model().presentPane().isHome();
    if (!in) {
      draft.error("Say to whom: @NAME TEXT or #ROOM TEXT.");
    }
    return in;
  }

  /// The conversation named, or the present one.
  private static Optional<String> here(Draft draft, Optional<String> named) {
    if (named.isPresent() || inConversation(draft)) {
      return Optional.of(named.orElseGet(() -> draft.model().present()));
    }
    return Optional.empty();
  }

  private static void send(Draft draft, String to, String text) {
    send(draft, to, text, 0);
  }

  /// @param replyTo seq of the message it answers; 0: none
  static void send(Draft draft, String to, String text, long replyTo) {
    Model model = draft.model();
    if (model.outbox().unanswered() >= UNANSWERED_MAX) {
      draft.error(
          "Not sent: "
              + UNANSWERED_MAX
              + " messages wait for a server already. The arrow key up brings it back.");
      return;
    }
    long key = model.outbox().nextKey();
    String said = model.plain() ? text : Emoji.expand(text);
    draft.become(model.with(model.outbox().sending()).with(model.recent().typingTold(0)));
    draft.say(
        to, Entry.Message.queued(key, model.me(), said, model.now(), Extras.answering(replyTo)));
    draft.wish(new Deed.Send(key, to, said, replyTo));
    if (!model.plain()) {
      Moves.bottom(draft);
    }
  }

  private static void goTo(Draft draft, String conversation) {
    if (draft.model().plain()) {
      draft.goTo(conversation);
      draft.wish(new Deed.History(conversation, Optional.empty(), OPENED, true));
    } else {
      Moves.open(draft, conversation);
    }
  }

  private static void jump(Draft draft, String where) {
    List<Pane> panes = draft.model().panes().all();
    if (where.matches("[0-9]{1,3}")) {
      int number = Integer.parseInt(where);
      if (number >= 1 && number <= panes.size()) {
        goTo(draft, panes.get(number - 1).name());
      } else {
        draft.error("There is no conversation " + number + " in the list.");
      }
      return;
    }
    String part = where.toLowerCase(Locale.ROOT);
    Optional<Pane> begins =
        panes.stream()
            .filter(p -> p.name().startsWith(part) || bare(p).startsWith(part))
            .findFirst();
    Optional<Pane> found =
        begins.isPresent()
            ? begins
            : panes.stream().filter(p -> p.name().contains(part)).findFirst();
    found.ifPresentOrElse(
        pane -> goTo(draft, pane.name()),
        () -> draft.error("No conversation of the list is called like " + where + "."));
  }

  private static String bare(Pane pane) {
    return pane.isHome() ? "" : pane.name().substring(1);
  }

  private static void history(Draft draft, Optional<String> named, int limit) {
    here(draft, named)
        .ifPresent(name -> {
          if (draft.model().plain()) {
            draft.goTo(name);
          } else {
            Moves.open(draft, name);
          }
          draft.wish(new Deed.History(name, Optional.empty(), limit, true));
        });
  }

  private static void more(Draft draft) {
    if (!draft.model().plain()) {
      Moves.pressed(draft, Happening.Key.PAGE_UP);
    } else if (inConversation(draft)) {
      Pane pane = draft.model().presentPane();
      long oldest = pane.sheet().oldestSeq();
      Optional<Long> before = oldest == 0 ? Optional.empty() : Optional.of(oldest);
      draft.wish(new Deed.History(pane.name(), before, InputParser.HISTORY_DEFAULT, true));
    }
  }

  private static void read(Draft draft) {
    if (inConversation(draft)) {
      Pane pane = draft.model().presentPane();
      draft.wish(new Deed.MarkRead(pane.name(), EVERYTHING));
      long last = pane.reading().lastSeq();
      draft.change(pane.name(), p -> p.with(p.reading().read(last).lineAt(last)));
    }
  }

  private static void mute(Draft draft, String name) {
    boolean muted = !draft.pane(name).muted();
    draft.change(name, p -> p.muted(muted));
    draft.wish(new Deed.Prefer(MUTE + name, muted ? Optional.of("on") : Optional.empty()));
    draft.info(name + (muted ? " is muted; /mute once more ends that." : " rings again."));
  }

  private static void server(Draft draft) {
    draft.info(
        draft.model().health().server().map(id -> "On server " + id + ".").orElse("On none now."));
  }
}

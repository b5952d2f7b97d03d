package holdfast.console;

import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// All that the console knows and shows, at one moment. Changed by `Desk` only, drawn by `Painter`.
///
/// @param me the account signed in
/// @param plain lines are printed, nothing is drawn
/// @param panes the conversations
/// @param names for completion
/// @param recent what the person did last
/// @param now the time, ms
record Model(
    String me,
    boolean plain,
    Panes panes,
    KnownNames names,
    Health health,
    Settings settings,
    Window window,
    InputView input,
    Outbox outbox,
    Recent recent,
    long now) {

  /// What a person chose.
  ///
  /// @param given the theme was asked for when the console was started, so the one that the servers
  ///   keep does not count
  /// @param vi lines are edited like in vi
  /// @param numbers messages show their numbers instead of their times
  /// @param quiet do not disturb: neither bell nor notification
  /// @param unicode the terminal shows more than ASCII
  record Settings(
      Theme theme,
      boolean given,
      boolean vi,
      boolean numbers,
      boolean quiet,
      boolean unicode,
      ZoneId zone) {
    static Settings of(Theme theme, boolean given, boolean unicode, ZoneId zone) {
      return new Settings(theme, given, false, false, false, unicode, zone);
    }

    Settings with(Theme other) {
      return new Settings(other, given, vi, numbers, quiet, unicode, zone);
    }

    Settings vi(boolean on) {
      return new Settings(theme, given, on, numbers, quiet, unicode, zone);
    }

    Settings numbers(boolean on) {
      return new Settings(theme, given, vi, on, quiet, unicode, zone);
    }

    Settings quiet(boolean on) {
      return new Settings(theme, given, vi, numbers, on, unicode, zone);
    }
  }

  /// The terminal's size.
  record Window(int columns, int rows) {}

  /// What is on its way to the servers.
  ///
  /// @param unanswered messages sent from here and not acknowledged
  /// @param nextKey of the next message sent from here
  record Outbox(int unanswered, long nextKey) {
    static final Outbox EMPTY = new Outbox(0, 1);

    /// One more message is on its way.
    Outbox sending() {
      return new Outbox(unanswered + 1, nextKey + 1);
    }

    Outbox answered() {
      return new Outbox(unanswered - 1, nextKey);
    }
  }

  static Model begin(String me, boolean plain, Settings settings, Window window, long now) {
    return new Model(
        me,
        plain,
        Panes.HOME,
        KnownNames.NONE,
        Health.UNKNOWN,
        settings,
        window,
        InputView.EMPTY,
        Outbox.EMPTY,
        Recent.NOTHING,
        now);
  }

  /// The name of the pane that is looked at.
  String present() {
    return panes.present();
  }

  Pane presentPane() {
    return pane(present()).orElse(panes.home());
  }

  Optional<Pane> pane(String name) {
    return panes.pane(name);
  }

  Model with(Pane pane) {
    return with(panes.with(pane));
  }

  Model without(String pane) {
    return with(panes.without(pane));
  }

  /// Remembers names for completion.
  Model knowing(List<String> people, List<String> rooms) {
    return with(names.with(people, rooms));
  }

  // Each of the following is this model but for the one thing it is given.

  Model with(Panes panes) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(KnownNames names) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(Health health) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(Settings settings) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(Window window) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(InputView input) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(Outbox outbox) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model with(Recent recent) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }

  Model at(long now) {
    return new Model(me, plain, panes, names, health, settings, window, input, outbox, recent, now);
  }
}

package holdfast.console;

import holdfast.client.Notice;
import holdfast.wire.ServerEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What the servers push, and what the client says about itself.
final class Arrivals {
  /// Who types once counts as typing for so long.
  private static final long TYPING_MS = 6_000;

  /// Who has pressed a key within that time sees what is said in the present conversation.
  private static final long WATCHING_MS = 30_000;

  private Arrivals() {}

  static void event(Draft draft, ServerEvent event, boolean sentHere) {
    switch (event) {
      case ServerEvent.Message message -> message(draft, message, sentHere);
      case ServerEvent.MessageEdited e ->
          changed(draft, e.conversation(), e.seq(), message -> message.edited(e.text()));
      case ServerEvent.MessageDeleted e ->
          e.seqs().forEach(seq -> changed(draft, e.conversation(), seq, Entry.Message::deleted));
      case ServerEvent.Reaction e ->
          changed(
              draft,
              e.conversation(),
              e.seq(),
              message ->
                  message.with(message.extras().reacted(e.emoji(), e.username(), e.removed())));
      case ServerEvent.Typing e -> typing(draft, e);
      case ServerEvent.Read read -> read(draft, read);
      case ServerEvent.Room room -> room(draft, room);
      case ServerEvent.Presence(var name, var online) -> {
        boolean known = !draft.model().plain() && draft.model().pane("@" + name).isPresent();
        if (known) {
          String left = "last seen " + Dates.from(draft.model()).time(draft.model().now());
          draft.change("@" + name, p -> p.withTopic(online ? "online" : left));
        }
      }
      case ServerEvent.Cluster cluster ->
          draft.become(draft.model().with(draft.model().health().ruledBy(cluster)));
    }
  }

  private static void message(Draft draft, ServerEvent.Message message, boolean sentHere) {
    String name = message.conversation();
    Model model = draft.model();
    boolean own = message.sender().equals(model.me());
    Pane pane = draft.pane(name);
    if (sentHere) {
      // The reply says the same, and comes first; but after a failover it may be lost.
      pane.sheet()
          .oldestQueued(message.text())
          .ifPresent(queued -> draft.replicated(name, queued.key(), message.seq(), message.time()));
    } else if (!pane.sheet().has(message.seq())) {
      draft.say(
          name,
          Entry.Message.said(
              message.seq(),
              message.sender(),
              message.text(),
              message.time(),
              new Extras(
                  message.replyTo().orElse(0L),
                  message.edited().isPresent(),
                  message.deleted(),
                  Map.of())));
      draft.become(draft.model().knowing(List.of(message.sender()), List.of()));
    }
    draft.change(name, p -> p.with(p.reading().reached(message.seq())));
    if (own) {
      draft.change(name, p -> p.with(p.reading().read(message.seq())));
      return;
    }
    draft.change(name, p -> p.typedIn(Pane.Typist.NOBODY));
    if (pane.peer().isPresent()) {
      // Who writes has read what stands before: the servers see it so, too, and say nothing more.
      draft.change(name, p -> p.with(p.reading().readByPeer(message.seq())));
    }
    boolean named = Mentions.names(message.text(), model.me());
    boolean looking = name.equals(model.present()) && draft.pane(name).scroll() == 0;
    if (named && !looking) {
      draft.change(name, p -> p.with(p.reading().mentioned()));
    }
    boolean meant = named || name.startsWith("@");
    boolean watching = looking && model.now() - model.recent().activeAt() < WATCHING_MS;
    if (meant && !watching && !draft.pane(name).muted() && !model.settings().quiet()) {
      String where = name.startsWith("#") ? message.sender() + " in " + name : name;
      draft.wish(new Deed.Alert(where + ": " + Safe.line(message.text())));
    }
    draft.shown(name);
  }

  private static void changed(
      Draft draft, String name, long seq, UnaryOperator<Entry.Message> change) {
    if (draft.model().pane(name).isEmpty()) {
      return;
    }
    draft.change(name, p -> p.with(p.sheet().change(seq, change)));
    if (draft.model().plain()) {
      draft
          .pane(name)
          .sheet()
          .message(seq)
          .ifPresent(
              message -> draft.wish(new Deed.Print(name, message, draft.model().present(), false)));
    }
  }

  private static void typing(Draft draft, ServerEvent.Typing event) {
    boolean shown = !draft.model().plain() && draft.model().pane(event.conversation()).isPresent();
    if (shown) {
      long until = draft.model().now() + TYPING_MS;
      draft.change(event.conversation(), p -> p.typedIn(new Pane.Typist(event.username(), until)));
    }
  }

  private static void read(Draft draft, ServerEvent.Read read) {
    if (draft.model().pane(read.conversation()).isEmpty()) {
      return;
    }
    boolean mine = read.username().equals(draft.model().me());
    draft.change(
        read.conversation(),
        p -> p.with(mine ? p.reading().read(read.seq()) : p.reading().readByPeer(read.seq())));
  }

  private static void room(Draft draft, ServerEvent.Room event) {
    Model model = draft.model();
    boolean aboutMe = event.username().equals(model.me());
    boolean gone = event.change().equals("left") || event.change().equals("kicked");
    if (aboutMe && gone) {
      draft.become(model.without(event.room()));
      if (event.change().equals("kicked")) {
        Words.room(event, model.me()).ifPresent(draft::info);
      }
      return;
    }
    event
        .topic()
        .filter(_ -> draft.model().pane(event.room()).isPresent())
        .ifPresent(topic -> draft.change(event.room(), p -> p.withTopic(topic)));
    if (aboutMe && event.change().equals("invited")) {
      draft.become(draft.model().knowing(List.of(), List.of(event.room())));
      Words.room(event, model.me()).ifPresent(draft::info);
      return;
    }
    boolean known = model.pane(event.room()).isPresent();
    if (aboutMe && !model.plain() && event.change().equals("joined") && !known) {
      draft.pane(event.room());
    }
    Optional<String> said = Words.room(event, model.me());
    boolean here = model.plain() || known;
    if (said.isPresent() && here) {
      draft.noteIn(model.plain() ? model.present() : event.room(), Entry.Kind.INFO, said.get());
    }
    if (!model.plain() && model.present().equals(event.room())) {
      draft.wish(new Deed.Members(event.room(), false));
    }
  }

  static void notice(Draft draft, Notice notice) {
    Health health = draft.model().health();
    switch (notice) {
      case Notice.Connected(var server) -> {
        draft.become(draft.model().with(health.on(server.serverId())));
        if (!draft.model().plain()) {
          draft.wish(new Deed.Status(false));
        }
      }
      case Notice.Lost _ -> draft.become(draft.model().with(health.lost(0)));
      case Notice.Connecting(var searching) ->
          draft.become(draft.model().with(health.lost(searching.toMillis())));
      case Notice.Reset() -> reload(draft);
      case Notice.FailedOver _, Notice.LoggedOut _, Notice.SlowConsumer _ -> {}
    }
    // On a full screen the status line tells how long there has been no server.
    if (draft.model().plain() || !(notice instanceof Notice.Connecting)) {
      Words.notice(notice).ifPresent(draft::info);
    }
    if (notice instanceof Notice.LoggedOut) {
      draft.wish(new Deed.Logout());
    }
  }

  /// Events are missing: what was shown may have holes, so it is fetched anew.
  private static void reload(Draft draft) {
    if (draft.model().plain()) {
      return;
    }
    for (Pane pane : draft.model().panes().all()) {
      if (!pane.isHome() && pane.sheet().loaded()) {
        draft.change(pane.name(), p -> p.with(p.sheet().emptied()).scrolled(0));
        draft.wish(new Deed.History(pane.name(), Optional.empty(), Moves.PAGE, false));
      }
    }
    draft.wish(new Deed.Conversations(false));
  }
}

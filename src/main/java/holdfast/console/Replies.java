package holdfast.console;

import holdfast.wire.OkPayload;
import java.util.List;
import java.util.Optional;

/// What the servers answered.
final class Replies {
  private Replies() {}

  static void reply(Draft draft, Happening.Reply reply) {
    switch (reply) {
      case Happening.Sent sent -> sent(draft, sent);
      case Happening.NotSent failed -> {
        draft.become(draft.model().with(draft.model().outbox().answered()));
        draft.change(failed.to(), p -> p.with(p.sheet().notSent(failed.key())));
        draft.error("Not sent to " + failed.to() + ": " + failed.text() + "\n" + failed.why());
      }
      case Happening.HistoryCame came -> history(draft, came);
      case Happening.ConversationsCame(var asked, var came) -> {
        conversations(draft, came);
        if (asked) {
          draft.rows(Lists.conversations(came));
        }
      }
      case Happening.UsersCame(var asked, var users) -> users(draft, asked, users);
      case Happening.RoomsCame(var asked, var rooms) -> rooms(draft, asked, rooms);
      case Happening.MembersCame(var asked, var room, var members) ->
          members(draft, asked, room, members);
      case Happening.StatusCame(var asked, var status, var took) -> {
        draft.become(draft.model().with(draft.model().health().seen(status, took)));
        if (asked) {
          draft.rows(Lists.status(status));
        }
      }
      case Happening.AroundCame(var place, var page) -> Messages.around(draft, place, page);
      case Happening.SearchCame(var query, var found) -> Messages.found(draft, query, found);
      case Happening.Done(var said) -> {
        if (!said.isEmpty()) {
          draft.info(said);
        }
      }
      case Happening.PreferencesCame(var came) ->
          came.preferences().forEach((name, value) -> preferred(draft, name, value));
      case Happening.WhoisCame(var name, var found) -> whois(draft, name, found);
      case Happening.Created(var room) -> {
        if (!draft.model().plain()) {
          Moves.open(draft, room);
        } else {
          draft.goTo(room);
        }
        draft.info(room + " is open; you own it.");
        if (!draft.model().plain()) {
          draft.wish(new Deed.Rooms(room.substring(1), false));
        }
      }
      case Happening.Joined(var room) -> joined(draft, room);
      case Happening.Left(var room) -> {
        draft.become(draft.model().without(room));
        draft.info("You left " + room + ".");
      }
      case Happening.MarkedRead(var conversation) -> draft.info(conversation + " is read.");
      case Happening.Refused refused -> refused(draft, refused);
    }
  }

  /// What the person chose earlier, here or on another screen.
  private static void preferred(Draft draft, String name, String value) {
    Model.Settings settings = draft.model().settings();
    if (name.startsWith(Typing.MUTE)) {
      draft.change(name.substring(Typing.MUTE.length()), p -> p.muted(true));
    } else if (name.equals(Typing.KEYS)) {
      draft.become(draft.model().with(settings.vi(value.equals(Typing.VI))));
    } else if (name.equals(Typing.THEME) && !settings.given()) {
      Theme.named(value).ifPresent(theme -> draft.become(draft.model().with(settings.with(theme))));
    }
  }

  private static void sent(Draft draft, Happening.Sent sent) {
    long seq = sent.done().seq();
    long time = sent.done().time();
    draft.become(draft.model().with(draft.model().outbox().answered()));
    draft.replicated(sent.to(), sent.key(), seq, time);
    draft.change(sent.to(), p -> p.with(p.reading().reached(seq).read(seq)));
  }

  private static void history(Draft draft, Happening.HistoryCame came) {
    String name = came.conversation();
    List<Entry.Message> page = page(came.page());
    boolean more = came.page().more();
    boolean older = came.before().isPresent();
    if (draft.model().plain()) {
      printed(draft, came, page);
    }
    draft.change(
        name,
        p -> {
          // Where lines are printed, /more goes on from the page that was printed last.
          Sheet sheet = draft.model().plain() && !older ? p.sheet().emptied() : p.sheet();
          return p.with(older ? sheet.withOlder(page, more) : sheet.withNewest(page, more));
        });
    if (!older && !page.isEmpty()) {
      draft.change(name, p -> p.with(p.reading().reached(page.getLast().seq())));
    }
    page.stream()
        .filter(message -> draft.pane(name).peer().filter(message.sender()::equals).isPresent())
        .reduce((_, later) -> later)
        .ifPresent(last -> draft.change(name, p -> p.with(p.reading().readByPeer(last.seq()))));
    draft.become(
        draft
            .model()
            .knowing(page.stream().map(Entry.Message::sender).distinct().toList(), List.of()));
    draft.shown(name);
  }

  static List<Entry.Message> page(OkPayload.History came) {
    return came.messages().stream()
        .map(m ->
            Entry.Message.said(
                m.seq(),
                m.sender(),
                m.text(),
                m.time(),
                new Extras(
                    m.replyTo().orElse(0L), m.edited().isPresent(), m.deleted(), m.reactions())))
        .toList();
  }

  private static void printed(Draft draft, Happening.HistoryCame came, List<Entry.Message> page) {
    String name = came.conversation();
    if (page.isEmpty()) {
      draft.info(
          came.before().isPresent()
              ? "That is where " + name + " begins."
              : "Nothing has been said in " + name + ".");
      return;
    }
    if (came.page().more()) {
      draft.info("/more shows what came before.");
    }
    page.forEach(
        message -> draft.wish(new Deed.Print(name, message, draft.model().present(), false)));
  }

  private static void conversations(Draft draft, OkPayload.Conversations came) {
    if (draft.model().plain()) {
      return;
    }
    for (OkPayload.Conversation c : came.conversations()) {
      draft.change(
          c.conversation(),
          p -> {
            Reading r = p.reading();
            long last = Math.max(r.lastSeq(), c.lastSeq());
            long read = Math.max(r.readSeq(), c.readSeq());
            long mentions = read >= last ? 0 : Math.max(r.mentions(), c.mentions());
            return p.with(new Reading(last, read, r.peerRead(), r.newAfter(), mentions));
          });
    }
    draft.shown(draft.model().present());
  }

  private static void users(Draft draft, boolean asked, OkPayload.Users users) {
    draft.become(
        draft
            .model()
            .knowing(users.users().stream().map(OkPayload.User::username).toList(), List.of()));
    Dates dates = Dates.from(draft.model());
    for (OkPayload.User user : users.users()) {
      String seen = user.lastSeen() == 0 ? "" : "last seen " + dates.dayAndTime(user.lastSeen());
      if (draft.model().pane("@" + user.username()).isPresent()) {
        draft.change("@" + user.username(), p -> p.withTopic(user.online() ? "online" : seen));
      }
    }
    if (asked) {
      draft.rows(Lists.users(users, dates::dayAndTime));
    }
  }

  private static void rooms(Draft draft, boolean asked, OkPayload.Rooms rooms) {
    draft.become(
        draft
            .model()
            .knowing(List.of(), rooms.rooms().stream().map(OkPayload.RoomInfo::room).toList()));
    for (OkPayload.RoomInfo room : rooms.rooms()) {
      if (draft.model().pane(room.room()).isPresent()) {
        draft.change(room.room(), p -> p.withTopic(room.topic()));
      }
    }
    if (asked) {
      draft.rows(Lists.rooms(rooms));
    }
  }

  private static void members(Draft draft, boolean asked, String room, OkPayload.Members members) {
    List<String> names = members.members().stream().map(OkPayload.MemberInfo::username).toList();
    draft.become(draft.model().knowing(names, List.of()));
    if (draft.model().pane(room).isPresent()) {
      draft.change(room, p -> p.withMembers(names));
    }
    if (asked) {
      draft.rows(Lists.members(members));
    }
  }

  private static void whois(Draft draft, String name, List<OkPayload.User> found) {
    if (found.isEmpty()) {
      draft.info("Nobody is called " + name + ". /users lists who there is.");
      return;
    }
    OkPayload.User user = found.getFirst();
    String seen =
        user.lastSeen() == 0
            ? ""
            : "; last seen " + Dates.from(draft.model()).dayAndTime(user.lastSeen());
    String rooms =
        String.join(
            ", ",
            draft.model().panes().all().stream()
                .filter(pane -> pane.isRoom() && pane.members().contains(user.username()))
                .map(Pane::name)
                .toList());
    draft.info(
        "@"
            + user.username()
            + (user.online() ? " is online" : " is not here" + seen)
            + "."
            + (rooms.isEmpty() ? "" : " In " + rooms + "."));
  }

  private static void joined(Draft draft, String room) {
    if (draft.model().plain()) {
      draft.goTo(room);
      draft.info("You are in " + room + ".");
      draft.wish(new Deed.History(room, Optional.empty(), Typing.OPENED, true));
    } else {
      Moves.open(draft, room);
      draft.info("You are in " + room + ".");
      draft.wish(new Deed.Rooms(room.substring(1), false));
    }
  }

  private static void refused(Draft draft, Happening.Refused refused) {
    String name = refused.what();
    boolean empty =
        draft.model().pane(name).isPresent()
            && !draft.pane(name).isHome()
            && !draft.pane(name).sheet().loaded()
            && draft.pane(name).sheet().entries().isEmpty();
    if (empty) {
      // It cannot be opened, so it is no conversation.
      draft.become(draft.model().without(name));
    } else if (draft.model().pane(name).isPresent()) {
      draft.change(name, p -> p.with(p.sheet().fetchingOlder(false)));
    }
    // Why one cannot write there is told with the message that was not sent.
    boolean told =
        draft
            .model()
            .pane(name)
            .filter(p -> !p.sheet().loaded() && p.sheet().hasUnsent())
            .isPresent();
    if (!refused.quiet() && !told) {
      draft.error(refused.why());
    }
  }
}

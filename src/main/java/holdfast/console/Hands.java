package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatException;
import holdfast.wire.OkPayload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/// Does what a console wants of the servers, and brings back one reply for each thing. Never waits
/// for one.
final class Hands {
  /// Rows of a list.
  private static final int ROWS = 200;

  /// Messages shown after one that somebody wants to see.
  private static final int AFTER = 10;

  /// Messages that a search gives.
  private static final int FOUND = 20;

  /// How long leaving waits for the last marks of what was read.
  private static final long FINISH_SECONDS = 2;

  private final ChatClient client;
  private final ReadMarker marker;
  private final Consumer<Happening.Reply> answer;

  Hands(ChatClient client, Consumer<Happening.Reply> answer) {
    this.client = client;
    this.marker = new ReadMarker(client);
    this.answer = answer;
  }

  void perform(Deed.Request request) {
    switch (request) {
      case Deed.Simple simple -> simple(simple);
      case Deed.Send send -> send(send);
      case Deed.History history -> history(history);
      case Deed.Around(var place) ->
          ask(
              client.historyBefore(place.conversation(), place.seq() + AFTER, Moves.PAGE),
              page -> new Happening.AroundCame(place, page),
              "",
              false);
      case Deed.Search(var conversation, var query) ->
          ask(
              client.search(query, conversation, Optional.empty(), FOUND),
              found -> new Happening.SearchCame(query, found),
              "",
              false);
      case Deed.Preferences() ->
          ask(client.preferences(), Happening.PreferencesCame::new, "", true);
      case Deed.Conversations(var asked) ->
          ask(
              client.conversations(ROWS),
              came -> new Happening.ConversationsCame(asked, came),
              "",
              !asked);
      case Deed.Users(var pattern, var asked) ->
          ask(
              client.users(pattern, ROWS),
              came -> new Happening.UsersCame(asked, came),
              "",
              !asked);
      case Deed.Rooms(var pattern, var asked) ->
          ask(
              client.rooms(pattern, ROWS),
              came -> new Happening.RoomsCame(asked, came),
              "",
              !asked);
      case Deed.Members(var room, var asked) ->
          ask(
              client.members(room, ROWS),
              came -> new Happening.MembersCame(asked, room, came),
              "",
              !asked);
      case Deed.Status(var asked) -> status(asked);
      case Deed.Whois(var name) ->
          ask(
              client.users(name, 1),
              came -> new Happening.WhoisCame(name, came.users()),
              "",
              false);
      case Deed.Create(var room, var topic, var isPrivate) ->
          ask(
              client.createRoom(room, topic, isPrivate),
              _ -> new Happening.Created(room),
              "",
              false);
      case Deed.Join(var room) ->
          ask(client.joinRoom(room), _ -> new Happening.Joined(room), "", false);
      case Deed.Leave(var room) ->
          ask(client.leaveRoom(room), _ -> new Happening.Left(room), "", false);
      case Deed.MarkRead(var conversation, var seq) ->
          ask(
              client.markRead(conversation, seq),
              _ -> new Happening.MarkedRead(conversation),
              "",
              false);
    }
  }

  private void status(boolean asked) {
    long begun = System.nanoTime();
    ask(
        client.status(),
        came ->
            new Happening.StatusCame(
                asked, came, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)),
        "",
        !asked);
  }

  private void send(Deed.Send send) {
    CompletableFuture<OkPayload.Sent> reply =
        send.replyTo() == 0
            ? client.send(send.to(), send.text())
            : client.reply(send.to(), send.replyTo(), send.text());
    var _ =
        reply.whenComplete((done, failure) ->
            answer.accept(
                failure == null
                    ? new Happening.Sent(send.key(), send.to(), done)
                    : new Happening.NotSent(send.key(), send.to(), send.text(), why(failure))));
  }

  private void history(Deed.History wanted) {
    CompletableFuture<OkPayload.History> reply =
        wanted.before().isPresent()
            ? client.historyBefore(wanted.conversation(), wanted.before().get(), wanted.limit())
            : client.history(wanted.conversation(), wanted.limit());
    ask(
        reply,
        page -> new Happening.HistoryCame(wanted.conversation(), wanted.before(), page),
        wanted.conversation(),
        !wanted.asked());
  }

  private <T> void ask(
      CompletableFuture<T> reply,
      Function<? super T, Happening.Reply> done,
      String what,
      boolean quiet) {
    var _ =
        reply.whenComplete((value, failure) ->
            answer.accept(
                failure == null
                    ? done.apply(value)
                    : new Happening.Refused(what, why(failure), quiet)));
  }

  /// What has no reply worth showing.
  private void simple(Deed.Simple deed) {
    switch (deed) {
      case Deed.Edit(var at, var text) ->
          simply(client.edit(at.conversation(), at.seq(), text), "");
      case Deed.Delete(var conversation, var seqs, var forMe) ->
          simply(forMe ? client.hide(conversation, seqs) : client.delete(conversation, seqs), "");
      case Deed.React(var at, var emoji, var remove) ->
          simply(client.react(at.conversation(), at.seq(), emoji, remove), "");
      case Deed.Typing(var conversation) -> ask(client.typing(conversation), Hands::done, "", true);
      case Deed.SetTopic(var room, var topic) ->
          simply(client.setTopic(room, topic), "The topic of " + room + " is set.");
      case Deed.Invite(var room, var name) ->
          simply(client.invite(room, name), name + " is invited to " + room + ".");
      case Deed.Kick(var room, var name) ->
          simply(client.kick(room, name), name + " is no longer in " + room + ".");
      case Deed.SetRole(var room, var name, var role) ->
          simply(client.setRole(room, name, role), name + " is " + role + " of " + room + " now.");
      case Deed.Block(var name, var blocked) ->
          simply(
              blocked ? client.block(name) : client.unblock(name),
              blocked
                  ? name + " cannot write to you any more. /unblock " + name + " ends that."
                  : name + " can write to you again.");
      case Deed.Prefer(var name, var value) ->
          ask(
              value.isPresent()
                  ? client.setPreference(name, value.get())
                  : client.removePreference(name),
              Hands::done,
              "",
              true);
    }
  }

  private void simply(CompletableFuture<? extends OkPayload> reply, String said) {
    ask(reply, _ -> new Happening.Done(said), "", false);
  }

  private static String why(Throwable failure) {
    return failure instanceof ChatException known ? Words.failure(known) : failure.toString();
  }

  /// So much has been on the screen.
  void shown(String conversation, long seq) {
    marker.shown(conversation, seq);
  }

  /// Waits a moment for the last marks.
  void finish() {
    List<CompletableFuture<?>> marks = marker.finish();
    try {
      CompletableFuture.allOf(marks.toArray(CompletableFuture<?>[]::new))
          .get(FINISH_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // They are marked the next time.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Nothing is said of what went well.
  private static Happening.Reply done(Object reply) {
    return new Happening.Done("");
  }
}

package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatException;
import holdfast.client.ClientSettings;
import holdfast.client.HostPort;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// The text client: one prompt, what others say appears above it.
///
/// On a terminal it edits lines and shows colours (unless NO_COLOR is set). On a pipe it takes the
/// same lines, the name and the password first, and prints what happens: each line is done before
/// the next one is read.
public final class Console {
  /// Exit status: the person left, or the input ended.
  public static final int LEFT = 0;

  /// Exit status: no server answered.
  public static final int NOT_CONNECTED = 1;

  /// Exit status: bad arguments, or a pipe ended before anybody was signed in.
  public static final int BAD_USE = 2;

  /// Messages shown when a conversation is opened.
  private static final int OPENED = 10;

  /// Rows of a list.
  private static final int ROWS = 100;

  /// How long leaving waits for what is unanswered.
  private static final long LEAVE_SECONDS = 10;

  private final Screen screen;
  private final Talk talk;
  private final ClientSettings settings;
  private final Duration connectPatience;
  private final Map<Long, CompletableFuture<?>> unanswered = new ConcurrentHashMap<>();
  private long sent;

  /// The oldest message that /history or /more has shown, and of which conversation.
  private String pagedConversation = "";

  private long pagedFrom;

  /// @param connectPatience how long to wait for the first server
  Console(Screen screen, Renderer renderer, ClientSettings settings, Duration connectPatience) {
    this.screen = screen;
    this.talk = new Talk(screen, renderer);
    this.settings = settings;
    this.connectPatience = connectPatience;
  }

  /// Talks until the person leaves.
  ///
  /// @param user who to sign in as; empty: asks
  /// @return the exit status
  int run(String user) {
    Listening listening = new Listening(talk);
    try (ChatClient client = ChatClient.open(settings, listening)) {
      listening.listensTo(client);
      Optional<ServerAddress> server = firstServer(listening);
      if (server.isEmpty()) {
        talk.error(
            "No server answers at "
                + settings.servers().stream()
                    .map(HostPort::toString)
                    .collect(Collectors.joining(", "))
                + ". Are they running?");
        return NOT_CONNECTED;
      }
      talk.info("Connected to " + Words.server(server.get()) + ".");
      String name = user;
      while (true) {
        SignIn.Result result = new SignIn(screen, talk, client, name).run();
        name = "";
        switch (result) {
          case SignIn.Result.Left() -> {
            return LEFT;
          }
          case SignIn.Result.NoInput() -> {
            return talk.me().isEmpty() && !screen.echoes() ? BAD_USE : LEFT;
          }
          case SignIn.Result.In(var login, var isNew) -> {
            if (!converse(client, listening, login, isNew)) {
              return LEFT;
            }
          }
        }
      }
    }
  }

  private Optional<ServerAddress> firstServer(Listening listening) {
    try {
      return Optional.of(
          listening.connected().get(connectPatience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /// True: somebody else may sign in.
  private boolean converse(
      ChatClient client, Listening listening, OkPayload.LoggedIn login, boolean isNew) {
    ReadMarker marker = new ReadMarker(client);
    talk.begin(login.username(), marker::shown);
    pagedConversation = "";
    listening.takeSignedOut();
    welcome(client, login, isNew);
    boolean again = false;
    while (true) {
      Optional<String> line = screen.readLine(talk.prompt());
      if (listening.takeSignedOut()) {
        again = true;
        break;
      }
      if (line.isEmpty()) {
        break;
      }
      Input input = InputParser.parse(line.get());
      if (input instanceof Input.Quit) {
        break;
      }
      if (input instanceof Input.Logout) {
        again = true;
        break;
      }
      attempt(client, input);
    }
    finish(marker);
    if (again) {
      signOut(client);
    }
    return again;
  }

  private void welcome(ChatClient client, OkPayload.LoggedIn login, boolean isNew) {
    if (isNew) {
      talk.info("Welcome, " + login.username() + ".");
      talk.info("@NAME TEXT writes to a person, #ROOM TEXT to a room. /help lists all commands.");
      return;
    }
    String unread = "";
    try {
      unread = Lists.unread(login, ChatClient.await(client.conversations(ROWS)));
    } catch (ChatException e) {
      unread = Words.failure(e);
    }
    talk.info("Welcome, " + login.username() + ". " + unread);
  }

  private void attempt(ChatClient client, Input input) {
    try {
      act(client, input);
    } catch (ChatException e) {
      talk.error(Words.failure(e));
    }
  }

  private void act(ChatClient client, Input input) {
    switch (input) {
      case Input.Nothing(), Input.Quit(), Input.Logout() -> {}
      case Input.Wrong(var why) -> talk.error(why);
      case Input.Say(var text) -> {
        if (inConversation()) {
          send(client, talk.present(), text);
        }
      }
      case Input.Tell(var conversation, var text) -> {
        talk.goTo(conversation);
        send(client, conversation, text);
      }
      case Input.GoTo(var conversation) -> {
        page(client.history(conversation, OPENED), conversation);
      }
      case Input.Create(var room, var topic, var isPrivate) -> {
        ChatClient.await(client.createRoom(room, topic, isPrivate));
        talk.goTo(room);
        talk.info(room + " is open; you own it.");
      }
      case Input.Join(var room) -> {
        ChatClient.await(client.joinRoom(room));
        talk.info("You are in " + room + ".");
        page(client.history(room, OPENED), room);
      }
      case Input.Leave(var named) -> {
        if (named.isPresent() || inConversation()) {
          String room = named.orElseGet(talk::present);
          ChatClient.await(client.leaveRoom(room));
          talk.leave(room);
          talk.info("You left " + room + ".");
        }
      }
      case Input.Rooms(var pattern) ->
          talk.rows(Lists.rooms(ChatClient.await(client.rooms(pattern, ROWS))));
      case Input.Members(var named) -> {
        if (named.isPresent() || inConversation()) {
          String room = named.orElseGet(talk::present);
          talk.rows(Lists.members(ChatClient.await(client.members(room, ROWS))));
        }
      }
      case Input.Users(var pattern) ->
          talk.rows(Lists.users(ChatClient.await(client.users(pattern, ROWS)), talk::time));
      case Input.History(var named, var limit) -> {
        if (named.isPresent() || inConversation()) {
          String conversation = named.orElseGet(talk::present);
          page(client.history(conversation, limit), conversation);
        }
      }
      case Input.More() -> more(client);
      case Input.Conversations() ->
          talk.rows(Lists.conversations(ChatClient.await(client.conversations(ROWS))));
      case Input.Read() -> read(client);
      case Input.Status() -> talk.rows(Lists.status(ChatClient.await(client.status())));
      case Input.Server() ->
          talk.info(client.server().map(s -> "On " + Words.server(s) + ".").orElse("On none now."));
      case Input.Help(var topic) -> talk.rows(topic.map(Commands::help).orElseGet(Commands::help));
    }
  }

  private boolean inConversation() {
    boolean in = !talk.present().isEmpty();
    if (!in) {
      talk.error("Say to whom: @NAME TEXT or #ROOM TEXT.");
    }
    return in;
  }

  /// Where somebody types, the reply is not waited for; a failure is told when it comes.
  private void send(ChatClient client, String to, String text) {
    CompletableFuture<OkPayload.Sent> reply = client.send(to, text);
    if (!screen.echoes()) {
      OkPayload.Sent done = ChatClient.await(reply);
      talk.show(new Said(to, talk.me(), text, done.time()));
      return;
    }
    long number = sent++;
    unanswered.put(number, reply);
    var _ =
        reply.whenComplete((_, failure) -> {
          unanswered.remove(number);
          if (failure instanceof ChatException why) {
            talk.error("Not sent to " + to + ": " + text + "\n" + Words.failure(why));
          }
        });
  }

  /// Shows a page of history; its conversation becomes the present one.
  private void page(CompletableFuture<OkPayload.History> reply, String conversation) {
    OkPayload.History page = ChatClient.await(reply);
    talk.goTo(conversation);
    if (page.messages().isEmpty()) {
      talk.info("Nothing has been said in " + conversation + ".");
      return;
    }
    show(page, conversation);
    talk.shown(conversation, page.messages().getLast().seq());
  }

  private void show(OkPayload.History page, String conversation) {
    if (page.more()) {
      talk.info("/more shows what came before.");
    }
    for (OkPayload.HistoryMessage message : page.messages()) {
      talk.show(Said.of(conversation, message));
    }
    pagedConversation = conversation;
    pagedFrom = page.messages().getFirst().seq();
  }

  private void more(ChatClient client) {
    if (!inConversation()) {
      return;
    }
    String conversation = talk.present();
    int limit = InputParser.HISTORY_DEFAULT;
    if (!pagedConversation.equals(conversation)) {
      page(client.history(conversation, limit), conversation);
      return;
    }
    OkPayload.History page = ChatClient.await(client.historyBefore(conversation, pagedFrom, limit));
    if (page.messages().isEmpty()) {
      talk.info("That is where " + conversation + " begins.");
    } else {
      show(page, conversation);
    }
  }

  private void read(ChatClient client) {
    if (!inConversation()) {
      return;
    }
    String conversation = talk.present();
    OkPayload.History newest = ChatClient.await(client.history(conversation, 1));
    if (!newest.messages().isEmpty()) {
      ChatClient.await(client.markRead(conversation, newest.messages().getLast().seq()));
    }
    talk.info(conversation + " is read.");
  }

  /// Waits a while for what is unanswered.
  private void finish(ReadMarker marker) {
    List<CompletableFuture<?>> rest = new ArrayList<>(unanswered.values());
    if (!rest.isEmpty()) {
      talk.info("Waiting until " + Lists.count(rest.size(), "message") + " is sent …");
    }
    rest.addAll(marker.finish());
    try {
      CompletableFuture.allOf(rest.toArray(CompletableFuture<?>[]::new))
          .get(LEAVE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      if (!unanswered.isEmpty()) {
        talk.error("Not every message was sent.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void signOut(ChatClient client) {
    try {
      ChatClient.await(client.logout(false));
      talk.info("Signed out.");
    } catch (ChatException e) {
      talk.error(Words.failure(e));
    }
  }
}

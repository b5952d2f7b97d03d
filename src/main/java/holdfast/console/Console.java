package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatException;
import holdfast.client.ClientSettings;
import holdfast.client.HostPort;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// The text client: one signs in at a door, talks, and leaves, or lets somebody else in.
///
/// On a terminal it takes the whole screen. On a pipe, or a terminal that can only print, it takes
/// the same lines and prints what happens.
public final class Console {
  /// Exit status: the person left, or the input ended.
  public static final int LEFT = 0;

  /// Exit status: no server answered.
  public static final int NOT_CONNECTED = 1;

  /// Exit status: bad arguments, or a pipe ended before anybody was signed in.
  public static final int BAD_USE = 2;

  /// Exit status of a script: the name and the password do not fit.
  public static final int NOT_SIGNED_IN = 3;

  /// Exit status of a script: at least one line was not understood, refused, or not answered.
  public static final int NOT_ALL_DONE = 4;

  /// Rows of a list.
  private static final int ROWS = 100;

  private final Stage stage;
  private final Talk talk;
  private final ClientSettings settings;
  private final Duration connectPatience;
  private final InstantSource clock;
  private boolean wasIn;

  /// @param connectPatience how long to wait for the first server
  Console(Stage stage, ClientSettings settings, Duration connectPatience, InstantSource clock) {
    this.stage = stage;
    this.talk = new Talk(stage.door(), stage.renderer());
    this.settings = settings;
    this.connectPatience = connectPatience;
    this.clock = clock;
  }

  /// Talks until the person leaves.
  ///
  /// @param user who to sign in as; empty: asks
  /// @return the exit status
  int run(String user) {
    String name = user;
    Optional<Integer> status = Optional.empty();
    while (status.isEmpty()) {
      // A client of its own for everybody who signs in: nothing of one reaches the next.
      Listening listening = new Listening(talk);
      try (ChatClient client = ChatClient.open(settings, listening)) {
        listening.listensTo(client);
        status = signedIn(client, listening, name);
      }
      name = "";
    }
    return status.get();
  }

  /// Empty: somebody else may sign in.
  private Optional<Integer> signedIn(ChatClient client, Listening listening, String name) {
    Optional<ServerAddress> server = firstServer(listening, connectPatience);
    if (server.isEmpty()) {
      talk.error(noServer(settings));
      return Optional.of(NOT_CONNECTED);
    }
    if (!wasIn) {
      talk.info("Connected to " + Words.server(server.get()) + ".");
    }
    return switch (new SignIn(stage.door(), talk, client, name).run()) {
      case SignIn.Result.Left() -> Optional.of(LEFT);
      case SignIn.Result.NoInput() ->
          Optional.of(!wasIn && !stage.door().echoes() ? BAD_USE : LEFT);
      case SignIn.Result.In(var login, var isNew) -> {
        wasIn = true;
        yield converse(client, listening, login, isNew, server.get());
      }
    };
  }

  static String noServer(ClientSettings settings) {
    return "No server answers at "
        + settings.servers().stream().map(HostPort::toString).collect(Collectors.joining(", "))
        + ". Are they running?";
  }

  static Optional<ServerAddress> firstServer(Listening listening, Duration patience) {
    try {
      return Optional.of(listening.connected().get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private Optional<Integer> converse(
      ChatClient client,
      Listening listening,
      OkPayload.LoggedIn login,
      boolean isNew,
      ServerAddress first) {
    String welcome = welcome(client, login, isNew);
    String serverId = client.server().orElse(first).serverId();
    Model begun = stage.model(login.username(), clock.millis());
    Loop.End end;
    try (Face face = stage.face(login.username())) {
      Loop loop = new Loop(begun.with(begun.health().on(serverId)), face, client, clock);
      loop.start(welcome);
      listening.bringsTo(loop);
      face.read(loop);
      end = loop.await();
    }
    return switch (end) {
      case LEFT -> Optional.of(LEFT);
      case SIGNED_OUT -> {
        signOut(client);
        yield Optional.empty();
      }
    };
  }

  private static String welcome(ChatClient client, OkPayload.LoggedIn login, boolean isNew) {
    if (isNew) {
      return "Welcome, "
          + login.username()
          + ".\n@NAME TEXT writes to a person, #ROOM TEXT to a room. /help lists all commands.";
    }
    String unread;
    try {
      unread = Lists.unread(login, ChatClient.await(client.conversations(ROWS)));
    } catch (ChatException e) {
      unread = Words.failure(e);
    }
    return "Welcome, " + login.username() + ". " + unread;
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

package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatError;
import holdfast.client.ChatException;
import holdfast.client.ClientSettings;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;

/// The console as part of a script: lines in, each done before the next one; no greetings; exit
/// statuses that say how it went.
final class Script {
  private final ClientSettings settings;
  private final Duration connectPatience;
  private final PrintWriter err;
  private final ScriptFace face;

  Script(ClientSettings settings, Duration connectPatience, PrintWriter err, ScriptFace face) {
    this.settings = settings;
    this.connectPatience = connectPatience;
    this.err = err;
    this.face = face;
  }

  /// Runs until the input ends, or, where it follows what happens, until it is ended.
  ///
  /// @return the exit status
  int run(String user, String password) {
    Talk talk = new Talk(face.complaints(), Renderer.unwrapped());
    Listening listening = new Listening(talk);
    try (ChatClient client = ChatClient.open(settings, listening)) {
      listening.listensTo(client);
      if (Console.firstServer(listening, connectPatience).isEmpty()) {
        err.println(Console.noServer(settings));
        return Console.NOT_CONNECTED;
      }
      OkPayload.LoggedIn login = ChatClient.await(client.login(user, password));
      Model.Settings look =
          Model.Settings.of(Theme.MONO, true, true, ZoneId.systemDefault()).quiet(true);
      InstantSource clock = InstantSource.system();
      Model model =
          Model.begin(login.username(), true, look, new Model.Window(0, 0), clock.millis());
      String server = client.server().map(ServerAddress::serverId).orElse("");
      Loop loop = new Loop(model.with(model.health().on(server)), face, client, clock);
      loop.start("");
      listening.bringsTo(loop);
      face.read(loop);
      loop.await();
      return face.failed() ? Console.NOT_ALL_DONE : Console.LEFT;
    } catch (ChatException e) {
      err.println(Words.failure(e));
      boolean refused = e instanceof ChatError error && error.code() == ErrorCode.BAD_CREDENTIALS;
      return refused ? Console.NOT_SIGNED_IN : Console.NOT_CONNECTED;
    }
  }
}

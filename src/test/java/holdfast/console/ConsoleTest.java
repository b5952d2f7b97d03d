package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.ClientSettings;
import holdfast.client.FakeServer;
import holdfast.client.FakeWorld;
import holdfast.client.Timing;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The console on a pipe, against a fake server.
class ConsoleTest {
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.ofEpochMilli(FakeWorld.NOON));

  private FakeWorld world;
  private FakeServer server;
  private final StringWriter out = new StringWriter();

  @BeforeEach
  void start() {
    world = new FakeWorld();
    world.account("alice", "correct horse");
    server = world.server("1");
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private static Stage stage(Screen screen) {
    Renderer renderer = new Renderer(ZoneOffset.UTC, NOW, screen::columns);
    return new PlainStage(screen, renderer, ZoneOffset.UTC);
  }

  private int run(String user, String... lines) {
    Screen screen =
        new PlainScreen(
            new BufferedReader(new StringReader(String.join("\n", lines) + "\n")),
            new PrintWriter(out, true),
            Optional.empty());
    ClientSettings settings =
        new ClientSettings(List.of(server.address()), "test", Timing.STANDARD);
    return new Console(stage(screen), settings, Duration.ofSeconds(20), NOW).run(user);
  }

  /// What it printed after the line that says where it is connected.
  private List<String> printed() {
    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.getFirst().startsWith("Connected to server 1 ("), out.toString());
    return lines.subList(1, lines.size());
  }

  @Test
  void nameAndPasswordThenWhatIsSaid() {
    assertEquals(
        Console.LEFT, run("", "Alice", "correct horse", "#team hello", "and more", "/quit"));
    assertEquals(
        List.of(
            "Sign in with your name, or /register to sign up. /quit leaves.",
            "Welcome, alice. 3 unread in 2 conversations: @bob 2, #team 1.",
            "12:00 alice: hello",
            "12:01 alice: and more"),
        printed());
  }

  @Test
  void theEndOfInputIsLeavingToo() {
    assertEquals(Console.LEFT, run("alice", "correct horse", "@bob hi"));
    assertEquals("12:00 alice: hi", printed().getLast());
  }

  @Test
  void openingAConversationShowsItsLastMessages() {
    world.add("#team", "bob", "first", Optional.empty());
    world.add("#team", "carol", "second", Optional.empty());
    run("alice", "correct horse", "/room #team", "/history 1", "/more", "/more");
    assertEquals(
        List.of(
            "12:00 bob: first",
            "12:01 carol: second",
            "/more shows what came before.",
            "12:01 carol: second",
            "12:00 bob: first",
            "That is where #team begins."),
        printed().subList(1, 7));
    assertEquals(2, server.next(ClientRequest.MarkRead.class).seq());
  }

  @Test
  void aWrongPasswordOffersSigningUp() {
    assertEquals(
        Console.LEFT, run("", "bob", "let me in please", "/register", "let me in please", "/quit"));
    List<String> printed = printed();
    assertEquals(
        "No account fits this name and password. Try again, or /register bob to sign up.",
        printed.get(1));
    assertEquals("Welcome, bob.", printed.get(3));
  }

  @Test
  void aPasswordThatIsTooShortIsRefusedBeforeItIsTypedTwice() {
    List<String> asked =
        asked(List.of("short", "long enough", "long enough"), "/register dora", "/quit");
    assertEquals(List.of("password: ", "password: ", "once more: "), asked);
    assertTrue(out.toString().contains("That has 5 characters."), out.toString());
    assertEquals("dora", server.next(ClientRequest.Register.class).username());
  }

  /// What a person at a terminal is asked for in secret, who answers with `secrets`.
  private List<String> asked(List<String> secrets, String... lines) {
    Iterator<String> next = secrets.iterator();
    List<String> asked = new ArrayList<>();
    Screen screen =
        new PlainScreen(
            new BufferedReader(new StringReader(String.join("\n", lines) + "\n")),
            new PrintWriter(out, true),
            Optional.of(prompt -> {
              asked.add(prompt);
              return Optional.of(next.next());
            }));
    ClientSettings settings =
        new ClientSettings(List.of(server.address()), "test", Timing.STANDARD);
    new Console(stage(screen), settings, Duration.ofSeconds(20), NOW).run("");
    return asked;
  }

  @Test
  void signingUpSaysTheRulesAndThatNobodyCanTellThePassword() {
    asked(List.of("long enough", "long enough"), "/register dora", "/quit");
    assertTrue(
        out.toString()
            .contains(
                "Signing up as dora. A password has 8 to 256 characters."
                    + " Nobody can tell it to you if you forget it."),
        out.toString());
  }

  @Test
  void aNameThatIsTakenIsToldBeforeAPasswordIsAskedFor() {
    server.script((peer, request) -> {
      if (request instanceof ClientRequest.Exists) {
        peer.ok(request, new OkPayload.Existence(true));
        return true;
      }
      return false;
    });
    assertEquals(List.of(), asked(List.of(), "/register dora", "/quit"));
    assertTrue(
        out.toString().contains("dora is taken. /register NAME tries another one."),
        out.toString());
    assertEquals("dora", server.next(ClientRequest.Exists.class).username());
  }

  @Test
  void anotherPasswordIsAskedForTwiceAfterTheOldOne() {
    server.script((peer, request) -> {
      if (request instanceof ClientRequest.SetPassword) {
        peer.ok(request, new OkPayload.PasswordSet("h1.alice", "i1.1", OptionalInt.empty()));
        return true;
      }
      return false;
    });
    List<String> asked =
        asked(
            List.of("correct horse", "battery staple", "battery staple"),
            "/password alice",
            "/quit");
    assertEquals(List.of("old password: ", "new password: ", "once more: "), asked);
    ClientRequest.SetPassword set = server.next(ClientRequest.SetPassword.class);
    assertEquals("correct horse", set.old());
    assertEquals("battery staple", set.password());
    assertTrue(out.toString().contains("The password is changed;"), out.toString());
  }

  @Test
  void ofTwoPasswordsThatAreNotTheSameNoneIsSet() {
    asked(List.of("correct horse", "battery staple", "battery stable"), "/password alice", "/quit");
    assertTrue(
        out.toString().contains("The two are not the same. /password tries again."),
        out.toString());
    assertFalse(out.toString().contains("is changed"), out.toString());
  }

  @Test
  void theStatusAndTheServerAreToldToWhoAsks() {
    server.script((peer, request) -> {
      if (request instanceof ClientRequest.Status) {
        peer.ok(
            request,
            new OkPayload.Status(
                List.of(), Optional.of("1"), 7, 2, 1, false, Optional.empty(), Optional.empty()));
        return true;
      }
      return false;
    });
    run("alice", "correct horse", "/status", "/server");
    assertEquals(
        List.of(
            "server  address  role  applied  behind  clients",
            "Server 1 is primary in term 7; 1 more server may fail.",
            "On server 1."),
        printed().subList(1, 4));
  }

  @Test
  void withoutSigningInTheEndOfInputIsBadUse() {
    assertEquals(Console.BAD_USE, run("", "alice", "wrong password"));
  }

  @Test
  void leavingAtTheDoorIsFine() {
    assertEquals(Console.LEFT, run("", "/help", "/quit"));
  }

  @Test
  void aRefusalIsToldWithWhatToDo() {
    server.script((peer, request) -> {
      if (request instanceof ClientRequest.JoinRoom) {
        peer.fail(request, ErrorCode.NO_SUCH_ROOM);
        return true;
      }
      return false;
    });
    run("alice", "correct horse", "/join #nowhere");
    assertEquals("As the test says. /rooms lists them, /create opens one.", printed().getLast());
  }

  @Test
  void aMistypedCommandIsAnswered() {
    run("alice", "correct horse", "/jion #x", "hello?");
    assertEquals(
        List.of("There is no /jion. Did you mean /join?", "Say to whom: @NAME TEXT or #ROOM TEXT."),
        printed().subList(1, 3));
  }

  @Test
  void somebodyElseMaySignInAfterALogout() {
    world.account("bob", "battery staple");
    run("alice", "correct horse", "/logout", "bob", "battery staple", "@alice hi");
    assertEquals("12:00 bob: hi", printed().getLast());
  }

  @Test
  void deletingAnAccountTakesItsNameTwice() {
    run("", "/delete-account alice", "yes", "correct horse");
    assertEquals("Nothing is deleted.", printed().getLast());
    run("", "/delete-account alice", "alice", "correct horse");
    assertEquals("alice is deleted.", out.toString().lines().toList().getLast());
    server.next(ClientRequest.DeleteAccount.class);
  }

  @Test
  void withoutAServerItSaysWhereItLooked() {
    FakeServer gone = server;
    gone.kill();
    Screen screen =
        new PlainScreen(
            new BufferedReader(new StringReader("")), new PrintWriter(out, true), Optional.empty());
    ClientSettings settings = new ClientSettings(List.of(gone.address()), "test", Timing.STANDARD);
    int status = new Console(stage(screen), settings, Duration.ofMillis(1), NOW).run("");
    assertEquals(Console.NOT_CONNECTED, status);
    assertEquals(
        "No server answers at " + gone.address() + ". Are they running?", out.toString().strip());
  }
}

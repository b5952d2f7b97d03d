package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.ClientSettings;
import holdfast.client.FakeServer;
import holdfast.client.FakeWorld;
import holdfast.client.Timing;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Keys on a whole terminal, and what becomes of them at a fake server.
@Timeout(30)
class FullScreenTest {
  private static final String ALT = "\u001b";
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.ofEpochMilli(FakeWorld.NOON));

  /// What the terminal was sent; others can wait for it.
  private static final class Shown extends ByteArrayOutputStream {
    @Override
    public synchronized void write(int b) {
      super.write(b);
      notifyAll();
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      notifyAll();
    }

    synchronized void await(String text) throws InterruptedException {
      while (!toString(StandardCharsets.UTF_8).contains(text)) {
        wait();
      }
    }

    /// In the greeting, and then in the list.
    synchronized void awaitTwice(String text) throws InterruptedException {
      String all = toString(StandardCharsets.UTF_8);
      while (all.indexOf(text) == all.lastIndexOf(text)) {
        wait();
        all = toString(StandardCharsets.UTF_8);
      }
    }
  }

  private final Shown shown = new Shown();
  private FakeWorld world;
  private FakeServer server;
  private LineDisciplineTerminal terminal;
  private CompletableFuture<Integer> status;

  /// Alice has signed in; the conversations with bob and the team are listed.
  @BeforeEach
  void start() throws Exception {
    world = new FakeWorld();
    world.account("alice", "correct horse");
    server = world.server("1");
    terminal = new LineDisciplineTerminal("test", "xterm-256color", shown, StandardCharsets.UTF_8);
    terminal.setSize(Size.of(80, 24));
    Model.Settings settings = Model.Settings.of(Theme.DARK, false, true, ZoneOffset.UTC);
    Stage stage =
        new FullStage(
            terminal,
            new JLineScreen(terminal, true),
            new Renderer(ZoneOffset.UTC, NOW, () -> 80),
            settings);
    ClientSettings client = new ClientSettings(List.of(server.address()), "test", Timing.STANDARD);
    Console console = new Console(stage, client, Duration.ofSeconds(20), NOW);
    status = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            status.complete(console.run("alice"));
          } catch (IllegalStateException e) {
            // A test that is over has closed the terminal.
            status.completeExceptionally(e);
          }
        });
    shown.await("password: ");
    type("correct horse\r");
    shown.awaitTwice("#team");
  }

  @AfterEach
  void stop() throws IOException {
    terminal.close();
    world.close();
  }

  private void type(String keys) throws IOException {
    terminal.processInputBytes(keys.getBytes(StandardCharsets.UTF_8));
  }

  private ClientRequest.Send sent() {
    return server.next(ClientRequest.Send.class);
  }

  @Test
  void aLineIsSentAndTheNextOneTyped() throws Exception {
    type("@bob hello\rand more\r");
    assertEquals("hello", sent().text());
    ClientRequest.Send second = sent();
    assertEquals("and more", second.text());
    assertEquals("@bob", second.to());
  }

  @Test
  void altAndADigitPicksAConversation() throws Exception {
    type(ALT + "3hello\r");
    assertEquals("#team", sent().to());
    type(ALT + "2hello\r");
    assertEquals("@bob", sent().to());
  }

  @Test
  void ctrlNAndCtrlPGoThroughTheList() throws Exception {
    type("\u000ehello\r");
    assertEquals("@bob", sent().to());
    type("\u000ehello\r");
    assertEquals("#team", sent().to());
    type("\u0010hello\r");
    assertEquals("@bob", sent().to());
  }

  @Test
  void altEnterBeginsAnotherLineOfTheSameMessage() throws Exception {
    type("@bob one" + ALT + "\rtwo\r");
    assertEquals("one\ntwo", sent().text());
  }

  @Test
  void whatIsPastedIsOneMessageHoweverManyLines() throws Exception {
    type("@bob \u001b[200~one\rtwo\rthree\u001b[201~\r");
    assertEquals("one\ntwo\nthree", sent().text());
  }

  @Test
  void ctrlCGivesUpALineAndTheArrowKeyBringsItBack() throws Exception {
    type("@bob careful\u0003@bob other\r");
    assertEquals("other", sent().text());
    type("\u001bOA\u001bOA\r");
    assertEquals("careful", sent().text());
  }

  @Test
  void ctrlRFindsWhatWasTypedBefore() throws Exception {
    type("@bob first\r@bob second\r\u0012fir\r");
    assertEquals("first", sent().text());
    assertEquals("second", sent().text());
    assertEquals("first", sent().text());
  }

  @Test
  void tabCompletesNames() throws Exception {
    type("#te\tgood morning\r");
    ClientRequest.Send send = sent();
    assertEquals("#team", send.to());
    assertEquals("good morning", send.text());
  }

  @Test
  void emacsKeysAreThereAtFirstAndViKeysOnDemand() throws Exception {
    type("bob hello world\u0017there\u0001@\r");
    assertEquals("hello there", sent().text());
    type("/keys vi\r");
    type("@bob one two" + ALT);
    shown.await("two");
    type("bcwthree" + ALT + "\r");
    assertEquals("one three", sent().text());
  }

  @Test
  void keysAndThemeOfTheAccountCountOnThisScreenToo() throws Exception {
    world.account("bob", "battery staple");
    server.script((peer, request) -> {
      boolean asked = request instanceof ClientRequest.Preferences;
      if (asked) {
        peer.ok(request, new OkPayload.Preferences(Map.of("keys", "vi", "theme", "light")));
      }
      return asked;
    });
    type("/logout\r");
    shown.await("Signed out.");
    type("bob\r");
    type("battery staple\r");
    shown.await("48;5;253");
    type("@alice one two" + ALT);
    shown.await("two");
    type("bcwthree" + ALT + "\r");
    assertEquals("one three", sent().text());
  }

  @Test
  void aDirectMessageRingsAndNotifies() throws Exception {
    world.add("@bob", "bob", "psst\u001b]0;evil\u0007", Optional.empty());
    shown.await("\u001b]9;@bob: psst]0;evil\u001b\\\u0007");
  }

  @Test
  void ctrlDLeavesAndTheTerminalIsGivenBack() throws Exception {
    type("@bob last words\r\u0004");
    assertEquals(Console.LEFT, status.get());
    assertEquals("last words", sent().text());
    String all = shown.toString(StandardCharsets.UTF_8);
    assertTrue(all.lastIndexOf("\u001b[?1049l") > all.lastIndexOf("last words"));
    assertTrue(terminal.getAttributes().getLocalFlag(Attributes.LocalFlag.ISIG));
  }

  @Test
  void afterALogoutSomebodyElseMaySignIn() throws Exception {
    world.account("bob", "battery staple");
    type("/logout\r");
    shown.await("Signed out.");
    type("bob\r");
    type("battery staple\r");
    shown.await("Welcome, bob.");
    type("@alice hi\r");
    assertEquals("@alice", sent().to());
  }
}

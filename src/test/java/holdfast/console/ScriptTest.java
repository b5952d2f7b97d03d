package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.ClientSettings;
import holdfast.client.FakeServer;
import holdfast.client.FakeWorld;
import holdfast.client.Timing;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The console in a script, against a fake server.
class ScriptTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakeWorld world;
  private FakeServer server;

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

  private int run(boolean json, String password, String... lines) {
    BufferedReader in =
        new BufferedReader(
            new StringReader(lines.length == 0 ? "" : String.join("\n", lines) + "\n"));
    PrintWriter complaints = new PrintWriter(err, true);
    ScriptFace face = new ScriptFace(in, new PrintWriter(out), complaints, json, false);
    ClientSettings settings =
        new ClientSettings(List.of(server.address()), "test", Timing.STANDARD);
    return new Script(settings, Duration.ofSeconds(20), complaints, face).run("alice", password);
  }

  @Test
  void nothingIsSaidWhenAllWentWell() {
    assertEquals(Console.LEFT, run(false, "correct horse", "#team backup is done", "and checked"));
    assertEquals("", out.toString());
    assertEquals("", err.toString());
    assertEquals("backup is done", server.next(ClientRequest.Send.class).text());
    assertEquals("and checked", server.next(ClientRequest.Send.class).text());
  }

  @Test
  void whatWasAskedForIsPrinted() {
    world.add("#team", "bob", "first", Optional.empty());
    assertEquals(Console.LEFT, run(false, "correct horse", "/history #team", "/users"));
    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.getFirst().endsWith("bob: first"), out.toString());
    assertEquals("@bob  online", lines.get(1));
  }

  @Test
  void aRefusedLineIsNamedAndTheOthersAreDone() {
    server.script((peer, request) -> {
      if (request instanceof ClientRequest.JoinRoom) {
        peer.fail(request, ErrorCode.NO_SUCH_ROOM);
        return true;
      }
      return false;
    });
    assertEquals(
        Console.NOT_ALL_DONE, run(false, "correct horse", "/join #nowhere", "@bob hi", "/jion #x"));
    List<String> complaints = err.toString().lines().toList();
    assertTrue(complaints.getFirst().startsWith("line 1: As the test says."), err.toString());
    assertEquals("line 3: There is no /jion. Did you mean /join?", complaints.get(1));
    assertEquals("hi", server.next(ClientRequest.Send.class).text());
  }

  @Test
  void aWrongPasswordHasAStatusOfItsOwn() {
    assertEquals(Console.NOT_SIGNED_IN, run(false, "wrong password", "@bob hi"));
  }

  @Test
  void withoutAServerNothingIsTried() {
    server.kill();
    ScriptFace face =
        new ScriptFace(
            new BufferedReader(new StringReader("")),
            new PrintWriter(out),
            new PrintWriter(err, true),
            false,
            false);
    ClientSettings settings =
        new ClientSettings(List.of(server.address()), "test", Timing.STANDARD);
    Script script = new Script(settings, Duration.ofMillis(1), new PrintWriter(err, true), face);
    assertEquals(Console.NOT_CONNECTED, script.run("alice", "correct horse"));
    assertTrue(err.toString().startsWith("No server answers at "), err.toString());
  }

  @Test
  void asJsonEverythingIsAFrameOfTheProtocol() {
    run(true, "correct horse", "@bob hi", "/history @bob 1", "/nonsense");
    List<String> lines = out.toString().lines().toList();
    assertTrue(
        lines.stream()
            .anyMatch(line ->
                line.startsWith(
                    "{\"type\":\"OK\",\"id\":\"SEND\",\"payload\":{\"conversation\":\"@bob\",\"seq\":1,")),
        out.toString());
    assertTrue(
        lines.stream()
            .anyMatch(line ->
                line.startsWith(
                    "{\"type\":\"MESSAGE\",\"payload\":{\"conversation\":\"@bob\",\"seq\":1,")),
        out.toString());
    assertTrue(
        lines.stream()
            .anyMatch(line ->
                line.startsWith(
                    "{\"type\":\"OK\",\"id\":\"HISTORY\",\"payload\":{\"messages\":[{\"seq\":1,")),
        out.toString());
    assertEquals(
        "{\"type\":\"NOTE\",\"payload\":{\"kind\":\"error\",\"text\":\"There is no /nonsense. /help lists the commands.\"}}",
        lines.getLast());
  }
}

package holdfast.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class HoldfastCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String config = "";

  @BeforeEach
  void writeConfiguration() throws IOException {
    Path file = folder.resolve("servers.properties");
    // Port 1 answers nobody; 192.0.2.0/24 is nobody's machine.
    Files.writeString(
        file, "server.1=127.0.0.1:1:2\nserver.2=192.0.2.7:1:2\ncluster.secret=0123456789abcdef\n");
    config = "--config=" + file;
  }

  private int run(String... arguments) {
    CommandLine line = HoldfastCommand.commandLine(arguments);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void noCommandIsBadUse() {
    assertEquals(2, run());
    assertEquals("holdfast: which command?\nMore: holdfast --help\n", err.toString());
  }

  @Test
  void anUnknownCommandIsBadUseAndSaysWhichWasMeant() {
    assertEquals(2, run("statsu", config));
    assertTrue(
        err.toString().startsWith("holdfast: there is no statsu; did you mean "), err::toString);
    assertTrue(err.toString().contains("status"), err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "4096", "x", "-1", "1x"})
  void aServerNumberThatIsNoneIsBadUse(String number) {
    assertEquals(2, run("server", config, number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "up", "down"})
  void aServerThatTheFileDoesNotListIsBadConfigurationEverywhere(String command) {
    assertEquals(2, run(command, config, "3"));
    assertTrue(
        err.toString().endsWith("there is no server.3; the servers here are 1, 2\n"),
        err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"server 1", "up", "down", "status"})
  void aBadConfigurationStopsEveryCommandInOneLine(String command) {
    String line = command + " " + config + " --set no.such=1";
    assertEquals(2, run(line.split(" ", -1)));
    assertTrue(err.toString().startsWith("holdfast: --set: no.such: no such key"), err::toString);
    assertEquals(1, err.toString().lines().count());
  }

  @Test
  void upRefusesWhenNoneOfTheServersIsHere() {
    assertEquals(2, run("up", config, "2"));
    assertTrue(
        err.toString().contains("none of these servers lives on this machine"), err::toString);
  }

  @Test
  void downWithoutPidFilesEndsNothingAndIsFine() {
    assertEquals(0, run("down", config));
    assertEquals("no server that up started is running\n", out.toString());
  }

  @Test
  void downLeavesAProcessAloneThatIsNotTheServer() throws IOException {
    Path directory = Files.createDirectories(folder.resolve("data/server-1"));
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(
        directory.resolve("pid"),
        self.pid() + "\n" + self.info().startInstant().orElseThrow() + "\n");
    assertEquals(0, run("down", config));
    assertEquals(
        "server 1 has ended already\nno server that up started is running\n", out.toString());
    assertTrue(self.isAlive());
    assertTrue(Files.notExists(directory.resolve("pid")));
  }

  @Test
  void downEndsTheServerThatUpRecorded() throws Exception {
    Path directory = Files.createDirectories(folder.resolve("data/server-1"));
    Process process =
        new ProcessBuilder("sh", "-c", "read line", "holdfast.jar", "server", "1").start();
    Files.writeString(
        directory.resolve("pid"),
        process.pid() + "\n" + process.info().startInstant().orElseThrow() + "\n");
    assertEquals(0, run("down", config));
    assertEquals("server 1 ended\n", out.toString());
    assertFalse(process.isAlive());
    assertTrue(Files.notExists(directory.resolve("pid")));
  }

  @Test
  void downRefusesAPidFileThatSomebodyElseWrote() throws IOException {
    Path directory = Files.createDirectories(folder.resolve("data/server-1"));
    Files.writeString(directory.resolve("pid"), "many\nthings\n");
    assertEquals(1, run("down", config));
    assertTrue(err.toString().contains("not written by Holdfast"), err::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bench",
        "bench write --through nobody",
        "bench write --outstanding 0",
        "bench write --warmup -1",
        "bench write --json no-such-folder/results.jsonl",
        "bench write --plots pom.xml",
      })
  void aMeasurementThatCannotBeIsBadUse(String line) {
    assertEquals(2, run(line.split(" ", -1)), err::toString);
  }

  @Test
  void aMeasurementOfServersThatDoNotRunFails() {
    assertEquals(1, run("bench", "write", config, "--through", "backups"));
    assertEquals("holdfast: there is no primary\n", err.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "admin",
        "admin remove",
        "admin remove x",
        "admin replace 2 127.0.0.1:3:4",
        "admin replace 2 --by 3",
        "admin move 2",
        "admin move 2 127.0.0.1:3",
        "admin move 2 0.0.0.0:3:4",
        "admin move 2 127.0.0.1:3:3"
      })
  void aChangeOfTheMembersThatCannotBeIsBadUse(String line) {
    assertEquals(2, run((line + " " + config).split(" ", -1)), err::toString);
  }

  @Test
  void aChangeOfTheMembersNeedsAServerThatAnswers() {
    assertEquals(1, run("admin", "remove", config, "2"));
    assertTrue(err.toString().startsWith("holdfast: no server answers"), err::toString);
  }

  @Test
  void whereACommandComesFirstNoOtherIsLearnt() {
    Set<String> all = HoldfastCommand.commandLine().getSubcommands().keySet();
    assertTrue(all.size() > 15, all::toString);
    for (String command : all) {
      Set<String> known = HoldfastCommand.commandLine(command).getSubcommands().keySet();
      assertEquals(command.equals("help") ? all : Set.of(command), known);
    }
    assertEquals(all, HoldfastCommand.commandLine("--help").getSubcommands().keySet());
    assertEquals(all, HoldfastCommand.commandLine("statsu").getSubcommands().keySet());
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command : HoldfastCommand.commandLine().getSubcommands().keySet()) {
      assertEquals(0, run(command, "--help"), command);
    }
    assertTrue(out.toString().contains("Example"), out::toString);
  }
}

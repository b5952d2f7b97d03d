package holdfast.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The commands that change the members, against servers in this process.
@Timeout(120)
final class AdminMembersCommandTest {
  @TempDir private Path folder;

  private final StringWriter said = new StringWriter();

  /// Returns the exit status; `said` has what was printed.
  private int run(String... arguments) {
    said.getBuffer().setLength(0);
    CommandLine line = HoldfastCommand.commandLine();
    line.setOut(new PrintWriter(said, true));
    line.setErr(new PrintWriter(said, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config=" + folder.resolve("servers.properties"));
    return line.execute(all.toArray(String[]::new));
  }

  @Test
  void aServerIsReplacedAndItsSuccessorMovedAndRemoved() throws Exception {
    try (TestServers servers = TestServers.start(folder, 3)) {
      String primary = Integer.toString(servers.primary());
      int gone = servers.backup();
      List<Integer> ports = TestServers.freePorts(3);
      String there = "127.0.0.1:%d:%d".formatted(ports.get(0), ports.get(1));
      assertEquals(4, run("admin", "remove", "9"));
      assertEquals("holdfast: refused: server 9 is not a member\n", said.toString());
      assertEquals(4, run("admin", "replace", primary, "--by", primary, there), said::toString);

      assertEquals(0, run("admin", "replace", "" + gone, "--by", "4", there), said::toString);
      String start =
          "  holdfast join --id 4 --host 127.0.0.1 --client-port %d --peer-port %d --seed ";
      assertTrue(
          said.toString().contains(start.formatted(ports.get(0), ports.get(1))), said::toString);
      servers.server(gone).close();
      while (!said.toString().contains("LEARNER")) {
        // The table is made anew a few times a second.
        assertEquals(0, run("status"), said::toString);
      }

      String elsewhere = "127.0.0.1:%d:%d".formatted(ports.get(0), ports.get(2));
      assertEquals(0, run("admin", "move", "4", elsewhere), said::toString);
      assertTrue(
          said.toString().contains(start.formatted(ports.get(0), ports.get(2))), said::toString);
      assertEquals(0, run("admin", "remove", "4"), said::toString);
      assertEquals(0, run("admin", "remove", "4"), said::toString);
      assertEquals(4, run("admin", "move", "4", elsewhere), said::toString);
    }
  }
}

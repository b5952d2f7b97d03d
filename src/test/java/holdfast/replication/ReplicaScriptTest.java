package holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Runs the scripts of `src/test/resources/holdfast/replication`: commands, then `----`, then the
/// trace that they must give, up to an empty line. `-Dscripts.rewrite=true` writes the traces anew;
/// then read the diff and explain it.
final class ReplicaScriptTest {
  private static final Path FOLDER = Path.of("src/test/resources/holdfast/replication");
  private static final boolean REWRITE = Boolean.getBoolean("scripts.rewrite");

  @TestFactory
  Stream<DynamicTest> everyScriptGivesItsTrace() throws IOException {
    List<Path> scripts;
    try (Stream<Path> files = Files.list(FOLDER)) {
      scripts = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
    return scripts.stream()
        .map(script -> DynamicTest.dynamicTest(script.getFileName().toString(), () -> run(script)));
  }

  private static void run(Path script) throws IOException {
    String expected = Files.readString(script);
    String actual = replay(expected.lines().toList());
    if (REWRITE) {
      Files.writeString(script, actual);
    } else {
      assertEquals(expected, actual, "run with -Dscripts.rewrite=true to accept the new trace");
    }
  }

  private static String replay(List<String> lines) {
    ScriptedCluster cluster = new ScriptedCluster();
    StringBuilder out = new StringBuilder();
    List<String> commands = new ArrayList<>();
    boolean inTrace = false;
    for (String line : lines) {
      if (inTrace) {
        inTrace = !line.isEmpty();
      } else if (line.equals("----")) {
        inTrace = true;
        finish(cluster, commands, out);
      } else if (line.isEmpty() && !commands.isEmpty()) {
        finish(cluster, commands, out);
      } else {
        out.append(line).append('\n');
        if (!line.isEmpty() && !line.startsWith("#")) {
          commands.add(line);
        }
      }
    }
    finish(cluster, commands, out);
    return out.toString();
  }

  /// Carries out the commands of a block and writes their trace below them.
  private static void finish(ScriptedCluster cluster, List<String> commands, StringBuilder out) {
    if (commands.isEmpty()) {
      return;
    }
    out.append("----\n");
    for (String command : commands) {
      out.append(cluster.run(command));
    }
    out.append('\n');
    commands.clear();
  }
}

package holdfast.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// setup_distributed.sh in a folder of its own, with a java and a Maven that only say how they were
/// called.
final class SetupScriptTest {
  @TempDir Path folder;

  private record Result(int status, String out) {}

  @BeforeEach
  void copyTheScript() throws IOException {
    Files.createDirectories(folder.resolve("project/src/main"));
    Files.createDirectories(folder.resolve("project/target"));
    Files.createDirectories(folder.resolve("elsewhere"));
    Files.writeString(folder.resolve("project/pom.xml"), "<project/>");
    program("project/setup_distributed.sh", Files.readString(Path.of("setup_distributed.sh")));
    jdk("jdk", "25.0.1");
    jdk("old", "17.0.2");
    // Makes the jar, slowly enough for others to come meanwhile.
    program(
        "bin/mvn",
        """
        #!/bin/sh
        echo "JAVA_HOME=$JAVA_HOME mvn $*" >> "$BUILDS"
        sleep 0.5
        for argument; do case $argument in */pom.xml) touch "${argument%pom.xml}target/holdfast.jar" ;; esac; done
        """);
  }

  private void jdk(String name, String version) throws IOException {
    program(name + "/bin/java", "#!/bin/sh\necho \"" + name + ": $*\"\n");
    program(name + "/bin/javac", "#!/bin/sh\n");
    Files.writeString(folder.resolve(name + "/release"), "JAVA_VERSION=\"" + version + "\"\n");
  }

  private void program(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertTrue(file.toFile().setExecutable(true));
  }

  private void isBuilt() throws IOException {
    Path jar = Files.writeString(folder.resolve("project/target/holdfast.jar"), "");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    return startAs("project/setup_distributed.sh", environment, arguments);
  }

  private Process startAs(String script, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(folder.resolve(script).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.resolve("elsewhere").toFile());
    builder.redirectErrorStream(true);
    Map<String, String> variables = new TreeMap<>(environment);
    variables.putIfAbsent("JAVA_HOME", folder.resolve("jdk").toString());
    variables.putIfAbsent("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
    variables.put("BUILDS", folder.resolve("builds").toString());
    builder.environment().remove("HOLDFAST_JAVA_OPTS");
    builder.environment().putAll(variables);
    return builder.start();
  }

  private static Result finish(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out);
  }

  private Result run(String... arguments) throws IOException, InterruptedException {
    return finish(start(Map.of(), arguments));
  }

  /// What the fake java was told after `-jar`.
  private String arguments(Result result) {
    assertEquals(0, result.status(), result.out());
    return result
        .out()
        .strip()
        .replaceAll(".*-jar \\S+/target/holdfast.jar ", "")
        .replace(folder.toString(), "~");
  }

  @Test
  void aNumberRunsThatServerOfTheFileBesideTheScript() throws Exception {
    isBuilt();
    assertEquals("server 3 --config ~/project/servers.properties", arguments(run("3")));
  }

  @Test
  void optionsMayStandBeforeOrAfterTheVerb() throws Exception {
    isBuilt();
    assertEquals(
        "server 3 --config my.properties --set a=b",
        arguments(run("--config", "my.properties", "--set", "a=b", "3")));
    assertEquals(
        "up --config=my.properties --set a=b",
        arguments(run("--set", "a=b", "up", "--config=my.properties")));
    assertEquals(
        "status --json --set a=b --config ~/project/servers.properties",
        arguments(run("status", "--json", "--set", "a=b")));
  }

  @Test
  void benchGetsNoFileUnlessOneIsGiven() throws Exception {
    isBuilt();
    assertEquals("bench write", arguments(run("bench", "write")));
    assertEquals(
        "bench write --config=my.properties",
        arguments(run("bench", "write", "--config=my.properties")));
  }

  @Test
  void itWorksThroughASymbolicLink() throws Exception {
    isBuilt();
    Files.createSymbolicLink(
        folder.resolve("elsewhere/holdfast"), Path.of("../project/setup_distributed.sh"));
    assertEquals(
        "status --config ~/project/servers.properties",
        arguments(finish(startAs("elsewhere/holdfast", Map.of(), "status"))));
  }

  @Test
  void itPassesOverAJavaThatIsTooOld() throws Exception {
    isBuilt();
    Result result =
        finish(
            start(
                Map.of(
                    "JAVA_HOME",
                    folder.resolve("old").toString(),
                    "PATH",
                    folder.resolve("jdk/bin") + ":/usr/bin:/bin"),
                "status"));
    assertTrue(result.out().startsWith("jdk: "), result.out());
  }

  @Test
  void flagsOfTheCallersOwnStandInPlaceOfTheTuning() throws Exception {
    isBuilt();
    Result result = finish(start(Map.of("HOLDFAST_JAVA_OPTS", "-Xmx2g -XX:+UseZGC"), "status"));
    assertTrue(result.out().startsWith("jdk: -Xmx2g -XX:+UseZGC -XX:+ExitOnOut"), result.out());
  }

  @Test
  void severalStartsAtOnceBuildOnce() throws Exception {
    List<Process> starts = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      starts.add(start(Map.of(), Integer.toString(i)));
    }
    for (Process process : starts) {
      assertEquals(0, finish(process).status());
    }
    List<String> builds = Files.readAllLines(folder.resolve("builds"));
    assertEquals(1, builds.size(), builds::toString);
    assertTrue(builds.getFirst().startsWith("JAVA_HOME=" + folder.resolve("jdk") + " mvn "));
  }

  @Test
  void buildDoesNothingWhenTheJarIsNewerThanItsSources() throws Exception {
    isBuilt();
    assertEquals(new Result(0, ""), run("build"));
    assertTrue(Files.notExists(folder.resolve("builds")));
  }

  @Test
  void aChangedSourceIsBuiltAnew() throws Exception {
    isBuilt();
    Path source = Files.writeString(folder.resolve("project/src/main/A.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(120)));
    assertEquals(0, run("build").status());
    assertEquals(1, Files.readAllLines(folder.resolve("builds")).size());
  }

  @Test
  void aFailedBuildRunsNothing() throws Exception {
    program("bin/mvn", "#!/bin/sh\necho broken\nexit 1\n");
    Result result = run("status");
    assertEquals(1, result.status());
    assertTrue(result.out().contains("broken"), result.out());
    assertTrue(result.out().endsWith("the build failed (above is why)\n"), result.out());
  }

  @Test
  void withoutMavenItSaysHowToGetIt() throws Exception {
    // Only what the script itself needs.
    for (String tool :
        List.of(
            "bash",
            "env",
            "dirname",
            "basename",
            "readlink",
            "find",
            "sed",
            "mkdir",
            "cat",
            "flock")) {
      Path real = Path.of("/usr/bin", tool);
      if (Files.exists(real)) {
        program("tools/" + tool, "#!/bin/sh\nexec " + real + " \"$@\"\n");
      }
    }
    Result result = finish(start(Map.of("PATH", folder.resolve("tools").toString()), "status"));
    assertEquals(1, result.status());
    assertTrue(result.out().contains("apt-get install maven"), result.out());
  }

  @Test
  void helpNeedsNoBuildAndNoVerbIsBadUse() throws Exception {
    assertEquals(0, run("help").status());
    assertTrue(run("--help").out().contains("./setup_distributed.sh up"));
    assertEquals(2, run().status());
    assertEquals(2, run("--confg", "x", "up").status());
    assertEquals(2, run("--set").status());
    assertTrue(Files.notExists(folder.resolve("builds")));
  }
}

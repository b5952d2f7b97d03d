package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// An operator's commands as processes of their own, from the jar, in a cluster's folder.
final class Commands {
  private Commands() {}

  /// What a command said, and how it ended.
  record Said(int status, String text) {}

  static ProcessBuilder start(ServerProcesses servers, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                System.getProperty("holdfast.jar")));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--config", servers.file(1).toString()));
    return new ProcessBuilder(command)
        .directory(servers.folder().toFile())
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true);
  }

  static Said run(ServerProcesses servers, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(servers, arguments).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(ServerProcesses.PATIENCE_SECONDS, TimeUnit.SECONDS), text);
    return new Said(process.exitValue(), text);
  }

  /// What a command said that succeeds.
  static String ok(ServerProcesses servers, String... arguments)
      throws IOException, InterruptedException {
    Said said = run(servers, arguments);
    assertEquals(0, said.status(), String.join(" ", arguments) + "\n" + said.text());
    return said.text();
  }
}

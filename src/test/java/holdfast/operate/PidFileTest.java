package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PidFileTest {
  @TempDir Path folder;

  private final List<Process> processes = new ArrayList<>();
  private PidFile file;

  @BeforeEach
  void configure() throws Exception {
    Path properties = folder.resolve("servers.properties");
    Files.writeString(properties, "server.3=127.0.0.1:1:2\n");
    ServerConfig config = ServerConfig.load(properties, Map.of(), List.of());
    Files.createDirectories(config.directory(new ServerId(3)));
    file = PidFile.of(config, new ServerId(3));
  }

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  /// A process that waits and has these words in its command line.
  private ProcessHandle process(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "read line"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).start();
    processes.add(process);
    return process.toHandle();
  }

  @Test
  void theRecordedServerIsFound() throws IOException {
    ProcessHandle server = process("holdfast.jar", "server", "3", "--config", "x");
    file.write(server);
    assertEquals(Optional.of(server), file.running());
  }

  @Test
  void anotherServersNumberIsNotOurs() throws IOException {
    file.write(process("holdfast.jar", "server", "4"));
    assertEquals(Optional.empty(), file.running());
  }

  @Test
  void anotherProgramIsNotOurs() throws IOException {
    file.write(process("other.jar", "server", "3"));
    assertEquals(Optional.empty(), file.running());
  }

  @Test
  void aProcessThatGotTheNumberLaterIsNotOurs() throws IOException {
    ProcessHandle server = process("holdfast.jar", "server", "3");
    Instant before = server.info().startInstant().orElseThrow().minusSeconds(3600);
    Files.writeString(file.path(), server.pid() + "\n" + before + "\n");
    assertEquals(Optional.empty(), file.running());
  }

  @Test
  void anEndedProcessIsNotRunning() throws Exception {
    ProcessHandle server = process("holdfast.jar", "server", "3");
    file.write(server);
    processes.getFirst().destroyForcibly().waitFor();
    assertEquals(Optional.empty(), file.running());
  }

  @Test
  void withoutAFileNothingRuns() throws IOException {
    assertEquals(Optional.empty(), file.running());
  }

  @Test
  void aFileOfSomebodyElseIsRefusedByName() throws IOException {
    Files.writeString(file.path(), "what\never\n");
    String message = assertThrows(IOException.class, file::running).getMessage();
    assertTrue(message.startsWith(file.path().toString()), message);
  }
}

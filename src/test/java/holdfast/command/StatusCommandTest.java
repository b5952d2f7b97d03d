package holdfast.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.ClientCodec;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import holdfast.wire.Vitals;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The command against sockets that answer as servers do.
final class StatusCommandTest {
  /// A server that says so has been up for no time, whenever the test runs.
  private static final long FUTURE = 1L << 52;

  @TempDir Path folder;

  private final List<ServerSocket> listeners = new ArrayList<>();
  private final StringWriter out = new StringWriter();

  @BeforeEach
  void listen() throws IOException {
    for (int i = 0; i < 2; i++) {
      listeners.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    Files.writeString(
        folder.resolve("servers.properties"),
        "server.1=127.0.0.1:%d:1\nserver.2=127.0.0.1:%d:2\n".formatted(port(1), port(2)));
  }

  @AfterEach
  void close() throws IOException {
    for (ServerSocket listener : listeners) {
      listener.close();
    }
  }

  private int port(int id) {
    return listeners.get(id - 1).getLocalPort();
  }

  /// Answers the one connection that comes to server `id` with `status`.
  private void serve(int id, OkPayload.Status status) {
    ServerSocket listener = listeners.get(id - 1);
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = listener.accept()) {
            int next = socket.getInputStream().read();
            while (next >= 0 && next != '\n') {
              next = socket.getInputStream().read();
            }
            socket.getOutputStream().write(ClientCodec.ok(Optional.empty(), status));
          } catch (IOException e) {
            // The test closed the listener.
          }
        });
  }

  private ServerStatus row(int id, String role, boolean up) {
    return new ServerStatus(
        Integer.toString(id),
        "127.0.0.1",
        port(id),
        id,
        role,
        7,
        up,
        30,
        29,
        28,
        true,
        5,
        4,
        "0.1",
        Optional.of(new Vitals(FUTURE, 3L << 20, 5L << 30)));
  }

  private int status(String... more) {
    CommandLine line = HoldfastCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    List<String> arguments =
        new ArrayList<>(
            List.of("status", "--config", folder.resolve("servers.properties").toString()));
    arguments.addAll(List.of(more));
    return line.execute(arguments.toArray(String[]::new));
  }

  @Test
  void withAPrimaryTheTableIsThePrimarys() throws IOException {
    serve(
        1,
        new OkPayload.Status(
            List.of(row(1, "PRIMARY", true), row(2, "BACKUP", true)),
            Optional.of("1"),
            7,
            2,
            0,
            false,
            Optional.empty(),
            Optional.empty()));
    serve(
        2,
        new OkPayload.Status(
            List.of(row(1, "BACKUP", false), row(2, "BACKUP", true)),
            Optional.of("1"),
            7,
            2,
            0,
            false,
            Optional.empty(),
            Optional.empty()));
    assertEquals(0, status());
    List<String> lines =
        out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    assertEquals(
        List.of(
            "id address role term up last commit applied lag clients disk version",
            "1 127.0.0.1:" + port(1) + " PRIMARY 7 0s 30 29 28 5ms 4 3.0M+5.0G 0.1",
            "2 127.0.0.1:" + port(2) + " BACKUP 7 0s 30 29 28 5ms 4 3.0M+5.0G 0.1",
            "server 1 is primary; quorum 2 of 2; no server may fail"),
        lines);
  }

  @Test
  void withoutAPrimaryItSaysWhyAndFails() throws IOException {
    listeners.get(1).close();
    serve(
        1,
        new OkPayload.Status(
            List.of(row(1, "CANDIDATE", true), row(2, "BACKUP", false)),
            Optional.empty(),
            7,
            2,
            0,
            false,
            Optional.of("1 of 2 voters is up"),
            Optional.empty()));
    assertEquals(1, status());
    assertTrue(
        out.toString().endsWith("no primary, so no writes: 1 of 2 voters is up (quorum 2 of 2)\n"),
        out::toString);
  }

  @Test
  void anOldPrimaryThatDoesNotKnowYetIsNotBelieved() {
    serve(
        1,
        new OkPayload.Status(
            List.of(row(1, "PRIMARY", true), row(2, "BACKUP", true)),
            Optional.of("1"),
            7,
            2,
            0,
            false,
            Optional.empty(),
            Optional.empty()));
    serve(
        2,
        new OkPayload.Status(
            List.of(row(1, "BACKUP", false), row(2, "PRIMARY", true)),
            Optional.of("2"),
            8,
            2,
            0,
            false,
            Optional.empty(),
            Optional.empty()));
    assertEquals(0, status());
    assertTrue(out.toString().contains("server 2 is primary"), out::toString);
  }

  @Test
  void jsonIsThePayloadAsItCame() throws IOException {
    listeners.get(1).close();
    serve(
        1,
        new OkPayload.Status(
            List.of(row(1, "PRIMARY", true)),
            Optional.of("1"),
            7,
            2,
            0,
            false,
            Optional.empty(),
            Optional.empty()));
    assertEquals(0, status("--json"));
    assertTrue(out.toString().startsWith("{\"servers\":[{\"server_id\":\"1\","), out::toString);
  }
}

package holdfast.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// A program in a real terminal (tmux, one server process of it for each), typed to and looked at
/// as a person would. It ends with its test, however that ends: when it is closed, when the test's
/// process ends in order, and, since the terminal itself looks for that process, when it is killed.
final class TerminalSession implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /// Between two looks of the terminal for the process that started it.
  private static final int WATCH_SECONDS = 2;

  private final Path socket;
  private final Thread ending = new Thread(this::end, "terminal-end");

  private TerminalSession(Path socket) {
    this.socket = socket;
  }

  /// Whether there is a tmux to be had.
  static boolean isPossible() {
    try {
      return new ProcessBuilder("tmux", "-V").redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// @param folder where tmux's socket goes
  /// @param environment besides the usual
  static TerminalSession start(
      Path folder, int columns, int rows, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    TerminalSession session =
        new TerminalSession(folder.resolve("terminal-" + NUMBERS.incrementAndGet()));
    Runtime.getRuntime().addShutdownHook(session.ending);
    List<String> whole = new ArrayList<>(List.of("env"));
    environment.forEach((name, value) -> whole.add(name + "=" + value));
    whole.addAll(command);
    List<String> quoted = whole.stream().map(word -> "'" + word + "'").toList();
    String watch =
        "(while kill -0 %d 2>/dev/null; do sleep %d; done; tmux -S '%s' kill-server) & "
            .formatted(ProcessHandle.current().pid(), WATCH_SECONDS, session.socket);
    // What ends in disorder stays to be looked at.
    session.tmux(
        "new-session",
        "-d",
        "-x",
        Integer.toString(columns),
        "-y",
        Integer.toString(rows),
        watch + String.join(" ", quoted) + "; echo \"ended with $?\"; cat");
    return session;
  }

  /// The console, at these servers.
  static TerminalSession chat(
      ServerProcesses servers,
      int columns,
      int rows,
      Map<String, String> environment,
      String... options)
      throws IOException, InterruptedException {
    Map<String, String> all = new LinkedHashMap<>(Map.of("LC_ALL", "C.UTF-8", "TZ", "UTC"));
    all.put("TERM", "xterm-256color");
    all.putAll(environment);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Dstdout.encoding=UTF-8", "-jar"));
    command.add(System.getProperty("holdfast.jar"));
    command.addAll(List.of("chat", "--config", servers.file(1).toString()));
    command.addAll(List.of(options));
    return start(servers.folder(), columns, rows, all, command);
  }

  private String tmux(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("tmux", "-u", "-S", socket.toString(), "-f", "/dev/null"));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  /// Types text as it stands.
  void type(String text) throws IOException, InterruptedException {
    tmux("send-keys", "-l", text);
  }

  /// Types a line.
  void line(String text) throws IOException, InterruptedException {
    type(text);
    press("Enter");
  }

  /// Presses keys by tmux's names, like `M-a` or `PageUp`.
  void press(String... keys) throws IOException, InterruptedException {
    for (String key : keys) {
      tmux("send-keys", key);
    }
  }

  void resize(int columns, int rows) throws IOException, InterruptedException {
    tmux("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows));
  }

  /// The screen as text, without what is blank at the lines' ends.
  List<String> screen() throws IOException, InterruptedException {
    return tmux("capture-pane", "-p").lines().map(String::stripTrailing).toList();
  }

  /// The same with its colours.
  String coloured() throws IOException, InterruptedException {
    return tmux("capture-pane", "-p", "-e", "-N");
  }

  /// Waits until the screen has this somewhere.
  List<String> await(String part) throws InterruptedException {
    return await(part, screen -> screen.stream().anyMatch(line -> line.contains(part)));
  }

  interface Look {
    boolean fits(List<String> screen) throws IOException, InterruptedException;
  }

  List<String> await(String what, Look look) throws InterruptedException {
    List<List<String>> last = new ArrayList<>(List.of(List.of()));
    try {
      ServerProcesses.await(
          what,
          () -> {
            last.set(0, screen());
            return look.fits(last.getFirst());
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          "no '" + what + "' on the screen:\n" + String.join("\n", last.getFirst()), e);
    }
    return last.getFirst();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException e) {
      // It is running already.
    }
  }

  private void end() {
    try {
      tmux("kill-server");
    } catch (IOException e) {
      // It has ended already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

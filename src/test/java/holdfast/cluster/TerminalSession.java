package holdfast.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// A program in a real terminal (tmux, one server process of it for each), typed to and looked at
/// as a person would.
final class TerminalSession implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String socket =
      "holdfast-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();

  private TerminalSession() {}

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

  /// @param environment besides the usual
  static TerminalSession start(
      int columns, int rows, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    TerminalSession session = new TerminalSession();
    List<String> whole = new ArrayList<>(List.of("env"));
    environment.forEach((name, value) -> whole.add(name + "=" + value));
    whole.addAll(command);
    // What ends in disorder stays to be looked at.
    List<String> quoted = whole.stream().map(word -> "'" + word + "'").toList();
    session.tmux(
        "new-session",
        "-d",
        "-x",
        Integer.toString(columns),
        "-y",
        Integer.toString(rows),
        String.join(" ", quoted) + "; echo \"ended with $?\"; cat");
    return session;
  }

  private String tmux(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", socket, "-f", "/dev/null"));
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
    return tmux("capture-pane", "-p", "-e");
  }

  /// Waits until the screen has this somewhere.
  List<String> await(String part) throws InterruptedException {
    return await(part, screen -> screen.stream().anyMatch(line -> line.contains(part)));
  }

  interface Look {
    boolean fits(List<String> screen);
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
  public void close() throws IOException {
    try {
      tmux("kill-server");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package holdfast.console;

import holdfast.client.ClientSettings;
import holdfast.client.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// Starts a console on what this process has: a terminal, a terminal without abilities, or a pipe.
public final class ConsoleStart {
  /// How long to wait for the first server.
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);

  private ConsoleStart() {}

  /// Talks until the person leaves.
  ///
  /// @param servers where to begin
  /// @param user who to sign in as; empty: asks
  /// @param version tells the server which program this is
  /// @return the exit status: `Console.LEFT`, `NOT_CONNECTED` or `BAD_USE`
  public static int run(
      List<HostPort> servers, String user, String version, Map<String, String> environment) {
    try (Screen screen = screen(environment)) {
      Renderer renderer =
          new Renderer(ZoneId.systemDefault(), InstantSource.system(), screen::columns);
      ClientSettings settings = ClientSettings.of(servers, "console/" + version);
      return new Console(screen, renderer, settings, CONNECT_PATIENCE).run(user);
    }
  }

  /// Whether colours are wanted (no-color.org).
  static boolean colours(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /// A terminal that cannot move its cursor.
  static boolean dumb(Map<String, String> environment) {
    String term = environment.getOrDefault("TERM", "");
    return term.isEmpty() || term.equals("dumb");
  }

  private static Screen screen(Map<String, String> environment) {
    Optional<java.io.Console> console =
        Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal);
    if (console.isEmpty()) {
      Charset in = Charset.forName(System.getProperty("stdin.encoding", "UTF-8"));
      return new PlainScreen(
          new BufferedReader(new InputStreamReader(System.in, in)),
          new PrintWriter(System.out, true, StandardCharsets.UTF_8),
          Optional.empty());
    }
    if (dumb(environment)) {
      java.io.Console typed = console.get();
      return new PlainScreen(
          new BufferedReader(typed.reader()),
          typed.writer(),
          Optional.of(
              prompt -> Optional.ofNullable(typed.readPassword("%s", prompt)).map(String::new)));
    }
    try {
      Terminal terminal = TerminalBuilder.builder().system(true).build();
      return new JLineScreen(terminal, colours(environment));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

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
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// Starts a console on what this process has: a terminal, a terminal without abilities, or a pipe.
public final class ConsoleStart {
  /// How long to wait for the first server.
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);

  private ConsoleStart() {}

  /// Talks until the person leaves, or the script's lines are done.
  ///
  /// @param servers where to begin
  /// @return the exit status, one of those of `Console`
  public static int run(
      List<HostPort> servers, ConsoleOptions options, Map<String, String> environment) {
    ClientSettings settings = ClientSettings.of(servers, "console/" + options.version());
    if (options.isScript()) {
      return script(settings, options);
    }
    try (Stage stage = stage(options, environment)) {
      return new Console(stage, settings, CONNECT_PATIENCE, InstantSource.system())
          .run(options.user());
    }
  }

  private static int script(ClientSettings settings, ConsoleOptions options) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    BufferedReader in = input();
    Optional<String> password;
    try {
      password =
          options.passwordFile().isPresent()
              ? Files.readAllLines(options.passwordFile().get()).stream().findFirst()
              : Optional.ofNullable(in.readLine());
    } catch (IOException e) {
      err.println("The password cannot be read: " + e);
      return Console.BAD_USE;
    }
    if (options.user().isEmpty() || password.isEmpty()) {
      err.println("A script signs in with --user NAME and a password, see --password-file.");
      return Console.BAD_USE;
    }
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    try (ScriptFace face = new ScriptFace(in, out, err, options.json(), !options.batch())) {
      return new Script(settings, CONNECT_PATIENCE, err, face).run(options.user(), password.get());
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

  /// A terminal that shows more than ASCII, as its locale says.
  static boolean unicode(Map<String, String> environment) {
    for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
      String value = environment.getOrDefault(name, "").toUpperCase(Locale.ROOT);
      if (!value.isEmpty()) {
        return value.contains("UTF-8") || value.contains("UTF8");
      }
    }
    return false;
  }

  /// The theme asked for; NO_COLOR counts unless one is.
  static Theme theme(Optional<String> name, Map<String, String> environment) {
    return name.flatMap(Theme::named).orElse(colours(environment) ? Theme.DARK : Theme.MONO);
  }

  private static BufferedReader input() {
    Charset charset = Charset.forName(System.getProperty("stdin.encoding", "UTF-8"));
    return new BufferedReader(new InputStreamReader(System.in, charset));
  }

  private static PlainStage printed(Screen screen) {
    ZoneId zone = ZoneId.systemDefault();
    return new PlainStage(
        screen, new Renderer(zone, InstantSource.system(), screen::columns), zone);
  }

  private static Stage stage(ConsoleOptions options, Map<String, String> environment) {
    Optional<java.io.Console> console =
        Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal);
    if (console.isEmpty()) {
      PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      return printed(new PlainScreen(input(), out, Optional.empty()));
    }
    if (options.plain() || dumb(environment)) {
      java.io.Console typed = console.get();
      return printed(
          new PlainScreen(
              new BufferedReader(typed.reader()),
              typed.writer(),
              Optional.of(prompt ->
                  Optional.ofNullable(typed.readPassword("%s", prompt)).map(String::new))));
    }
    try {
      Theme theme = theme(options.theme(), environment);
      Terminal terminal = TerminalBuilder.builder().system(true).build();
      JLineScreen door = new JLineScreen(terminal, theme != Theme.MONO);
      Renderer renderer =
          new Renderer(ZoneId.systemDefault(), InstantSource.system(), door::columns);
      Model.Settings settings =
          Model.Settings.of(
              theme,
              options.theme().isPresent() || !colours(environment),
              unicode(environment),
              ZoneId.systemDefault());
      return new FullStage(terminal, door, renderer, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

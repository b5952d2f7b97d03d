package holdfast.console;

import holdfast.check.Check;
import java.nio.file.Path;
import java.util.Optional;

/// How a console is started.
///
/// @param user who to sign in as; empty: asks
/// @param version tells the server which program this is
/// @param plain only prints lines, whatever the terminal can do
/// @param batch takes lines and says nothing but what they ask for
/// @param json prints what happens as JSON lines
/// @param passwordFile its first line is the password, for `batch` and `json`; without: the first
///   line of the input is
/// @param theme dark, light or mono; without: dark, or mono with NO_COLOR
public record ConsoleOptions(
    String user,
    String version,
    boolean plain,
    boolean batch,
    boolean json,
    Optional<Path> passwordFile,
    Optional<String> theme) {
  public ConsoleOptions {
    theme.ifPresent(name -> Check.that(isTheme(name), "no theme %s", name));
  }

  /// Whether there is a theme of that name.
  public static boolean isTheme(String name) {
    return Theme.named(name).isPresent();
  }

  /// The names of the themes there are, for a sentence.
  public static String themes() {
    return Theme.names();
  }

  /// Nobody is asked anything.
  boolean isScript() {
    return batch || json;
  }
}

package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the environment and the options make of a console.
class ConsoleStartTest {
  private static Theme theme(String asked, String noColor) {
    Optional<String> option = asked.isEmpty() ? Optional.empty() : Optional.of(asked);
    return ConsoleStart.theme(option, Map.of("NO_COLOR", noColor));
  }

  /// An empty NO_COLOR asks for nothing (no-color.org); a theme that is asked for comes first.
  @ParameterizedTest
  @CsvSource({
    "'', '', DARK",
    "'', 1, MONO",
    "'', 0, MONO",
    "light, '', LIGHT",
    "LIGHT, '', LIGHT",
    "light, 1, LIGHT",
    "dark, 1, DARK",
    "mono, '', MONO"
  })
  void theThemeIsTheOneAskedForOrWhatNoColorLeaves(String asked, String noColor, Theme theme) {
    assertEquals(theme, theme(asked, noColor));
  }

  @Test
  void withoutNoColorThereAreColours() {
    assertEquals(Theme.DARK, ConsoleStart.theme(Optional.empty(), Map.of()));
    assertTrue(ConsoleStart.colours(Map.of()));
    assertFalse(ConsoleStart.colours(Map.of("NO_COLOR", "1")));
  }

  @Test
  void aTerminalWithoutAbilitiesIsDumb() {
    assertTrue(ConsoleStart.dumb(Map.of()));
    assertTrue(ConsoleStart.dumb(Map.of("TERM", "dumb")));
    assertFalse(ConsoleStart.dumb(Map.of("TERM", "xterm-256color")));
  }

  @ParameterizedTest
  @CsvSource({
    "C, en_GB.UTF-8, false",
    "'', en_GB.UTF-8, true",
    "de_DE.utf8, C, true",
    "'', '', false"
  })
  void theStrongestNameOfTheLocaleDecidesWhetherMoreThanAsciiIsShown(
      String all, String lang, boolean unicode) {
    assertEquals(unicode, ConsoleStart.unicode(Map.of("LC_ALL", all, "LANG", lang)));
  }
}

package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.command.HoldfastCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The commands that documents tell people to type are there.
final class ReadmeTest {
  private static final Pattern SETUP =
      Pattern.compile("\\./setup_distributed\\.sh ([A-Za-z0-9-]+)");

  @Test
  void everyVerbOfSetupDistributedIsServed() {
    Set<String> served = verbs();
    List<String> unknown = new ArrayList<>();
    for (Page page : Documents.all()) {
      for (String line : page.lines()) {
        Matcher verb = SETUP.matcher(line);
        while (verb.find()) {
          // N stands for a server's number.
          if (!verb.group(1).matches("N|[0-9]+") && !served.contains(verb.group(1))) {
            unknown.add(page.file() + ": " + verb.group());
          }
        }
      }
    }
    assertEquals(List.of(), unknown);
  }

  /// The program's own, and the one that only the script knows.
  private static Set<String> verbs() {
    Set<String> verbs = new TreeSet<>(Set.of("build"));
    verbs.addAll(HoldfastCommand.commandLine().getSubcommands().keySet());
    return verbs;
  }

  @Test
  void theScriptKnowsTheVerbThatOnlyItServes() throws IOException {
    assertTrue(Files.readString(Path.of("setup_distributed.sh")).contains("\n  build)"));
  }

  @Test
  void theFirstScreenGivesTheTwoCommands() {
    List<String> first = Page.of("README.md").lines();
    int demo = first.indexOf("./setup_distributed.sh demo");
    assertTrue(demo > 0 && first.get(demo + 1).equals("mvn verify"), "the two commands, together");
  }

  @Test
  void theRecordedSessionHasItsPlace() {
    List<String> lines = Page.of("README.md").lines();
    int begin = lines.indexOf("<!-- recorded session: begin -->");
    int end = lines.indexOf("<!-- recorded session: end -->");
    assertTrue(begin > 0 && end > begin, "begin at " + begin + ", end at " + end);
  }
}

package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.jline.reader.Candidate;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.junit.jupiter.api.Test;

class CompletionTest {
  private static List<String> offered(String line) {
    Models models = Models.screen(80, 24).typed("@bob", "@bert", "#team", "#tea", "/jump 1");
    ParsedLine parsed = new WordParser().parse(line, line.length(), Parser.ParseContext.COMPLETE);
    return new Completion(models::model)
        .offered(parsed.words().getFirst(), parsed.wordIndex() == 0, parsed.word()).stream()
            .map(Candidate::value)
            .toList();
  }

  @Test
  void commandsAreCompletedAtTheBeginningOnly() {
    assertEquals(List.of("/join", "/jump"), sorted(offered("/j")));
    assertEquals(List.of(), offered("either/or /j"));
  }

  private static List<String> sorted(List<String> values) {
    return values.stream().sorted().toList();
  }

  @Test
  void peopleAndRoomsAreCompletedAnywhere() {
    assertEquals(List.of("@bert", "@bob"), offered("@b"));
    assertEquals(List.of("@bob"), offered("don't ask @BO"));
    assertEquals(List.of("#tea", "#team"), offered("see #te"));
  }

  @Test
  void emojiAreCompletedByName() {
    assertEquals(List.of(":tada:"), offered("done :tad"));
    assertEquals(List.of(), offered("as follows :"));
  }

  @Test
  void commandsSayWhatTheyTake() {
    assertEquals(List.of("dark", "light", "mono"), offered("/theme "));
    assertEquals(List.of("topic"), offered("/help to"));
    assertEquals(List.of("#tea", "#team", "@bert", "@bob"), offered("/jump "));
    assertEquals(List.of("bert"), offered("/whois be"));
    assertEquals(List.of("bert", "bob"), offered("/invite b"));
    assertEquals(List.of("member", "moderator"), offered("/role bob m"));
  }

  @Test
  void moreThanFitIsNotOffered() {
    Models models = Models.screen(80, 24);
    IntStream.range(0, 100).forEach(i -> models.said("#team", i + 1, "user" + i, "hi"));
    assertEquals(
        Completion.OFFERED_MAX, new Completion(models::model).offered("@u", true, "@u").size());
  }

  @Test
  void everyEmojiHasANameThatIsExpanded() {
    assertTrue(Emoji.all().size() > 90);
    Emoji.all().forEach((name, emoji) -> assertEquals(emoji, Emoji.expand(":" + name + ":")));
  }

  @Test
  void whatIsNoNameStaysAsItIs() {
    assertEquals("12:30:45 ::", Emoji.expand("12:30:45 ::"));
    assertEquals("12:30🎉", Emoji.expand("12:30:tada:"));
    assertEquals("🎉🎉", Emoji.expand(":tada::tada:"));
  }
}

package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a search asks for, and which texts have it.
final class SearchQueryTest {
  private static boolean fits(String query, String text) {
    return SearchQuery.parse(query).orElseThrow().fits(SearchWords.of(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "octopus | An OCTOPUS!",
        "uber | über alles",
        "ÜBER | u\u0308ber",
        "alles an | an allem, alles",
        "oct* | an octopus",
        "don't | don't",
        "don't | they don t",
        "\"two words\" | these two words",
        "\"two words | these two words",
        "\"two wor\"* word* | two wor words",
        "long-lived | a long-lived thing",
        "long-li* | a long-lived thing",
        "京 | 東京",
        "東京 | 私は東京にいる",
        "🐙 | hi 🐙!",
        "ｆｕｌｌ | full",
        "42 | 42.",
      })
  void thisTextHasWhatIsAskedFor(String query, String text) {
    assertTrue(fits(query, text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "octopus | octopuses",
        "octopus squid | an octopus",
        "pus* | octopus",
        "\"words two\" | these two words",
        "don't | don it t",
        "京東 | 東京",
      })
  void thisTextHasNot(String query, String text) {
    assertEquals(false, fits(query, text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "\"", "\"\"", "*", "* * *", "!?-", "\u0301", "( ) AND", "\"\"\"\"\""})
  void whatHoldsNoWordIsNoQuery(String text) {
    assertEquals(text.contains("AND"), SearchQuery.parse(text).isPresent());
  }

  @Test
  void aQueryHasSoManyTerms() {
    assertTrue(SearchQuery.parse("a ".repeat(SearchQuery.TERMS_MAX)).isPresent());
    assertEquals(Optional.empty(), SearchQuery.parse("a ".repeat(SearchQuery.TERMS_MAX + 1)));
  }

  @Test
  void aVeryLongWordCountsWithItsBeginning() {
    String word = "x".repeat(5_000);
    assertEquals(List.of("x".repeat(SearchWords.WORD_MAX)), SearchWords.of(word));
    assertTrue(fits(word, word + "y"));
    String halves = "x".repeat(SearchWords.WORD_MAX - 1) + "\ud801\udc37";
    assertEquals(List.of("x".repeat(SearchWords.WORD_MAX - 1)), SearchWords.of(halves));
  }
}

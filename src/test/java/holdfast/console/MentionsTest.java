package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MentionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"@bob", "hi @bob!", "hi @Bob.", "(@bob)", "@bobby and @bob", "ask @bob..."})
  void aNameWithItsSignIsAMention(String text) {
    assertTrue(Mentions.names(text, "bob"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "@bobby", "x@bob", "@bob_", "@bob.smith", "@ bob", ""})
  void anythingElseIsNone(String text) {
    assertFalse(Mentions.names(text, "bob"));
  }
}

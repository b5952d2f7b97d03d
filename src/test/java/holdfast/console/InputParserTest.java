package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputParserTest {
  private static String wrong(String line) {
    return assertInstanceOf(Input.Wrong.class, InputParser.parse(line)).why();
  }

  @Test
  void plainTextIsForThePresentConversation() {
    assertEquals(new Input.Say("hello, world"), InputParser.parse(" hello, world "));
    assertEquals(new Input.Nothing(), InputParser.parse("  "));
  }

  @Test
  void twoSlashesSayOne() {
    assertEquals(new Input.Say("/etc/hosts"), InputParser.parse("//etc/hosts"));
  }

  @Test
  void namesBeginAMessageOrOpenAConversation() {
    assertEquals(new Input.Tell("@bob", "hi there"), InputParser.parse("@Bob  hi there"));
    assertEquals(new Input.Tell("#x", "hello"), InputParser.parse("#x hello"));
    assertEquals(new Input.Tell("@bob", "hi"), InputParser.parse("/msg bob hi"));
    assertEquals(new Input.Tell("#x", "hi"), InputParser.parse("/msg #x hi"));
    assertEquals(new Input.GoTo("#x"), InputParser.parse("/room #x"));
    assertEquals(new Input.GoTo("#x"), InputParser.parse("/room x"));
    assertEquals(new Input.GoTo("@bob"), InputParser.parse("@bob"));
  }

  @Test
  void roomsAreCreatedWithTopicAndPrivacy() {
    assertEquals(
        new Input.Create("#x", "all about x", false), InputParser.parse("/create #x all about x"));
    assertEquals(new Input.Create("#y", "", true), InputParser.parse("/create --private y"));
  }

  @Test
  void commandsTakeTheirArguments() {
    assertEquals(new Input.Join("#x"), InputParser.parse("/JOIN x"));
    assertEquals(new Input.Leave(Optional.empty()), InputParser.parse("/leave"));
    assertEquals(new Input.Leave(Optional.of("#x")), InputParser.parse("/leave #x"));
    assertEquals(new Input.Users("al*"), InputParser.parse("/users al*"));
    assertEquals(new Input.Users("*"), InputParser.parse("/users"));
    assertEquals(new Input.Rooms("te*"), InputParser.parse("/rooms #te*"));
    assertEquals(new Input.Members(Optional.of("#x")), InputParser.parse("/members x"));
    assertEquals(new Input.Help(Optional.of("join")), InputParser.parse("/help join"));
    assertEquals(new Input.Quit(), InputParser.parse("/exit"));
  }

  @Test
  void historyTakesANameACountOrBoth() {
    assertEquals(new Input.History(Optional.empty(), 20), InputParser.parse("/history"));
    assertEquals(new Input.History(Optional.empty(), 5), InputParser.parse("/history 5"));
    assertEquals(new Input.History(Optional.of("@bob"), 20), InputParser.parse("/history bob"));
    assertEquals(new Input.History(Optional.of("#x"), 200), InputParser.parse("/history #x 200"));
    assertEquals("A count is 1 to 200.", wrong("/history #x 201"));
    assertEquals("Usage: /history [NAME] [COUNT]", wrong("/history #x y"));
  }

  @ParameterizedTest
  @CsvSource({
    "/jion,join",
    "/qiut,quit",
    "/stats,status",
    "/hist,history",
    "/convresations,conversations"
  })
  void aSlipIsRecognised(String line, String meant) {
    assertTrue(wrong(line).endsWith("Did you mean /" + meant + "?"), wrong(line));
  }

  @Test
  void whatIsNothingLikeACommandIsLeftAtThat() {
    assertEquals("There is no /xyzzy. /help lists the commands.", wrong("/xyzzy"));
  }

  @Test
  void badNamesAreExplained() {
    assertTrue(wrong("@-bob hi").startsWith("@-bob is not a name: a name has 1 to 32"));
    assertTrue(wrong("/create a/b").startsWith("a/b is not a name"));
    assertEquals("Usage: /join #ROOM", wrong("/join"));
    assertEquals("Usage: /create #ROOM [TOPIC]", wrong("/create --private"));
  }

  @Test
  void whatIsNoThemeIsSaidAndTheThemesAreNamed() {
    assertEquals("There is no theme purple; choose dark, light or mono.", wrong("/theme purple"));
    assertEquals("Usage: /theme dark|light|mono", wrong("/theme"));
    for (Theme theme : Theme.values()) {
      assertEquals(new Input.Look(theme), InputParser.parse("/theme " + theme.word()));
      assertTrue(Theme.names().contains(theme.word()), Theme::names);
    }
  }

  @Test
  void everyCommandInTheHelpIsUnderstood() {
    for (Commands.Entry entry : Commands.ALL) {
      Input input = InputParser.parse("/" + entry.name());
      boolean known = !(input instanceof Input.Wrong(String why)) || why.startsWith("Usage: ");
      assertTrue(known, entry.name());
    }
  }
}

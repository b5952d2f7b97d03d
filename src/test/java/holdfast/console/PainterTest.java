package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.Notice;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import holdfast.wire.ServerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

/// Pictures, compared as text.
class PainterTest {
  /// A little of everything.
  private static Models busy(int columns, int rows) {
    Models models = Models.screen(columns, rows);
    models.happens(
        new Happening.Told(new Notice.Connected(new ServerAddress("2", "127.0.0.1", 8092))));
    models.happens(new Happening.StatusCame(false, status(), 3));
    models.conversations(
        Models.conversation("#plans", 4, 2),
        Models.conversation("@bob", 9, 7),
        Models.conversation("@carol", 3, 3));
    models.happens(new Happening.Picked(2));
    models.happens(
        new Happening.MembersCame(
            false,
            "#plans",
            new OkPayload.Members(
                List.of(
                    new OkPayload.MemberInfo("alice", "owner", true),
                    new OkPayload.MemberInfo("bob", "member", true)),
                false)));
    models.happens(
        new Happening.RoomsCame(
            false,
            new OkPayload.Rooms(
                List.of(new OkPayload.RoomInfo("#plans", "Where to in May", false, 2, true, false)),
                false)));
    models.page("#plans", Optional.empty(), 1, 4, false);
    models.said("#plans", 5, "bob", "@alice what do you say to a few days at the sea, all of us?");
    models.typed("Yes!").sent(1, "#plans", 6).typed("When?");
    models.said("@dave", 1, "dave", "psst").typed("/mute @bob");
    return models;
  }

  private static OkPayload.Status status() {
    List<ServerStatus> servers = new ArrayList<>();
    for (int id = 1; id <= 5; id++) {
      servers.add(
          new ServerStatus(
              Integer.toString(id),
              "127.0.0.1",
              8090 + id,
              8080 + id,
              id == 1 ? "PRIMARY" : "BACKUP",
              7,
              id != 5,
              0,
              0,
              0,
              true,
              0,
              0,
              "0.1.0",
              Optional.empty()));
    }
    return new OkPayload.Status(
        servers, Optional.of("1"), 7, 3, 1, false, Optional.empty(), Optional.empty());
  }

  @Test
  void eightyColumns() {
    assertEquals(
        List.of(
            " #plans · Where to in May · 2 members",
            " 1 holdfast       ┊",
            " 2 #plans         ┊",
            " 3 @bob        m2 ┊",
            " 4 @carol         ┊",
            " 5 @dave        1 ┊",
            "                  ┊",
            "                  ┊"),
        busy(80, 24).picture().subList(0, 8));
  }

  @Test
  void nothingIsWiderOrHigherThanTheWindow() {
    for (int columns : new int[] {1, 5, 12, 30, 69, 70, 80, 99, 100, 129, 130, 200, 400}) {
      for (int rows : new int[] {1, 2, 3, 4, 10, 24, 60}) {
        Frame frame = Painter.frame(busy(columns, rows).model());
        String size = columns + "x" + rows;
        assertTrue(frame.lines().size() <= Math.max(1, rows), size);
        assertTrue(frame.cursorRow() < Math.max(1, rows), size);
        if (columns >= Wrapping.COLUMNS_MIN) {
          for (AttributedString line : frame.lines()) {
            assertTrue(Wrapping.width(line.toString()) <= columns, size + ": " + line);
          }
          assertEquals(rows, frame.lines().size(), size);
        }
      }
    }
  }

  @Test
  void withoutColoursThereIsNoneButTheTextIsTheSame() {
    Models coloured = busy(80, 24);
    Models plain = busy(80, 24);
    plain.typed("/theme mono");
    coloured.typed("/theme dark");
    List<AttributedString> lines = Painter.frame(plain.model()).lines();
    for (AttributedString line : lines) {
      assertFalse(line.toAnsi().matches("(?s).*\u001b\\[[0-9;]*[34]8;.*"), line.toAnsi());
      assertFalse(line.toAnsi().matches("(?s).*\u001b\\[(?:[0-9]+;)*[349][0-7]m.*"), line.toAnsi());
    }
    assertTrue(
        Painter.frame(coloured.model()).lines().stream()
            .anyMatch(line -> line.toAnsi().contains("38;5;")));
    assertEquals(
        coloured.picture().stream().map(line -> line.replace("dark", "mono")).toList(),
        plain.picture());
  }

  @Test
  void theLightThemeHasColoursOfItsOwnAndTheSameText() {
    Models dark = busy(80, 24).typed("/theme dark");
    Models light = busy(80, 24).typed("/theme light");
    assertEquals(
        dark.picture().stream().map(line -> line.replace("dark", "light").stripTrailing()).toList(),
        light.picture());
    AttributedString line = statusLine(light);
    assertEquals(Theme.LIGHT.bar(), line.styleAt(line.toString().indexOf("server 2")));
    assertNotEquals(Theme.DARK.bar(), Theme.LIGHT.bar());
    // Nothing of the dark one is left.
    for (AttributedString drawn : Painter.frame(light.model()).lines()) {
      assertFalse(drawn.toAnsi().contains("48;5;237"), drawn.toAnsi());
    }
  }

  @Test
  void theLineBeforeWhatIsNewStandsWhereOneLeft() {
    Models models = busy(80, 24);
    List<String> picture = models.picture();
    int line = indexOf(picture, "new since you left");
    assertTrue(picture.get(line - 1).endsWith("message 2"), picture.toString());
    assertTrue(picture.get(line + 1).endsWith("message 3"), picture.toString());
  }

  private static int indexOf(List<String> picture, String part) {
    for (int i = 0; i < picture.size(); i++) {
      if (picture.get(i).contains(part)) {
        return i;
      }
    }
    throw new AssertionError("no " + part + " in\n" + String.join("\n", picture));
  }

  @Test
  void aDayBeginsWithALine() {
    Models models = Models.screen(80, 24).typed("@bob").page("@bob", Optional.empty(), 1, 1, false);
    long nextDay = Models.NOON + 24 * 3_600_000L;
    models.happens(
        new Happening.Event(Models.message("@bob", 2, "bob", "morning", nextDay), false));
    List<String> picture = models.picture();
    int friday = indexOf(picture, "╌ Friday 20 November 2026 ╌");
    int saturday = indexOf(picture, "╌ Saturday 21 November 2026 ╌");
    assertTrue(friday < saturday && picture.get(saturday + 1).endsWith("bob  morning"));
  }

  @Test
  void ownMessagesSayHowFarTheyAre() {
    Models models = Models.screen(80, 24).typed("@bob one", "@bob two", "@bob three");
    models.page("@bob", Optional.empty(), 1, 0, false).sent(1, "@bob", 1).sent(2, "@bob", 2);
    models.happens(new Happening.Event(new ServerEvent.Read("@bob", "bob", 1, "c"), false));
    models.happens(new Happening.NotSent(3, "@bob", "three", "No."));
    List<String> picture = models.picture();
    assertTrue(picture.get(indexOf(picture, "alice  one")).contains("┊✓✓ "), picture.toString());
    assertTrue(picture.get(indexOf(picture, "alice  two")).contains("┊✓  "), picture.toString());
    assertTrue(picture.get(indexOf(picture, "alice  three")).contains("┊✗  "), picture.toString());
  }

  @Test
  void whereOnlyAsciiIsShownNothingElseIsDrawn() {
    Models models = busy(80, 24);
    Model.Settings s = models.model().settings();
    Model ascii =
        models.model().with(Model.Settings.of(s.theme(), false, false, s.zone()).quiet(true));
    for (AttributedString line : Painter.frame(ascii).lines()) {
      assertTrue(line.toString().chars().allMatch(c -> c < 128), line.toString());
    }
  }

  @Test
  void theStatusLineTellsHowThingsAre() {
    assertTrue(
        busy(120, 24)
            .picture()
            .contains(
                " alice on server 2 · 1 unsent · primary 1 · term 7 · 4 of 5 up · 1 may fail · 3 ms"),
        busy(120, 24).picture().toString());
  }

  @Test
  void whatIsAmissStandsOutInTheStatusLine() {
    Models models = busy(120, 24);
    AttributedString line = statusLine(models);
    assertEquals(Theme.DARK.bar(), line.styleAt(line.toString().indexOf("server 2")));
    assertEquals(Theme.DARK.barLoud(), line.styleAt(line.toString().indexOf("4 of 5")));
    models.happens(new Happening.Told(new Notice.Connecting(Duration.ofSeconds(3))));
    line = statusLine(models);
    assertEquals(Theme.DARK.barBad(), line.styleAt(line.toString().indexOf("looking")));
    assertFalse(line.toString().contains("primary"), line.toString());
  }

  @Test
  void aServerThatGoesOnAloneIsToldOfInTheStatusLine() {
    Models models = busy(120, 24);
    long term = 1L << 41 | 3L << 29 | 1;
    models.happens(
        new Happening.Event(
            new ServerEvent.Cluster(Optional.of("3"), term, List.of(), true), false));
    String line = statusLine(models).toString();
    assertTrue(line.contains("primary 3 · term 1.3:1 · on its own, one disk"), line);
  }

  @Test
  void whatDoesNotFitIntoTheStatusLineIsLeftOutWhole() {
    String line = statusLine(busy(60, 24)).toString().strip();
    assertEquals("alice on server 2 · 1 unsent · primary 1 · term 7 · 3 ms", line);
  }

  private static AttributedString statusLine(Models models) {
    List<AttributedString> lines = Painter.frame(models.model()).lines();
    return lines.get(lines.size() - 2);
  }

  @Test
  void aLongTopicLeavesRoomForWhoIsTyping() {
    Models models = busy(80, 24);
    models.happens(
        new Happening.Event(
            new ServerEvent.Room(
                "#plans",
                "topic",
                "bob",
                "bob",
                Optional.empty(),
                Optional.of("x".repeat(200)),
                "c"),
            false));
    models.happens(new Happening.Event(new ServerEvent.Typing("#plans", "bob"), false));
    String title = models.picture().getFirst();
    assertTrue(title.endsWith("bob is typing"), title);
    assertTrue(title.contains("x… · 2 members"), title);
  }

  @Test
  void aRowOfAListGoesOnBelowItsLastColumn() {
    List<String> picture = Models.screen(80, 40).typed("/help").picture();
    int at = indexOf(picture, "/history [NAME] [COUNT]");
    int column = picture.get(at).indexOf("shows");
    assertTrue(picture.get(at + 1).substring(0, column).replace('┊', ' ').isBlank());
    assertEquals(' ', picture.get(at + 1).charAt(column - 1));
    assertFalse(picture.get(at + 1).substring(column).isBlank());
  }

  @Test
  void whatOthersWriteCannotSteerTheTerminal() {
    Models models = Models.screen(80, 24).typed("#team");
    models.page("#team", Optional.empty(), 1, 0, false);
    models.said("#team", 1, "b\u009bob\u0007", "\u001b]0;x\u0007\u001b[31m\rroot# \u202eabc");
    models.happens(
        new Happening.RoomsCame(
            false,
            new OkPayload.Rooms(
                List.of(new OkPayload.RoomInfo("#team", "\u001b[2J", false, 2, true, false)),
                false)));
    models.happens(new Happening.Editing(new InputView("pasted \u001b[2J\u0007", 3, List.of())));
    for (AttributedString line : Painter.frame(models.model()).lines()) {
      assertTrue(line.chars().noneMatch(Character::isISOControl), line.toString());
      assertFalse(line.toString().contains("\u202e"));
    }
  }

  @Test
  void aNarrowWindowHasItsListAboveTheText() {
    List<String> picture = busy(50, 20).picture();
    assertEquals("2:#plans  3:@bob m2  5:@dave 1", picture.get(1));
    assertTrue(picture.get(indexOf(picture, "Yes!")).startsWith("✓  12:06"), picture.toString());
  }

  @Test
  void aWideWindowShowsWhoIsInTheRoom() {
    List<String> picture = busy(200, 60).picture();
    assertTrue(picture.get(1).endsWith("┊ alice"), picture.get(1));
    assertTrue(picture.get(2).endsWith("┊ bob"), picture.get(2));
  }

  @Test
  void numbersStandWhereTimesDid() {
    Models models = busy(80, 24).pressed(Happening.Key.NUMBERS);
    List<String> picture = models.picture();
    assertTrue(
        picture.get(indexOf(picture, "message 3")).contains("┊       3        bob  message"));
  }
}

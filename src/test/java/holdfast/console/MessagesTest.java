package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Messages answered, changed, deleted, found again.
class MessagesTest {
  private static Models talk() {
    Models models = Models.screen(80, 24).typed("#team");
    models.page("#team", Optional.empty(), 1, 3, false).typed("mine").sent(1, "#team", 4);
    models.takeDeeds();
    return models;
  }

  private static boolean shows(Models models, String text) {
    return models.picture().stream().anyMatch(line -> line.endsWith(text));
  }

  @Test
  void anAnswerQuotesWhatItAnswers() {
    Models models = talk().typed("/reply 2 I agree");
    assertEquals(List.of(new Deed.Send(2, "#team", "I agree", 2)), models.take(Deed.Send.class));
    assertTrue(shows(models, "alice  ↳ bob: message 2"), models.picture().toString());
    List<String> picture = models.picture();
    int quoted = picture.indexOf(picture.stream().filter(l -> l.contains("↳")).findFirst().get());
    assertEquals("I agree", picture.get(quoted + 1).replaceFirst(".*┊", "").strip());
  }

  @Test
  void withoutANumberTheNewestOwnMessageIsMeant() {
    Models models = talk().typed("/edit better", "/delete");
    assertEquals(
        List.of(
            new Deed.Edit(new Place("#team", 4), "better"),
            new Deed.Delete("#team", List.of(4L), false)),
        models.take(Deed.Request.class));
    models.typed("/edit 17 other", "/delete 3 4", "/hide 1", "/react 2 :+1:", "/unreact 2 :+1:");
    assertEquals(
        List.of(
            new Deed.Edit(new Place("#team", 17), "other"),
            new Deed.Delete("#team", List.of(3L, 4L), false),
            new Deed.Delete("#team", List.of(1L), true),
            new Deed.React(new Place("#team", 2), "👍", false),
            new Deed.React(new Place("#team", 2), "👍", true)),
        models.take(Deed.Request.class));
  }

  @Test
  void whereNothingIsOnesOwnThereIsNothingToEdit() {
    Models models = Models.screen(80, 24).typed("#team");
    models.page("#team", Optional.empty(), 1, 3, false).typed("/edit better");
    assertEquals(
        "Nothing of yours is here. Alt-N shows the numbers of messages.",
        models.texts("#team").getLast());
  }

  @Test
  void whatOthersChangeChangesOnTheScreen() {
    Models models = talk();
    models.happens(
        new Happening.Event(
            new ServerEvent.MessageEdited("#team", 2, "message two", 9, "c"), false));
    assertTrue(shows(models, "bob  message two (edited)"), models.picture().toString());
    models.happens(
        new Happening.Event(new ServerEvent.MessageDeleted("#team", List.of(1L, 3L), "c"), false));
    assertFalse(shows(models, "message 1"));
    assertEquals(2, models.picture().stream().filter(l -> l.endsWith("bob  (deleted)")).count());
    models.happens(
        new Happening.Event(
            new ServerEvent.Reaction("#team", 2, "carol", "🎉", false, "c"), false));
    models.happens(
        new Happening.Event(new ServerEvent.Reaction("#team", 2, "bob", "🎉", false, "c"), false));
    assertTrue(shows(models, "🎉 carol, bob"), models.picture().toString());
    models.happens(
        new Happening.Event(new ServerEvent.Reaction("#team", 2, "carol", "🎉", true, "c"), false));
    assertTrue(shows(models, "🎉 bob"), models.picture().toString());
  }

  @Test
  void whatIsFoundCanBeGoneTo() {
    Models models = talk().typed("/search #old hotel room");
    assertEquals(
        List.of(new Deed.Search(Optional.of("#old"), "hotel room")),
        models.take(Deed.Search.class));
    OkPayload.HistoryMessage hit =
        new OkPayload.HistoryMessage(
            50,
            "bob",
            "the hotel room",
            Models.NOON,
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            false);
    models.happens(
        new Happening.SearchCame(
            "hotel room",
            new OkPayload.Found(
                List.of(new OkPayload.FoundMessage("#old", hit)), Optional.empty(), false)));
    assertTrue(shows(models, "1  #old  12:00  bob  the hotel room"), models.picture().toString());
    models.typed("/show 1");
    assertEquals(List.of(new Deed.Around(new Place("#old", 50))), models.take(Deed.Around.class));
    OkPayload.History page = new OkPayload.History(List.of(hit), true);
    models.happens(new Happening.AroundCame(new Place("#old", 50), page));
    assertEquals("#old", models.model().present());
    assertTrue(models.picture().getFirst().contains("older messages"), models.picture().getFirst());
    assertTrue(models.picture().stream().anyMatch(line -> line.contains("┊>  12:00")));
    // What is new meanwhile waits, since it does not follow what is shown.
    models.said("#old", 99, "bob", "new");
    assertFalse(shows(models, "bob  new"));
    assertEquals(99, models.pane("#old").reading().unread());
    models.takeDeeds();
    models.pressed(Happening.Key.BOTTOM);
    assertEquals(1, models.take(Deed.History.class).size());
    models.page("#old", Optional.empty(), 90, 99, true);
    assertEquals(0, models.pane("#old").reading().unread());
    models.typed("/show 2");
    assertEquals(
        "The last search has found no message 2. /search WORDS searches.",
        models.texts("#old").getLast());
  }

  @Test
  void whoTypesIsSeenToTypeForAWhile() {
    Models models = talk();
    models.happens(new Happening.Event(new ServerEvent.Typing("#team", "bob"), false));
    assertTrue(models.picture().getFirst().contains("bob is typing"));
    models.happens(new Happening.Tick(Models.NOON + 10_000));
    assertFalse(models.picture().getFirst().contains("typing"));
  }

  @Test
  void othersAreToldOfTypingNowAndThen() {
    Models models = talk();
    for (int i = 1; i <= 10; i++) {
      models.happens(new Happening.Editing(new InputView("x".repeat(i), i, List.of())));
      models.happens(new Happening.Tick(Models.NOON + i * 1_000L));
    }
    assertEquals(4, models.take(Deed.Typing.class).size());
    models.happens(new Happening.Tick(Models.NOON + 60_000));
    models.happens(new Happening.Editing(new InputView("/quit", 5, List.of())));
    assertEquals(List.of(), models.take(Deed.Typing.class));
  }
}

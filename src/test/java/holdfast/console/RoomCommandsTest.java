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

/// Who is in a room, what it is about, who may write to one, and what the servers remember of it.
class RoomCommandsTest {
  private static Models team() {
    Models models = Models.screen(80, 24).typed("#team");
    models.page("#team", Optional.empty(), 1, 3, false).takeDeeds();
    return models;
  }

  private static Happening event(String room, String change, String who, String by, String topic) {
    Optional<String> set = topic.isEmpty() ? Optional.empty() : Optional.of(topic);
    return new Happening.Event(
        new ServerEvent.Room(room, change, who, by, Optional.empty(), set, "c"), false);
  }

  @Test
  void thePresentRoomIsMeantUnlessOneIsNamed() {
    Models models =
        team()
            .typed("/topic Where to go", "/topic #other Nothing", "/invite @carol")
            .typed("/kick dave #other", "/role carol Moderator", "/block eve", "/unblock @eve");
    assertEquals(
        List.of(
            new Deed.SetTopic("#team", "Where to go"),
            new Deed.SetTopic("#other", "Nothing"),
            new Deed.Invite("#team", "carol"),
            new Deed.Kick("#other", "dave"),
            new Deed.SetRole("#team", "carol", "moderator"),
            new Deed.Block("eve", true),
            new Deed.Block("eve", false)),
        models.take(Deed.Simple.class));
    models.typed("/topic", "/topic #other");
    assertEquals(
        List.of(new Deed.Rooms("team", true), new Deed.Rooms("other", true)),
        models.take(Deed.Rooms.class));
  }

  @Test
  void whatIsMistypedIsExplained() {
    Models models = team().typed("/role carol boss");
    assertEquals("Usage: /role NAME owner|moderator|member", models.texts("#team").getLast());
    models.typed("/invite c@rol");
    assertTrue(models.texts("#team").getLast().startsWith("c@rol is not a name"));
  }

  @Test
  void aNewTopicStandsInTheTitle() {
    Models models = team().happens(event("#team", "topic", "bob", "bob", "Lunch"));
    assertEquals(" #team · Lunch", models.picture().getFirst());
    assertEquals("bob set the topic of #team: Lunch", models.texts("#team").getLast());
  }

  @Test
  void whoIsPutOutIsToldAndTheRoomIsOffTheList() {
    Models models = team().happens(event("#team", "kicked", "alice", "bob", ""));
    assertEquals(Optional.empty(), models.model().pane("#team"));
    assertEquals("bob put you out of #team", models.texts("").getLast());
  }

  @Test
  void anInvitationSaysHowToJoin() {
    Models models = team().happens(event("#secret", "invited", "alice", "bob", ""));
    assertEquals("bob invited you to #secret (/join #secret)", models.texts("#team").getLast());
    assertTrue(models.model().names().rooms().contains("#secret"));
    assertFalse(models.model().pane("#secret").isPresent());
  }

  @Test
  void whoComesAndGoesIsSeenInTheTitle() {
    Models models = Models.screen(80, 24).typed("@bob");
    models.happens(new Happening.Event(new ServerEvent.Presence("bob", true), false));
    assertTrue(models.picture().getFirst().startsWith(" @bob · online"));
    models.happens(new Happening.Event(new ServerEvent.Presence("bob", false), false));
    assertTrue(models.picture().getFirst().startsWith(" @bob · last seen 12:00"));
    models.happens(new Happening.Event(new ServerEvent.Presence("stranger", true), false));
    assertEquals(Optional.empty(), models.model().pane("@stranger"));
  }

  @Test
  void themeAndKeysAreKept() {
    Models models = team().typed("/theme light", "/keys vi");
    assertEquals(
        List.of(
            new Deed.Prefer("theme", Optional.of("light")),
            new Deed.Prefer("keys", Optional.of("vi"))),
        models.take(Deed.Prefer.class));
    Happening kept =
        new Happening.PreferencesCame(
            new OkPayload.Preferences(Map.of("theme", "light", "keys", "vi")));
    Model.Settings settings = team().happens(kept).model().settings();
    assertEquals(Theme.LIGHT, settings.theme());
    assertTrue(settings.vi());
    // What the person asked for when the console was started comes first.
    Model asked = team().model();
    asked = asked.with(Model.Settings.of(Theme.MONO, true, true, settings.zone()));
    assertEquals(Theme.MONO, Desk.step(asked, kept).model().settings().theme());
  }

  @Test
  void whatIsMutedStaysSoOnEveryScreen() {
    Models models = team().typed("/mute", "/mute");
    assertEquals(
        List.of(
            new Deed.Prefer("mute.#team", Optional.of("on")),
            new Deed.Prefer("mute.#team", Optional.empty())),
        models.take(Deed.Prefer.class));
    models.happens(
        new Happening.PreferencesCame(
            new OkPayload.Preferences(Map.of("mute.#team", "on", "other", "x"))));
    assertTrue(models.pane("#team").muted());
  }
}

package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.Notice;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeskTest {
  private static Entry.Message last(Models models, String name) {
    return (Entry.Message) models.pane(name).sheet().entries().getLast();
  }

  @Test
  void whatIsSaidElsewhereCountsAsUnreadAndWhatIsSaidHereIsRead() {
    Models models =
        Models.screen(80, 24).typed("#team").page("#team", Optional.empty(), 1, 2, false);
    models.takeDeeds();
    models.said("@bob", 1, "bob", "psst").said("#team", 3, "carol", "hi all");
    assertEquals(1, models.pane("@bob").reading().unread());
    assertEquals(0, models.pane("#team").reading().unread());
    assertEquals(List.of(new Deed.Shown("#team", 3)), models.take(Deed.Shown.class));
  }

  @Test
  void goingToAConversationFetchesItOnce() {
    Models models = Models.screen(80, 24).typed("@bob");
    assertEquals(
        List.of(new Deed.History("@bob", Optional.empty(), Moves.PAGE, true)),
        models.take(Deed.History.class));
    models.page("@bob", Optional.empty(), 1, 3, false).typed("/jump 1", "@bob");
    assertEquals(List.of(), models.take(Deed.History.class));
    assertEquals(3, models.pane("@bob").reading().lastSeq());
  }

  @Test
  void aMessageIsQueuedThenReplicatedThenRead() {
    Models models = Models.screen(80, 24).typed("@bob hello");
    assertTrue(last(models, "@bob").isQueued());
    assertEquals(1, models.model().outbox().unanswered());
    assertEquals(List.of(new Deed.Send(1, "@bob", "hello", 0)), models.take(Deed.Send.class));
    models.sent(1, "@bob", 7);
    assertEquals(7, last(models, "@bob").seq());
    assertFalse(last(models, "@bob").isQueued());
    assertEquals(0, models.model().outbox().unanswered());
    models.happens(new Happening.Event(new ServerEvent.Read("@bob", "bob", 7, "c"), false));
    assertEquals(7, models.pane("@bob").reading().peerRead());
  }

  @Test
  void anotherOnesMessageComesBeforeWhatIsNotAcknowledged() {
    Models models = Models.screen(80, 24).typed("@bob mine").said("@bob", 1, "bob", "his");
    assertEquals(List.of("his", "mine"), models.texts("@bob"));
    models.sent(1, "@bob", 2);
    assertEquals(List.of("his", "mine"), models.texts("@bob"));
  }

  @Test
  void whoAnswersHasReadWhatStandsBefore() {
    Models models = Models.screen(80, 24).typed("@bob hello").sent(1, "@bob", 1);
    assertEquals(0, models.pane("@bob").reading().peerRead());
    models.said("@bob", 2, "bob", "hi");
    assertEquals(2, models.pane("@bob").reading().peerRead());
    Models later = Models.screen(80, 24).typed("@bob");
    later.page("@bob", Optional.empty(), 1, 5, false);
    assertEquals(5, later.pane("@bob").reading().peerRead());
    Models room = Models.screen(80, 24).typed("#team mine").sent(1, "#team", 1);
    room.said("#team", 2, "bob", "his");
    assertEquals(0, room.pane("#team").reading().peerRead());
  }

  @Test
  void whoWritesAnewIsSeenTypingAnew() {
    Models models = Models.screen(80, 24).typed("@bob");
    models.page("@bob", Optional.empty(), 1, 1, false).takeDeeds();
    writes(models, "o");
    writes(models, "on");
    assertEquals(List.of(new Deed.Typing("@bob")), models.take(Deed.Typing.class));
    models.typed("on my way");
    writes(models, "a");
    assertEquals(List.of(new Deed.Typing("@bob")), models.take(Deed.Typing.class));
    models.typed("@carol").takeDeeds();
    writes(models, "c");
    assertEquals(List.of(new Deed.Typing("@carol")), models.take(Deed.Typing.class));
  }

  private static void writes(Models models, String text) {
    models.happens(new Happening.Editing(new InputView(text, text.length(), List.of())));
  }

  @Test
  void whyNobodyCanBeWrittenToIsToldOnce() {
    Models models = Models.screen(80, 24).typed("@nobody hi");
    models.happens(new Happening.Refused("@nobody", "There is no nobody.", false));
    models.happens(new Happening.NotSent(1, "@nobody", "hi", "There is no nobody."));
    assertEquals(
        List.of("hi", "Not sent to @nobody: hi\nThere is no nobody."), models.texts("@nobody"));
    assertFalse(models.picture().getFirst().contains("loading"), models.picture().getFirst());
  }

  @Test
  void anAcknowledgedMessageTakesItsPlaceByNumber() {
    Models models = Models.screen(80, 24).typed("@bob first", "@bob second");
    models.said("@bob", 2, "bob", "between").sent(1, "@bob", 1).sent(2, "@bob", 3);
    assertEquals(List.of("first", "between", "second"), models.texts("@bob"));
  }

  @Test
  void whereTheReplyIsLostTheEventTellsThatItWasSent() {
    Models models = Models.screen(80, 24).typed("@bob once");
    ServerEvent.Message own = Models.message("@bob", 4, "alice", "once", Models.NOON);
    models.happens(new Happening.Event(own, true));
    assertEquals(4, last(models, "@bob").seq());
    models.sent(1, "@bob", 4);
    assertEquals(List.of("once"), models.texts("@bob"));
    assertEquals(0, models.model().outbox().unanswered());
  }

  @Test
  void whatIsSentOnAnotherScreenOfTheAccountIsShownAndRead() {
    Models models = Models.screen(80, 24).said("@bob", 1, "alice", "from my phone");
    assertEquals(List.of("from my phone"), models.texts("@bob"));
    assertEquals(0, models.pane("@bob").reading().unread());
  }

  @Test
  void aMessageThatFailedIsMarkedAndToldWhy() {
    Models models = Models.screen(80, 24).typed("@bob hello");
    models.happens(new Happening.NotSent(1, "@bob", "hello", "There is no bob."));
    assertEquals(
        List.of("hello", "Not sent to @bob: hello\nThere is no bob."), models.texts("@bob"));
    assertTrue(((Entry.Message) models.pane("@bob").sheet().entries().getFirst()).failed());
  }

  @Test
  void pageUpFetchesWhatIsOlderFromTheServers() {
    Models models = Models.screen(80, 24).typed("@bob");
    models.page("@bob", Optional.empty(), 101, 200, true).takeDeeds();
    int pressed = 0;
    List<Deed.History> wanted = List.of();
    while (wanted.isEmpty() && pressed < 20) {
      models.pressed(Happening.Key.PAGE_UP);
      wanted = models.take(Deed.History.class);
      pressed++;
    }
    assertEquals(List.of(new Deed.History("@bob", Optional.of(101L), Moves.PAGE, true)), wanted);
    models.pressed(Happening.Key.PAGE_UP);
    assertEquals(List.of(), models.take(Deed.History.class));
    models.page("@bob", Optional.of(101L), 1, 100, false);
    assertEquals(200, models.texts("@bob").size());
    for (int i = 0; i < 20; i++) {
      models.pressed(Happening.Key.PAGE_UP);
    }
    assertEquals(List.of(), models.take(Deed.History.class));
    assertTrue(models.picture().stream().anyMatch(line -> line.endsWith("message 1")));
  }

  @Test
  void whoHasScrolledBackGoesOnSeeingTheSame() {
    Models models = Models.screen(80, 24).typed("@bob");
    models.page("@bob", Optional.empty(), 1, 100, false).pressed(Happening.Key.PAGE_UP);
    List<String> before = models.picture().subList(1, 22);
    models.said("@bob", 101, "bob", "a long line ".repeat(20));
    assertEquals(
        before.stream().map(line -> line.substring(18)).toList(),
        models.picture().subList(1, 22).stream().map(line -> line.substring(18)).toList());
    assertEquals(1, models.pane("@bob").reading().unread());
    models.pressed(Happening.Key.BOTTOM);
    assertEquals(0, models.pane("@bob").reading().unread());
  }

  @Test
  void altAGoesToWhoNamesOneFirstThenToPeopleThenToRooms() {
    Models models = Models.screen(80, 24);
    models.said("#team", 1, "bob", "hi").said("@carol", 1, "carol", "hi");
    models.said("#plans", 1, "bob", "what do you say, @alice?");
    models.pressed(Happening.Key.NEXT_UNREAD);
    assertEquals("#plans", models.model().present());
    models.page("#plans", Optional.empty(), 1, 1, false).pressed(Happening.Key.NEXT_UNREAD);
    assertEquals("@carol", models.model().present());
    models.page("@carol", Optional.empty(), 1, 1, false).pressed(Happening.Key.NEXT_UNREAD);
    assertEquals("#team", models.model().present());
    models.pressed(Happening.Key.LAST);
    assertEquals("@carol", models.model().present());
  }

  @Test
  void numbersAndPartsOfNamesAreJumpedTo() {
    Models models =
        Models.screen(80, 24).said("#team", 1, "bob", "hi").said("@carol", 1, "carol", "x");
    assertEquals("#team", models.happens(new Happening.Picked(2)).model().present());
    assertEquals("@carol", models.typed("/jump car").model().present());
    assertEquals("#team", models.typed("/jump eam").model().present());
    assertEquals("", models.typed("/jump 1").model().present());
    models.typed("/jump nowhere");
    assertEquals("No conversation of the list is called like nowhere.", models.texts("").getLast());
  }

  @Test
  void theNextAfterTheLastConversationIsTheFirst() {
    Models models =
        Models.screen(80, 24).said("@bob", 1, "bob", "hi").said("#team", 1, "bob", "hi");
    List<String> visited = new ArrayList<>();
    for (Happening.Key key :
        List.of(
            Happening.Key.NEXT,
            Happening.Key.NEXT,
            Happening.Key.NEXT,
            Happening.Key.PREVIOUS,
            Happening.Key.PREVIOUS)) {
      visited.add(models.pressed(key).model().present());
    }
    assertEquals(List.of("@bob", "#team", "", "#team", "@bob"), visited);
  }

  @Test
  void theServerInUseIsToldToWhoAsks() {
    Models models = Models.screen(80, 24).typed("/server");
    assertEquals("On none now.", models.texts("").getLast());
    models.happens(new Happening.Told(new Notice.Connected(new ServerAddress("2", "h", 1))));
    models.takeDeeds();
    models.typed("/server", "/status");
    assertEquals("On server 2.", models.texts("").getLast());
    assertEquals(List.of(new Deed.Status(true)), models.take(Deed.Status.class));
  }

  @Test
  void mentionsAndDirectMessagesRingButNotWhatIsMuted() {
    Models models = Models.screen(80, 24);
    models.said("#team", 1, "bob", "hello").said("#team", 2, "bob", "hello @alice");
    models.said("@carol", 1, "carol", "psst");
    assertEquals(
        List.of(new Deed.Alert("bob in #team: hello @alice"), new Deed.Alert("@carol: psst")),
        models.take(Deed.Alert.class));
    assertEquals(1, models.pane("#team").reading().mentions());
    models.typed("/mute @carol").said("@carol", 2, "carol", "still there?");
    assertEquals(List.of(), models.take(Deed.Alert.class));
    models.typed("/dnd on").said("#team", 3, "bob", "@alice!");
    assertEquals(List.of(), models.take(Deed.Alert.class));
  }

  @Test
  void whoIsWatchingNeedsNoBell() {
    Models models = Models.screen(80, 24).typed("@bob").page("@bob", Optional.empty(), 1, 1, false);
    models.happens(new Happening.Editing(new InputView("h", 1, List.of())));
    models.said("@bob", 2, "bob", "here?");
    assertEquals(List.of(), models.take(Deed.Alert.class));
    models.happens(new Happening.Tick(Models.NOON + 60_000)).said("@bob", 3, "bob", "gone?");
    assertEquals(List.of(new Deed.Alert("@bob: gone?")), models.take(Deed.Alert.class));
  }

  @Test
  void whatCannotBeOpenedIsNoConversation() {
    Models models = Models.screen(80, 24).typed("#nowhere");
    models.happens(new Happening.Refused("#nowhere", "There is no such room.", false));
    assertEquals("", models.model().present());
    assertEquals(Optional.empty(), models.model().pane("#nowhere"));
    assertEquals("There is no such room.", models.texts("").getLast());
  }

  @Test
  void thereIsABoundToWhatWaitsForAServer() {
    Models models = Models.screen(80, 24);
    for (int i = 0; i < Typing.UNANSWERED_MAX + 1; i++) {
      models.typed("@bob " + i);
    }
    assertEquals(Typing.UNANSWERED_MAX, models.take(Deed.Send.class).size());
    assertTrue(models.texts("@bob").getLast().startsWith("Not sent: 500 messages wait"));
  }

  @Test
  void aFloodIsKeptWithinBounds() {
    Models models =
        Models.screen(80, 24).typed("#team").page("#team", Optional.empty(), 1, 1, false);
    for (int seq = 2; seq <= 3 * Sheet.ENTRIES_MAX; seq++) {
      models.said("#team", seq, "bob", "flood " + seq);
    }
    assertEquals(Sheet.ENTRIES_MAX, models.texts("#team").size());
    assertTrue(models.pane("#team").sheet().more());
    assertEquals(3L * Sheet.ENTRIES_MAX, models.pane("#team").reading().readSeq());
  }

  @Test
  void aFailoverIsOneQuietLine() {
    Models models = Models.screen(80, 24);
    ServerAddress two = new ServerAddress("2", "127.0.0.1", 8092);
    ServerAddress four = new ServerAddress("4", "127.0.0.1", 8094);
    models.happens(new Happening.Told(new Notice.Lost(two, "it died")));
    assertEquals(Optional.empty(), models.model().health().server());
    models.happens(new Happening.Told(new Notice.Connected(four)));
    models.happens(
        new Happening.Told(new Notice.FailedOver(two, four, Duration.ofMillis(212), 1, 0)));
    assertEquals(Optional.of("4"), models.model().health().server());
    assertEquals(
        List.of("server 2 is gone; on server 4 after 0.2 s; nothing lost"), models.texts(""));
  }

  @Test
  void whereEventsAreMissingTheTextIsFetchedAnewButWhatWaitsStays() {
    Models models = Models.screen(80, 24).typed("@bob");
    models.page("@bob", Optional.empty(), 1, 5, false).typed("waiting").takeDeeds();
    models.happens(new Happening.Told(new Notice.Reset()));
    assertEquals(
        List.of(new Deed.History("@bob", Optional.empty(), Moves.PAGE, false)),
        models.take(Deed.History.class));
    assertEquals("waiting", models.texts("@bob").getFirst());
  }

  @Test
  void unreadCountsComeFromTheServersAtFirst() {
    Models models =
        Models.screen(80, 24)
            .conversations(Models.conversation("@bob", 9, 7), Models.conversation("#team", 4, 4));
    assertEquals(2, models.pane("@bob").reading().unread());
    models.happens(new Happening.Picked(2)).page("@bob", Optional.empty(), 1, 9, false);
    assertEquals(7, models.pane("@bob").reading().newAfter());
    assertEquals(0, models.pane("@bob").reading().unread());
  }

  @Test
  void whoIsInTheListIsKnownByName() {
    Models models = Models.screen(80, 24).conversations(Models.conversation("@bob", 9, 7));
    models.conversations(Models.conversation("#team", 1, 1));
    assertEquals(Set.of("bob"), models.model().names().people());
    assertEquals(Set.of("#team"), models.model().names().rooms());
  }

  @Test
  void readingOnAnotherScreenCountsHere() {
    Models models = Models.screen(80, 24).said("@bob", 1, "bob", "a").said("@bob", 2, "bob", "b");
    models.happens(new Happening.Event(new ServerEvent.Read("@bob", "alice", 2, "c"), false));
    assertEquals(0, models.pane("@bob").reading().unread());
  }

  @Test
  void leavingARoomTakesItOffTheList() {
    Models models = Models.screen(80, 24).typed("@bob", "#team");
    models.happens(new Happening.Left("#team"));
    assertEquals(Optional.empty(), models.model().pane("#team"));
    assertEquals("@bob", models.model().present());
  }

  @Test
  void somebodyIsLookedUp() {
    Models models = Models.screen(80, 24).typed("/whois @Bob");
    assertEquals(List.of(new Deed.Whois("bob")), models.take(Deed.Whois.class));
    models.happens(
        new Happening.WhoisCame(
            "bob", List.of(new OkPayload.User("bob", false, Models.NOON, false))));
    assertEquals("@bob is not here; last seen 12:00.", models.texts("").getLast());
  }

  @Test
  void emojiAreWrittenByName() {
    Models models = Models.screen(80, 24).typed("@bob done :tada: at 12:30:45");
    assertEquals("done 🎉 at 12:30:45", models.take(Deed.Send.class).getFirst().text());
  }

  @Test
  void theClusterIsLookedAtEveryFewSeconds() {
    Models models = Models.screen(80, 24);
    models.happens(new Happening.Told(new Notice.Connected(new ServerAddress("1", "h", 1))));
    models.takeDeeds();
    int asked = 0;
    for (int second = 1; second <= 30; second++) {
      models.happens(new Happening.Tick(Models.NOON + second * 1_000L));
      asked += models.take(Deed.Status.class).size();
    }
    assertEquals(10, asked);
  }

  @Test
  void whoIsSignedOutMaySignInAgain() {
    Models models = Models.screen(80, 24);
    models.happens(new Happening.Told(new Notice.LoggedOut("the password was changed")));
    assertEquals(List.of(new Deed.Logout()), models.take(Deed.Logout.class));
  }
}

package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.client.Notice;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import holdfast.wire.ServerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static final ServerAddress TWO = new ServerAddress("2", "127.0.0.1", 8092);
  private static final ServerAddress FOUR = new ServerAddress("4", "127.0.0.1", 8094);

  private static String failedOver(ServerAddress to, long ms, int unknown) {
    return Words.notice(new Notice.FailedOver(TWO, to, Duration.ofMillis(ms), 3, unknown))
        .orElseThrow();
  }

  @Test
  void aFailoverIsOneLine() {
    assertEquals(
        "server 2 is gone; on server 4 after 0.2 s; nothing lost", failedOver(FOUR, 212, 0));
    assertEquals("server 2 is back after 0.1 s; nothing lost", failedOver(TWO, 3, 0));
    assertEquals(
        "server 2 is gone; on server 4 after 61.0 s; 1 request may have been done or not",
        failedOver(FOUR, 61_000, 1));
  }

  @Test
  void whatPassesByItselfIsNotTold() {
    assertEquals(Optional.empty(), Words.notice(new Notice.Lost(TWO, "it died")));
    assertEquals(Optional.empty(), Words.notice(new Notice.Connecting(Duration.ZERO)));
    assertEquals(
        Optional.of("no server answers for 2.0 s; trying on"),
        Words.notice(new Notice.Connecting(Duration.ofSeconds(2))));
  }

  @Test
  void comingAndGoingIsToldOfOthersOnly() {
    ServerEvent.Room joined =
        new ServerEvent.Room(
            "#team", "joined", "bob", "bob", Optional.empty(), Optional.empty(), "c1.1.0");
    assertEquals(Optional.of("bob joined #team"), Words.room(joined, "alice"));
    assertEquals(Optional.empty(), Words.room(joined, "bob"));
  }

  @Test
  void unreadMessagesAreSummedUp() {
    OkPayload.Conversations conversations =
        new OkPayload.Conversations(
            List.of(
                new OkPayload.Conversation("@bob", 9, 7, 2, 0, Optional.empty()),
                new OkPayload.Conversation("#old", 9, 9, 0, 0, Optional.empty()),
                new OkPayload.Conversation("#team", 4, 3, 1, 0, Optional.empty())),
            false);
    assertEquals(
        "3 unread in 2 conversations: @bob 2, #team 1.", Lists.unread(login(3, 2), conversations));
    assertEquals(
        "5 unread in 3 conversations: @bob 2, #team 1, …",
        Lists.unread(login(5, 3), conversations));
    assertEquals("Nothing unread.", Lists.unread(login(0, 0), conversations));
  }

  private static OkPayload.LoggedIn login(long messages, long conversations) {
    return new OkPayload.LoggedIn("alice", "t", "c", messages, conversations, 0, false);
  }

  @Test
  void theStatusIsATableAndASentence() {
    OkPayload.Status status =
        new OkPayload.Status(
            List.of(server("1", "PRIMARY", true), server("2", "BACKUP", false)),
            Optional.of("1"),
            7,
            2,
            0,
            false,
            Optional.empty(),
            Optional.empty());
    assertEquals(
        List.of(
            "server  address      role     applied  behind  clients",
            "1       10.0.0.1:81  PRIMARY  12       0 ms    3",
            "2       10.0.0.1:81  down     12",
            "Server 1 is primary in term 7; 0 more servers may fail."),
        Lists.status(status));
  }

  private static ServerStatus server(String id, String role, boolean up) {
    return new ServerStatus(
        id, "10.0.0.1", 81, 71, role, 7, up, 12, 12, 12, true, 0, 3, "0.1.0", Optional.empty());
  }
}

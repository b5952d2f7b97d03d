package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Every kind of write, with all its ids 100 more, and without any one of them.
final class TranslationTest {
  private static final Digest DIGEST = new Digest(1, 2);
  private static final ConversationId TALK = ConversationId.direct(1, 2);
  private static final ConversationId ROOM = ConversationId.room(3);

  private static RequestKey by(long account) {
    return new RequestKey(account, Optional.empty(), "q", DIGEST);
  }

  private static List<Command.Write> writes(int more) {
    RequestKey by = by(1 + more);
    ConversationId talk = ConversationId.direct(1 + more, 2 + more);
    ConversationId room = ConversationId.room(3 + more);
    long message = 4L + more;
    return List.of(
        new Command.LogoutAll(9, by),
        new Command.SetPassword(9, by, "hash", DIGEST),
        new Command.DeleteAccount(9, by, DIGEST),
        new Command.SetPreference(9, by, "name", Optional.of("value")),
        new Command.Block(9, by, 2L + more),
        new Command.Unblock(9, by, 2L + more),
        new Command.Send(9, by, talk, "text", Optional.empty()),
        new Command.Send(9, by, room, "text", Optional.of(message)),
        new Command.Edit(9, by, talk, message, "text"),
        new Command.Delete(9, by, room, List.of(message, 5L + more), true),
        new Command.React(9, by, room, message, "+1", true),
        new Command.MarkRead(9, by, talk, message),
        new Command.CreateRoom(9, by, "#room", "topic", true),
        new Command.JoinRoom(9, by, 3L + more),
        new Command.LeaveRoom(9, by, 3L + more),
        new Command.Invite(9, by, 3L + more, 2L + more),
        new Command.Kick(9, by, 3L + more, 2L + more),
        new Command.SetRole(9, by, 3L + more, 2L + more, RoomRole.MODERATOR),
        new Command.SetTopic(9, by, 3L + more, "topic"));
  }

  @Test
  void everyIdOfEveryWriteIsTheNewOne() {
    List<Command.Write> translated = new ArrayList<>();
    for (Command.Write write : writes(0)) {
      translated.add(Translation.of(write, id -> Optional.of(id + 100)).orElseThrow());
    }
    assertEquals(writes(100), translated);
  }

  @Test
  void aWriteOfWhichOneIdIsGoneIsGone() {
    List<List<Long>> named = new ArrayList<>();
    for (Command.Write write : writes(0)) {
      List<Long> ids = new ArrayList<>();
      for (long id = 1; id <= 5; id++) {
        long gone = id;
        if (Translation.of(write, asked -> asked == gone ? Optional.empty() : Optional.of(asked))
            .isEmpty()) {
          ids.add(id);
        }
      }
      named.add(ids);
    }
    List<Long> self = List.of(1L);
    List<Long> both = List.of(1L, 2L);
    List<Long> inRoom = List.of(1L, 3L);
    List<Long> somebodyInRoom = List.of(1L, 2L, 3L);
    assertEquals(
        List.of(
            self,
            self,
            self,
            self,
            both,
            both,
            both,
            List.of(1L, 3L, 4L),
            List.of(1L, 2L, 4L),
            List.of(1L, 3L, 4L, 5L),
            List.of(1L, 3L, 4L),
            List.of(1L, 2L, 4L),
            self,
            inRoom,
            inRoom,
            somebodyInRoom,
            somebodyInRoom,
            somebodyInRoom,
            inRoom),
        named);
  }

  @Test
  void aRegistrationNamesNoId() {
    Command.Register register =
        new Command.Register(9, ChatBench.registration("bob", "r"), "bob", "hash");
    assertEquals(Optional.of(register), Translation.of(register, _ -> Optional.empty()));
  }

  @Test
  void readUpToNothingNamesNoMessage() {
    Command.MarkRead nothing = new Command.MarkRead(9, by(1), TALK, 0);
    assertEquals(
        Optional.of(nothing),
        Translation.of(nothing, id -> id == 0 ? Optional.empty() : Optional.of(id)));
    Command.MarkRead elsewhere = new Command.MarkRead(9, by(1), ROOM, 0);
    assertEquals(
        Optional.empty(),
        Translation.of(elsewhere, id -> id == 3 ? Optional.empty() : Optional.of(id)));
  }

  @Test
  void theLowerAccountComesFirstWhateverBecameOfThem() {
    Command.Send send = new Command.Send(9, by(1), TALK, "text", Optional.empty());
    Command.Write swapped =
        Translation.of(send, id -> Optional.of(id == 1 ? 20L : 10L)).orElseThrow();
    assertEquals(
        new Command.Send(9, by(20), ConversationId.direct(10, 20), "text", Optional.empty()),
        swapped);
  }
}

package holdfast.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.RequestKey;
import holdfast.chat.RoomRole;
import holdfast.check.Check;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandCodecTest {
  private static final long TIME = 1_790_000_000_123L;
  private static final Digest DIGEST = new Digest(-1, 0x0123456789abcdefL);

  /// An id of a later timeline takes all 63 bits.
  private static final long LARGE_ID = Long.MAX_VALUE;

  private static final RequestKey BY_ALICE =
      new RequestKey(17, Optional.empty(), "c7f2-17 é\"", DIGEST);

  static List<Command.Write> writes() {
    return List.of(
        new Command.Register(
            TIME,
            new RequestKey(0, Optional.of("alice"), "r", DIGEST),
            "alice",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"),
        new Command.LogoutAll(TIME, BY_ALICE),
        new Command.Send(
            TIME,
            BY_ALICE,
            new ConversationId(3, LARGE_ID),
            "line\n\t\"quoted\\\" 🐙 é \u0001",
            Optional.empty()),
        new Command.Send(TIME, BY_ALICE, ConversationId.room(LARGE_ID), "x", Optional.of(LARGE_ID)),
        new Command.Send(TIME, BY_ALICE, ConversationId.direct(5, 5), "x", Optional.empty()),
        new Command.Edit(TIME, BY_ALICE, ConversationId.room(9), LARGE_ID, "zoë 🐙"),
        new Command.Delete(
            TIME, BY_ALICE, ConversationId.direct(4, 9), List.of(1L, LARGE_ID), true),
        new Command.Delete(TIME, BY_ALICE, ConversationId.room(9), List.of(7L), false),
        new Command.React(TIME, BY_ALICE, ConversationId.room(9), LARGE_ID, "🐙", true),
        new Command.MarkRead(TIME, BY_ALICE, ConversationId.room(9), 0),
        new Command.MarkRead(TIME, BY_ALICE, ConversationId.direct(9, 4), LARGE_ID),
        new Command.CreateRoom(TIME, BY_ALICE, "#r", "a topic", true),
        new Command.JoinRoom(TIME, BY_ALICE, 9),
        new Command.LeaveRoom(TIME, BY_ALICE, LARGE_ID),
        new Command.SetPassword(TIME, BY_ALICE, "$argon2id$v=19$x", new Digest(7, -8)),
        new Command.DeleteAccount(TIME, BY_ALICE, new Digest(7, -8)),
        new Command.SetPreference(TIME, BY_ALICE, "mute.@bob", Optional.of("\n\"yes\"")),
        new Command.SetPreference(TIME, BY_ALICE, "mute.@bob", Optional.empty()),
        new Command.Block(TIME, BY_ALICE, LARGE_ID),
        new Command.Unblock(TIME, BY_ALICE, 9),
        new Command.Invite(TIME, BY_ALICE, LARGE_ID, 9),
        new Command.Kick(TIME, BY_ALICE, 9, LARGE_ID),
        new Command.SetRole(TIME, BY_ALICE, 9, 17, RoomRole.OWNER),
        new Command.SetRole(TIME, BY_ALICE, 9, 17, RoomRole.MODERATOR),
        new Command.SetRole(TIME, BY_ALICE, 9, 17, RoomRole.MEMBER),
        new Command.SetTopic(TIME, BY_ALICE, 9, ""));
  }

  @ParameterizedTest
  @MethodSource("writes")
  void everyWriteIsReadAsItWasWrittenAndStamped(Command.Write write) throws Exception {
    byte[] stamped = CommandCodec.stamp(CommandCodec.body(write), TIME);
    assertEquals(write, CommandCodec.decode(stamped));
    assertEquals(OptionalLong.of(TIME), CommandCodec.timeOf(stamped));
    assertTrue(new CommandCodec().membershipOf(new LogEntry(5, 1, stamped)).isEmpty());
  }

  @Test
  void everyKindOfWriteIsTested() {
    TreeSet<String> tested = new TreeSet<>();
    writes().forEach(write -> tested.add(write.getClass().getName()));
    assertEquals(Command.Write.class.getPermittedSubclasses().length, tested.size());
  }

  @Test
  void commandsAreCompactTextThatBeginsWithTheVersion() {
    assertEquals(
        """
        {"v":1,"time":1790000000123,"type":"SEND","account":17,"request_id":"r",\
        "digest":"AAAAAAAAAAEAAAAAAAAAAg","direct":[3,4],"text":"hi","reply_to":2}\
        """,
        text(
            CommandCodec.stamp(
                CommandCodec.body(
                    new Command.Send(
                        0,
                        new RequestKey(17, Optional.empty(), "r", new Digest(1, 2)),
                        ConversationId.direct(4, 3),
                        "hi",
                        Optional.of(2L))),
                TIME)));
    assertEquals("{\"v\":1,\"type\":\"NOOP\"}", text(CommandCodec.noop()));
    assertEquals(
        "{\"v\":1,\"type\":\"SEEN\",\"accounts\":[1,2]}",
        text(CommandCodec.body(new Command.Seen(0, List.of(1L, 2L)))));
    assertEquals(
        """
        {"v":1,"time":5,"type":"MEMBERS","members":[{"server_id":"1","host":"::1",\
        "client_port":8091,"peer_port":8081,"voter":true,"member_key":"00ff"}],"retired":[2,7]}\
        """,
        text(
            CommandCodec.members(
                5,
                new Membership(
                    3,
                    List.of(
                        new Member(new ServerId(1), "::1", 8091, 8081, true, Optional.of("00ff"))),
                    List.of(new ServerId(7), new ServerId(2))))));
  }

  @Test
  void seenAndNoopAreReadAsTheyWereWritten() throws Exception {
    Command.Seen seen = new Command.Seen(TIME, List.of(1L, LARGE_ID));
    assertEquals(seen, CommandCodec.decode(CommandCodec.stamp(CommandCodec.body(seen), TIME)));
    assertEquals(new Command.Noop(), CommandCodec.decode(CommandCodec.noop()));
    assertTrue(CommandCodec.timeOf(CommandCodec.noop()).isEmpty());
  }

  @Test
  void membershipEntriesAreReadAsTheyWereWritten() throws Exception {
    List<Member> members =
        List.of(
            new Member(new ServerId(1), "10.0.0.1", 8091, 8081, true, Optional.of("00ff")),
            new Member(new ServerId(4095), "b.example", 8092, 8082, false, Optional.empty()),
            new Member(new ServerId(5), "10.0.0.5", 8095, 8085, true, Optional.of("01"))
                .movedTo("10.0.0.6", 8095, 8085));
    byte[] key = new byte[32];
    key[0] = -1;

    byte[] founding = CommandCodec.founding(TIME, "abcd", key, members);
    Command.Found found = (Command.Found) CommandCodec.decode(founding);
    assertEquals(TIME, found.time());
    assertEquals("abcd", found.clusterId());
    assertArrayEquals(key, found.tokenKey());
    CommandCodec codec = new CommandCodec();
    assertEquals(
        Optional.of(new Membership(1, 1, members, List.of())),
        codec.membershipOf(new LogEntry(1, 1, founding)));

    List<ServerId> retired = List.of(new ServerId(3), new ServerId(17));
    byte[] changed = CommandCodec.members(TIME, new Membership(0, members, retired));
    assertEquals(new Command.Members(TIME), CommandCodec.decode(changed));
    assertEquals(
        Optional.of(new Membership(77, 2, members, retired)),
        codec.membershipOf(new LogEntry(77, 2, changed)));
    assertEquals(OptionalLong.of(TIME), CommandCodec.timeOf(changed));
  }

  @Test
  void textThatLooksLikeAMembershipEntryIsNone() {
    Command.Send send =
        new Command.Send(
            TIME,
            BY_ALICE,
            ConversationId.room(9),
            "{\"v\":1,\"time\":5,\"type\":\"MEMBERS\",\"members\":[]}",
            Optional.empty());
    byte[] stamped = CommandCodec.stamp(CommandCodec.body(send), TIME);
    assertTrue(new CommandCodec().membershipOf(new LogEntry(5, 1, stamped)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"v\":2,\"time\":5,\"type\":\"NOOP\"}",
        "{\"v\":1,\"time\":5,\"type\":\"TELEPORT\"}",
        "{\"v\":1,\"time\":5,\"type\":\"JOIN_ROOM\",\"account\":1,\"request_id\":\"r\","
            + "\"digest\":\"AAAAAAAAAAEAAAAAAAAAAg\"}",
        "{\"v\":1,\"time\":5,\"type\":\"JOIN_ROOM\",\"account\":1,\"request_id\":\"r\","
            + "\"digest\":\"short\",\"room\":1}",
        "{\"v\":1,\"time\":5,\"type\":\"MARK_READ\",\"account\":1,\"request_id\":\"r\","
            + "\"digest\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"direct\":[4,3],\"message\":1}",
        "{\"v\":1,\"time\":5,\"type\":\"SET_ROLE\",\"account\":1,\"request_id\":\"r\","
            + "\"digest\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"room\":1,\"whom\":2,\"role\":\"king\"}",
        "{\"v\":1,\"time\":5,\"type\":\"DELETE_ACCOUNT\",\"account\":1,\"request_id\":\"r\","
            + "\"digest\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"verified\":\"short\"}",
        "{\"v\":1,\"type\":\"SEEN\",\"accounts\":[1]}",
        "{\"v\":1,\"time\":5,\"type\":\"NOOP\"",
        "{}",
        "[]",
        ""
      })
  void whatThisVersionCannotReadIsSaid(String command) {
    assertThrows(
        UnreadableCommandException.class, () -> CommandCodec.decode(command.getBytes(UTF_8)));
  }

  @Test
  void fieldsOfLaterReleasesAreIgnored() throws Exception {
    assertEquals(
        new Command.Noop(),
        CommandCodec.decode("{\"v\":1,\"type\":\"NOOP\",\"origin\":{\"x\":[1]}}".getBytes(UTF_8)));
  }

  @Test
  void aCommandIsStampedOnce() {
    byte[] stamped = CommandCodec.stamp(CommandCodec.noop(), TIME);
    assertEquals("{\"v\":1,\"time\":1790000000123,\"type\":\"NOOP\"}", text(stamped));
    assertThrows(Check.Broken.class, () -> CommandCodec.stamp(stamped, TIME));
    assertThrows(Check.Broken.class, () -> CommandCodec.stamp("{}".getBytes(UTF_8), TIME));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}

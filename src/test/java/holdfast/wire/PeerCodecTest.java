package holdfast.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.chat.ConversationId;
import holdfast.check.Check;
import holdfast.replication.Denial;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerCodecTest {
  private static final ServerId SELF = new ServerId(2);
  private static final long BIG = Json.INTEGER_MAX;
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  private static final Member NEWCOMER =
      new Member(new ServerId(6), "10.0.0.6", 8096, 8086, false, Optional.empty());

  private static byte[] line(PeerFrame frame) {
    byte[] line = PeerCodec.encode(SELF, frame);
    assertEquals('\n', line[line.length - 1]);
    return java.util.Arrays.copyOf(line, line.length - 1);
  }

  private static String text(PeerFrame frame) {
    return new String(line(frame), UTF_8);
  }

  private static LogEntry entry(long index, long term, String command) {
    return new LogEntry(index, term, command.getBytes(UTF_8));
  }

  private static ServerStatus status(String id) {
    return new ServerStatus(
        id,
        "10.0.0." + id,
        8091,
        8081,
        "BACKUP",
        7,
        true,
        12,
        11,
        10,
        true,
        3,
        4,
        "0.1.0",
        Optional.of(new Vitals(1_790_000_000_000L, 1, BIG)));
  }

  private static PeerFrame.Report report(
      Optional<Vitals> vitals, Optional<PeerFrame.Rescue> rescue) {
    return new PeerFrame.Report(0, 1_790_000_000_000L, 1_000, "00ff", 3, "0.1.0", vitals, rescue);
  }

  /// Every frame whose records compare by value; those with bare bytes have tests of their own.
  static List<PeerFrame> frames() {
    return List.of(
        new PeerFrame.Core(new PeerMessage.RequestVote(7, true, false, new LogPosition(6, 41))),
        new PeerFrame.Core(new PeerMessage.RequestVote(BIG, false, true, LogPosition.NONE)),
        new PeerFrame.Core(new PeerMessage.VoteResponse(7, true, Optional.empty())),
        new PeerFrame.Core(new PeerMessage.VoteResponse(7, false, Optional.of(Denial.LOG_BEHIND))),
        new PeerFrame.Core(new PeerMessage.Replicate(7, new LogPosition(6, 41), List.of(), 40)),
        new PeerFrame.Core(
            new PeerMessage.Replicate(
                7,
                new LogPosition(6, 41),
                List.of(
                    entry(42, 6, "{\"v\":1,\"type\":\"NOOP\"}"),
                    entry(
                        43,
                        7,
                        "{\"v\":1,\"time\":5,\"type\":\"SEND\",\"text\":\"zoë 🐙 \\\"}{\\\\\"}")),
                BIG)),
        new PeerFrame.Core(new PeerMessage.ReplicateAck(7, 43)),
        new PeerFrame.Core(new PeerMessage.ReplicateConflict(7, 41, new LogPosition(5, 30))),
        new PeerFrame.Core(new PeerMessage.ReplicateConflict(7, 41, new LogPosition(0, 31))),
        new PeerFrame.Core(new PeerMessage.Commit(7, 12)),
        new PeerFrame.Core(new PeerMessage.TakeOver(7)),
        new PeerFrame.Core(new PeerMessage.TakeMeIn(7)),
        new PeerFrame.Heartbeat(new PeerMessage.Heartbeat(7, 43, 100), Optional.empty()),
        new PeerFrame.Heartbeat(
            new PeerMessage.Heartbeat(7, 43, 100), Optional.of(List.of(status("1"), status("2")))),
        new PeerFrame.Heartbeat(new PeerMessage.Heartbeat(7, 43, 100), Optional.of(List.of())),
        new PeerFrame.HeartbeatAck(
            new PeerMessage.HeartbeatAck(7, 100, 43, 42),
            report(Optional.of(new Vitals(7, 8, 9)), Optional.empty())),
        new PeerFrame.HeartbeatAck(
            new PeerMessage.HeartbeatAck(7, 100, 43, 42),
            report(Optional.empty(), Optional.of(new PeerFrame.Rescue(12, 3)))),
        new PeerFrame.Forwarded(7, 3, 9, 44, 7, 5),
        new PeerFrame.Typing(0, BIG, ConversationId.direct(4, BIG)),
        new PeerFrame.Typing(0, 4, ConversationId.room(9)),
        new PeerFrame.ForwardRefused(7, 3, 9, "GAP", 8),
        new PeerFrame.ReadIndex(7, 12),
        new PeerFrame.ReadIndexReply(7, 12, 44),
        new PeerFrame.ReadIndexReply(7, 12, 0),
        new PeerFrame.ReadIndexReply(7, 12, -1),
        new PeerFrame.SnapshotAck(7, DIGEST, PeerFrame.SnapshotAck.State.RECEIVING, BIG, 3),
        new PeerFrame.SnapshotAck(7, DIGEST, PeerFrame.SnapshotAck.State.ENDED, 0, 44),
        new PeerFrame.Change(7, 3, new MemberChange.Add(NEWCOMER)),
        new PeerFrame.Change(7, 3, new MemberChange.Add(NEWCOMER.withKey("00ff"))),
        new PeerFrame.Change(7, 3, new MemberChange.Remove(new ServerId(2))),
        new PeerFrame.Change(7, 3, new MemberChange.Move(new ServerId(2), "::1", 1, 2)),
        new PeerFrame.Change(7, 3, new MemberChange.Replace(new ServerId(2), NEWCOMER)),
        new PeerFrame.Change(7, 3, new MemberChange.Transfer(new ServerId(2))),
        new PeerFrame.ChangeReply(7, 3, PeerFrame.ChangeReply.Progress.DONE, ""),
        new PeerFrame.ChangeReply(7, 3, PeerFrame.ChangeReply.Progress.REFUSED, "why"),
        new PeerFrame.Presence(7, true, true, List.of(1L, Long.MAX_VALUE), List.of()),
        new PeerFrame.Presence(7, false, false, List.of(), List.of(5L)));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void everyFrameComesBackAsItWasSent(PeerFrame frame) throws FrameException {
    PeerCodec.PeerReceived received = PeerCodec.decode(line(frame));
    assertEquals(SELF, received.from());
    assertEquals(frame, received.frame());
  }

  @Test
  void aPieceOfASnapshotComesBackAsItWasSent() throws FrameException {
    byte[] data = new byte[1_000];
    new SplittableRandom(1).nextBytes(data);
    for (byte[] piece : List.of(data, new byte[0])) {
      PeerFrame.Snapshot sent =
          new PeerFrame.Snapshot(
              7,
              DIGEST,
              BIG,
              new LogPosition(6, 41),
              true,
              64,
              piece,
              PeerFrame.Snapshot.checksumOf(piece));
      PeerFrame.Snapshot back = (PeerFrame.Snapshot) PeerCodec.decode(line(sent)).frame();
      assertArrayEquals(piece, back.data());
      assertEquals(sent.checksum(), back.checksum());
      assertEquals(
          List.of(sent.digest(), sent.bytes(), sent.position(), sent.replaces(), sent.offset()),
          List.of(back.digest(), back.bytes(), back.position(), back.replaces(), back.offset()));
    }
  }

  @Test
  void aDigestThatIsNoneIsRefused() {
    for (String digest :
        List.of("", "../../etc/passwd", DIGEST.toUpperCase(Locale.ROOT), DIGEST + "0")) {
      PeerFrame frame =
          new PeerFrame.SnapshotAck(7, digest, PeerFrame.SnapshotAck.State.ENDED, 0, 0);
      assertThrows(FrameException.class, () -> PeerCodec.decode(line(frame)));
    }
  }

  @Test
  void everyFrameHasExactlyTheFourFields() {
    for (PeerFrame frame : frames()) {
      assertEquals(
          List.of("type", "term", "server_id", "payload"),
          List.copyOf(Json.TREES.readTree(line(frame)).propertyNames()));
    }
  }

  @Test
  void framesLookAsTheProtocolSays() {
    assertEquals(
        """
        {"type":"REPLICATE","term":7,"server_id":"2","payload":{"prev_log_index":41,\
        "prev_log_term":6,"commit_index":40,"entries":[{"index":42,"term":7,\
        "command":{"v":1,"type":"NOOP"}}]}}\
        """,
        text(
            new PeerFrame.Core(
                new PeerMessage.Replicate(
                    7,
                    new LogPosition(6, 41),
                    List.of(entry(42, 7, "{\"v\":1,\"type\":\"NOOP\"}")),
                    40))));
    assertEquals(
        "{\"type\":\"REPLICATE_ACK\",\"term\":7,\"server_id\":\"2\",\"payload\":{\"match_index\":43}}",
        text(new PeerFrame.Core(new PeerMessage.ReplicateAck(7, 43))));
    assertEquals(
        """
        {"type":"REPLICATE_ACK","term":7,"server_id":"2","payload":{"prev_log_index":41,\
        "conflict_index":30,"conflict_term":5}}\
        """,
        text(new PeerFrame.Core(new PeerMessage.ReplicateConflict(7, 41, new LogPosition(5, 30)))));
    assertEquals(
        """
        {"type":"VOTE_RESPONSE","term":7,"server_id":"2","payload":{"pre_vote":false,\
        "granted":false,"reason":"LOG_BEHIND"}}\
        """,
        text(
            new PeerFrame.Core(
                new PeerMessage.VoteResponse(7, false, Optional.of(Denial.LOG_BEHIND)))));
    assertEquals(
        """
        {"type":"HEARTBEAT","term":7,"server_id":"2","payload":{"commit_index":43,"round":100}}\
        """,
        text(new PeerFrame.Heartbeat(new PeerMessage.Heartbeat(7, 43, 100), Optional.empty())));
    assertEquals(
        """
        {"type":"READ_INDEX_REPLY","term":7,"server_id":"2","payload":{"read_id":12,\
        "index":null}}\
        """,
        text(new PeerFrame.ReadIndexReply(7, 12, -1)));
    assertEquals(
        """
        {"type":"FORWARD","term":7,"server_id":"2","payload":{"session":3,"number":1,\
        "ack":"all","command":{"v":1,"type":"SEND"}}}\
        """,
        text(
            new PeerFrame.Forward(
                7, 3, 1, "{\"v\":1,\"type\":\"SEND\"}".getBytes(UTF_8), Ack.ALL)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{ \"v\" : 1 ,\t\"a\":[1, 2.50e+3,{\"b\":{}}] }",
        "{\"v\":1,\"text\":\"ä€𝄞 \\u00e4 }\\\"]{\"}",
        "{\"v\":1,\"ключ\":\"значение\",\"x\":-0.0}"
      })
  void aCommandIsSlicedOutAsExactlyItsBytes(String command) throws FrameException {
    byte[] bytes = command.getBytes(UTF_8);
    // Text of several bytes a character before it, so that a count of characters would be wrong.
    byte[] forward =
        ("{\"type\":\"FORWARD\",\"note\":\"ääää€€𝄞\",\"term\":7,\"server_id\":\"2\",\"payload\":"
                + "{\"note\":\"𝄞𝄞\",\"command\":"
                + command
                + " ,\"session\":3,\"number\":1,\"ack\":\"majority\"}}")
            .getBytes(UTF_8);
    PeerFrame.Forward received = (PeerFrame.Forward) PeerCodec.decode(forward).frame();
    assertArrayEquals(bytes, received.command());

    byte[] replicate =
        line(
            new PeerFrame.Core(
                new PeerMessage.Replicate(
                    7, LogPosition.NONE, List.of(entry(1, 7, command), entry(2, 7, command)), 0)));
    PeerFrame.Core core = (PeerFrame.Core) PeerCodec.decode(replicate).frame();
    PeerMessage.Replicate message = (PeerMessage.Replicate) core.message();
    assertArrayEquals(bytes, message.entries().get(0).command());
    assertArrayEquals(bytes, message.entries().get(1).command());
  }

  @Test
  void aCommandOfTheLargestTextComesThrough() throws FrameException {
    String command = "{\"v\":1,\"text\":\"" + "🐙".repeat(8_192) + "\"}";
    PeerFrame frame = new PeerFrame.Forward(7, 3, 1, command.getBytes(UTF_8), Ack.PRIMARY);
    PeerFrame.Forward received = (PeerFrame.Forward) PeerCodec.decode(line(frame)).frame();
    assertEquals(command, new String(received.command(), UTF_8));
  }

  @Test
  void aHeartbeatWithoutItsOwnFrameIsABug() {
    assertThrows(
        Check.Broken.class,
        () -> PeerCodec.encode(SELF, new PeerFrame.Core(new PeerMessage.Heartbeat(7, 43, 100))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "PING",
        "[]",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":\"2\"}",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":2,\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":\"02\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":\"0\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":\"4096\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":-1,\"server_id\":\"2\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":9007199254740992,\"server_id\":\"2\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":7.0,\"server_id\":\"2\",\"payload\":{}}",
        "{\"type\":\"take_over\",\"term\":7,\"server_id\":\"2\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"term\":8,\"server_id\":\"2\",\"payload\":{}}",
        "{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":\"2\",\"payload\":{}} {}",
        "{\"type\":\"FORWARD\",\"term\":7,\"server_id\":\"2\",\"payload\":{\"session\":1,"
            + "\"number\":1,\"ack\":\"all\",\"command\":\"text\"}}",
        "{\"type\":\"VOTE_RESPONSE\",\"term\":7,\"server_id\":\"2\",\"payload\":"
            + "{\"pre_vote\":true,\"granted\":false}}",
        "{\"type\":\"REPLICATE\",\"term\":7,\"server_id\":\"2\",\"payload\":{\"prev_log_index\":0,"
            + "\"prev_log_term\":0,\"commit_index\":0,\"entries\":[1]}}",
      })
  void aBadFrameIsRefused(String frame) {
    assertThrows(FrameException.class, () -> PeerCodec.decode(frame.getBytes(UTF_8)));
  }

  @Test
  void fieldsOfANewerVersionAreIgnored() throws FrameException {
    byte[] line =
        ("{\"type\":\"TAKE_OVER\",\"term\":7,\"server_id\":\"2\",\"new\":[{}],"
                + "\"payload\":{\"new\":{\"command\":[]}}}")
            .getBytes(UTF_8);
    assertEquals(new PeerFrame.Core(new PeerMessage.TakeOver(7)), PeerCodec.decode(line).frame());
  }
}

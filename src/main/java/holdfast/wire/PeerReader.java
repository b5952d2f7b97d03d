package holdfast.wire;

import holdfast.chat.ConversationId;
import holdfast.replication.Denial;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonParser;

/// Reads the peer port's frames.
final class PeerReader {
  private final Fields payload;
  private final long term;

  private PeerReader(Fields payload, long term) {
    this.payload = payload;
    this.term = term;
  }

  static PeerCodec.PeerReceived read(byte[] line) throws FrameException {
    Fields frame = envelope(line, (name, parser) -> nested(line, name, parser));
    String type = frame.needText("type");
    ServerId from = Lists.serverId(frame.needText("server_id"));
    Fields payload = frame.needNested("payload", Fields.class, "an object");
    PeerReader reader = new PeerReader(payload, frame.needCount("term"));
    return new PeerCodec.PeerReceived(from, reader.frame(type));
  }

  /// The frame's own fields, with `payload` as fields in turn; `inPayload` reads what is nested
  /// there.
  static Fields envelope(byte[] line, Fields.Nested inPayload) throws FrameException {
    if (Utf8.firstBad(line) >= 0) {
      throw FrameException.badFrame("the line is not UTF-8 text without control characters");
    }
    return Fields.document(
        line,
        (name, parser) ->
            name.equals("payload") ? Fields.of(parser, inPayload) : Fields.Nested.skip(parser));
  }

  private static Object nested(byte[] line, String name, JsonParser parser) throws FrameException {
    if (name.equals("command") && parser.isExpectedStartObjectToken()) {
      return slice(line, parser);
    }
    if (parser.isExpectedStartArrayToken()) {
      switch (name) {
        case "entries" -> {
          return Lists.rows(parser, (field, at) -> nested(line, field, at));
        }
        case "servers" -> {
          return Lists.rows(parser, Fields.Nested.SKIPPED);
        }
        case "online", "offline" -> {
          return Lists.numbers(parser);
        }
        default -> {}
      }
    }
    return Fields.Nested.skip(parser);
  }

  /// The bytes of the object that the parser stands on, as they came.
  private static byte[] slice(byte[] line, JsonParser parser) {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int end = (int) parser.currentLocation().getByteOffset();
    return Arrays.copyOfRange(line, start, end);
  }

  private PeerFrame frame(String type) throws FrameException {
    return switch (type) {
      case "REPLICATE" -> new PeerFrame.Core(replicate());
      case "REPLICATE_ACK" -> new PeerFrame.Core(replicateAck());
      case "HEARTBEAT" ->
          new PeerFrame.Heartbeat(
              new PeerMessage.Heartbeat(term, count("commit_index"), count("round")),
              Lists.servers(payload));
      case "HEARTBEAT_ACK" -> heartbeatAck();
      case "REQUEST_VOTE" ->
          new PeerFrame.Core(
              new PeerMessage.RequestVote(
                  term,
                  payload.needFlag("pre_vote"),
                  payload.needFlag("take_over"),
                  position("last_log")));
      case "VOTE_RESPONSE" -> new PeerFrame.Core(voteResponse());
      case "COMMIT" -> new PeerFrame.Core(new PeerMessage.Commit(term, count("commit_index")));
      case "TAKE_OVER" -> new PeerFrame.Core(new PeerMessage.TakeOver(term));
      case "TAKE_ME_IN" -> new PeerFrame.Core(new PeerMessage.TakeMeIn(term));
      case "FORWARD" -> forward();
      case "FORWARD_REPLY" -> forwardReply();
      case "READ_INDEX" -> new PeerFrame.ReadIndex(term, count("read_id"));
      case "READ_INDEX_REPLY" ->
          new PeerFrame.ReadIndexReply(
              term, count("read_id"), payload.integer("index", 0, Json.INTEGER_MAX).orElse(-1L));
      case "CHANGE" -> new PeerFrame.Change(term, count("change_id"), change());
      case "CHANGE_REPLY" -> changeReply();
      case "PRESENCE" -> presence();
      case "TYPING" -> typing();
      case "SNAPSHOT" -> snapshot();
      case "SNAPSHOT_ACK" -> snapshotAck();
      default -> throw new FrameException(ErrorCode.UNKNOWN_TYPE, "unknown `type`");
    };
  }

  private PeerMessage replicate() throws FrameException {
    return new PeerMessage.Replicate(
        term, position("prev_log"), Lists.entries(payload), count("commit_index"));
  }

  private PeerMessage replicateAck() throws FrameException {
    if (payload.has("match_index")) {
      return new PeerMessage.ReplicateAck(term, count("match_index"));
    }
    return new PeerMessage.ReplicateConflict(term, count("prev_log_index"), position("conflict"));
  }

  private PeerFrame heartbeatAck() throws FrameException {
    return new PeerFrame.HeartbeatAck(
        new PeerMessage.HeartbeatAck(
            term, count("round"), count("last_index"), count("applied_index")),
        new PeerFrame.Report(
            count("lag_ms"),
            count("time"),
            count("digest_index"),
            payload.needText("digest"),
            payload.needInt("clients"),
            payload.needText("version"),
            Lists.vitals(payload)));
  }

  private PeerMessage voteResponse() throws FrameException {
    boolean preVote = payload.needFlag("pre_vote");
    if (payload.needFlag("granted")) {
      return new PeerMessage.VoteResponse(term, preVote, Optional.empty());
    }
    String reason = payload.needText("reason");
    for (Denial denial : Denial.values()) {
      if (denial.name().equals(reason)) {
        return new PeerMessage.VoteResponse(term, preVote, Optional.of(denial));
      }
    }
    throw FrameException.badRequest("`reason` is not one that this version knows");
  }

  private PeerFrame forward() throws FrameException {
    Ack ack =
        switch (payload.needText("ack")) {
          case "all" -> Ack.ALL;
          case "majority" -> Ack.MAJORITY;
          case "primary" -> Ack.PRIMARY;
          default -> throw FrameException.badRequest("`ack` must be majority, all or primary");
        };
    return new PeerFrame.Forward(
        term, count("session"), count("number"), Lists.command(payload), ack);
  }

  private PeerFrame forwardReply() throws FrameException {
    long session = count("session");
    long number = count("number");
    if (payload.has("code")) {
      return new PeerFrame.ForwardRefused(
          term, session, number, payload.needText("code"), count("expected"));
    }
    return new PeerFrame.Forwarded(
        term, session, number, count("index"), count("entry_term"), payload.needInt("acked"));
  }

  private PeerFrame snapshot() throws FrameException {
    byte[] data;
    try {
      data = Base64.getDecoder().decode(payload.needText("data"));
    } catch (IllegalArgumentException e) {
      throw FrameException.badRequest("`data` must be base64");
    }
    return new PeerFrame.Snapshot(
        term,
        digest(),
        count("bytes"),
        position("log"),
        payload.needFlag("replaces"),
        count("offset"),
        data,
        count("checksum"));
  }

  private PeerFrame snapshotAck() throws FrameException {
    String name = payload.needText("state");
    for (PeerFrame.SnapshotAck.State state : PeerFrame.SnapshotAck.State.values()) {
      if (state.name().equals(name)) {
        return new PeerFrame.SnapshotAck(term, digest(), state, count("held"), count("last_index"));
      }
    }
    throw FrameException.badRequest("`state` is not one that this version knows");
  }

  private MemberChange change() throws FrameException {
    ServerId subject = Lists.serverId(payload.needText("subject"));
    return switch (payload.needText("change")) {
      case "ADD" -> new MemberChange.Add(newcomer(subject));
      case "REMOVE" -> new MemberChange.Remove(subject);
      case "MOVE" ->
          new MemberChange.Move(
              subject,
              Lists.host(payload),
              Lists.port(payload, "client_port"),
              Lists.port(payload, "peer_port"));
      case "REPLACE" ->
          new MemberChange.Replace(
              subject, newcomer(Lists.serverId(payload.needText("successor"))));
      case "TRANSFER" -> new MemberChange.Transfer(subject);
      default -> throw FrameException.badRequest("`change` is not one that this version knows");
    };
  }

  /// Whoever comes has no vote.
  private Member newcomer(ServerId id) throws FrameException {
    return new Member(
        id,
        Lists.host(payload),
        Lists.port(payload, "client_port"),
        Lists.port(payload, "peer_port"),
        false,
        payload.text("member_key"));
  }

  private PeerFrame changeReply() throws FrameException {
    String name = payload.needText("progress");
    for (PeerFrame.ChangeReply.Progress progress : PeerFrame.ChangeReply.Progress.values()) {
      if (progress.name().equals(name)) {
        return new PeerFrame.ChangeReply(
            term, count("change_id"), progress, payload.needText("reason"));
      }
    }
    throw FrameException.badRequest("`progress` is not one that this version knows");
  }

  /// It becomes part of a file's name, so it must be what it says.
  private String digest() throws FrameException {
    String digest = payload.needText("digest");
    boolean fits =
        digest.length() == PeerFrame.Snapshot.DIGEST_CHARACTERS
            && digest.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    if (!fits) {
      throw FrameException.badRequest("`digest` must be a SHA-256 in hex");
    }
    return digest;
  }

  private PeerFrame presence() throws FrameException {
    List<Long> online = Lists.numbers(payload, "online");
    List<Long> offline = Lists.numbers(payload, "offline");
    return new PeerFrame.Presence(
        term, payload.needFlag("all"), payload.needFlag("first"), online, offline);
  }

  private PeerFrame typing() throws FrameException {
    // Ids are made of 63 bits, more than the integers of the protocol.
    long low = payload.needInteger("low", 0, Long.MAX_VALUE);
    long high = payload.needInteger("high", Math.max(1, low), Long.MAX_VALUE);
    return new PeerFrame.Typing(
        term, payload.needInteger("account", 1, Long.MAX_VALUE), new ConversationId(low, high));
  }

  private LogPosition position(String prefix) throws FrameException {
    return new LogPosition(count(prefix + "_term"), count(prefix + "_index"));
  }

  private long count(String name) throws FrameException {
    return payload.needCount(name);
  }
}

package holdfast.wire;

import holdfast.check.Check;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The peer port's frames as bytes, after the handshake: `{type, term, server_id, payload}`, in
/// this order. Lines go in without their newline and come out with it. A command is embedded as its
/// own bytes, and sliced out as exactly those.
public final class PeerCodec {
  /// Bytes of a frame beyond its commands, roughly.
  private static final int FRAME_BYTES = 256;

  /// Bytes of an entry beyond its command, at most.
  private static final int ENTRY_BYTES = 72;

  private static final int STATUS_BYTES = 320;

  /// Bytes of a SNAPSHOT beyond its data, roughly.
  private static final int SNAPSHOT_BYTES = 256;

  /// Digits of an account's id and a comma.
  private static final int ACCOUNT_BYTES = 20;

  private PeerCodec() {}

  /// A frame and the server that says it sent it: the caller checks that this is the server its
  /// link was authenticated as.
  public record PeerReceived(ServerId from, PeerFrame frame) {}

  public static byte[] encode(ServerId self, PeerFrame frame) {
    return switch (frame) {
      case PeerFrame.Core(PeerMessage message) -> core(self, message);
      case PeerFrame.Heartbeat(PeerMessage.Heartbeat m, var servers) -> heartbeat(self, m, servers);
      case PeerFrame.HeartbeatAck(PeerMessage.HeartbeatAck m, PeerFrame.Report r) ->
          end(
              ReplyWriter.vitals(
                  head(self, "HEARTBEAT_ACK", m.term(), 0)
                      .field("round", m.round())
                      .field("last_index", m.lastIndex())
                      .field("applied_index", m.appliedIndex())
                      .field("lag_ms", r.lagMs())
                      .field("time", r.time())
                      .field("digest_index", r.digestIndex())
                      .field("digest", r.digest())
                      .field("clients", r.clients())
                      .field("version", r.version()),
                  r.vitals()));
      case PeerFrame.Forward f ->
          end(
              numbered(self, "FORWARD", f.term(), f.session(), f.number(), f.command().length)
                  .field("ack", f.ack().name().toLowerCase(Locale.ROOT))
                  .rawField("command", f.command()));
      case PeerFrame.Forwarded f ->
          end(
              numbered(self, "FORWARD_REPLY", f.term(), f.session(), f.number(), 0)
                  .field("index", f.index())
                  .field("entry_term", f.entryTerm())
                  .field("acked", f.acked()));
      case PeerFrame.ForwardRefused f ->
          end(
              numbered(self, "FORWARD_REPLY", f.term(), f.session(), f.number(), 0)
                  .field("code", f.code())
                  .field("expected", f.expected()));
      case PeerFrame.ReadIndex f ->
          end(head(self, "READ_INDEX", f.term(), 0).field("read_id", f.readId()));
      case PeerFrame.ReadIndexReply f -> {
        JsonWriter json = head(self, "READ_INDEX_REPLY", f.term(), 0).field("read_id", f.readId());
        yield end(f.index() < 0 ? json.nullField("index") : json.field("index", f.index()));
      }
      case PeerFrame.Snapshot f -> snapshot(self, f);
      case PeerFrame.SnapshotAck f ->
          end(
              head(self, "SNAPSHOT_ACK", f.term(), 0)
                  .field("digest", f.digest())
                  .field("state", f.state().name())
                  .field("held", f.held())
                  .field("last_index", f.lastIndex()));
      case PeerFrame.Change f -> change(self, f);
      case PeerFrame.ChangeReply f ->
          end(
              head(self, "CHANGE_REPLY", f.term(), 0)
                  .field("change_id", f.changeId())
                  .field("progress", f.progress().name())
                  .field("reason", f.sentence()));
      case PeerFrame.Presence f -> presence(self, f);
      case PeerFrame.Typing f ->
          end(
              head(self, "TYPING", f.term(), 0)
                  .field("account", f.account())
                  .field("low", f.conversation().low())
                  .field("high", f.conversation().high()));
    };
  }

  private static byte[] heartbeat(
      ServerId self, PeerMessage.Heartbeat m, Optional<List<ServerStatus>> servers) {
    JsonWriter json =
        head(self, "HEARTBEAT", m.term(), STATUS_BYTES * servers.map(List::size).orElse(0))
            .field("commit_index", m.commitIndex())
            .field("round", m.round());
    if (servers.isPresent()) {
      json.name("servers").openList();
      servers.get().forEach(server -> ReplyWriter.serverStatus(json, server));
      json.closeList();
    }
    return end(json);
  }

  /// Reads a frame.
  ///
  /// @throws FrameException if it is none of ours; the link it came on is to be closed
  public static PeerReceived decode(byte[] line) throws FrameException {
    return PeerReader.read(line);
  }

  private static byte[] core(ServerId self, PeerMessage message) {
    return switch (message) {
      case PeerMessage.RequestVote m ->
          end(
              head(self, "REQUEST_VOTE", m.term(), 0)
                  .field("pre_vote", m.preVote())
                  .field("take_over", m.takeOver())
                  .field("last_log_index", m.last().index())
                  .field("last_log_term", m.last().term()));
      case PeerMessage.VoteResponse m -> {
        JsonWriter json =
            head(self, "VOTE_RESPONSE", m.term(), 0)
                .field("pre_vote", m.preVote())
                .field("granted", m.granted());
        m.denial().ifPresent(denial -> json.field("reason", denial.name()));
        yield end(json);
      }
      case PeerMessage.Replicate m -> replicate(self, m);
      case PeerMessage.ReplicateAck m ->
          end(head(self, "REPLICATE_ACK", m.term(), 0).field("match_index", m.matchIndex()));
      case PeerMessage.ReplicateConflict m ->
          end(
              head(self, "REPLICATE_ACK", m.term(), 0)
                  .field("prev_log_index", m.prevIndex())
                  .field("conflict_index", m.conflict().index())
                  .field("conflict_term", m.conflict().term()));
      case PeerMessage.Commit m ->
          end(head(self, "COMMIT", m.term(), 0).field("commit_index", m.commitIndex()));
      case PeerMessage.TakeOver m -> end(head(self, "TAKE_OVER", m.term(), 0));
      case PeerMessage.TakeMeIn m -> end(head(self, "TAKE_ME_IN", m.term(), 0));
      case PeerMessage.Heartbeat _, PeerMessage.HeartbeatAck _ -> {
        Check.that(false, "heartbeats travel as frames of their own");
        yield new byte[0];
      }
    };
  }

  private static byte[] replicate(ServerId self, PeerMessage.Replicate m) {
    int bytes = 0;
    for (LogEntry entry : m.entries()) {
      bytes += entry.command().length + ENTRY_BYTES;
    }
    JsonWriter json =
        head(self, "REPLICATE", m.term(), bytes)
            .field("prev_log_index", m.prev().index())
            .field("prev_log_term", m.prev().term())
            .field("commit_index", m.commitIndex())
            .name("entries")
            .openList();
    for (LogEntry entry : m.entries()) {
      json.open()
          .field("index", entry.index())
          .field("term", entry.term())
          .rawField("command", entry.command())
          .close();
    }
    return end(json.closeList());
  }

  private static byte[] snapshot(ServerId self, PeerFrame.Snapshot f) {
    String data = Base64.getEncoder().encodeToString(f.data());
    return end(
        head(self, "SNAPSHOT", f.term(), SNAPSHOT_BYTES + data.length())
            .field("digest", f.digest())
            .field("bytes", f.bytes())
            .field("log_index", f.position().index())
            .field("log_term", f.position().term())
            .field("replaces", f.replaces())
            .field("offset", f.offset())
            .field("checksum", f.checksum())
            .field("data", data));
  }

  private static byte[] change(ServerId self, PeerFrame.Change f) {
    JsonWriter json = head(self, "CHANGE", f.term(), 0).field("change_id", f.changeId());
    String subject = f.change().subject().toString();
    switch (f.change()) {
      case MemberChange.Add(Member member) ->
          address(json.field("change", "ADD").field("subject", subject), member);
      case MemberChange.Remove _ -> json.field("change", "REMOVE").field("subject", subject);
      case MemberChange.Move move ->
          json.field("change", "MOVE")
              .field("subject", subject)
              .field("host", move.host())
              .field("client_port", move.clientPort())
              .field("peer_port", move.peerPort());
      case MemberChange.Replace(_, Member successor) ->
          address(
              json.field("change", "REPLACE")
                  .field("subject", subject)
                  .field("successor", successor.id().toString()),
              successor);
      case MemberChange.Transfer _ -> json.field("change", "TRANSFER").field("subject", subject);
    }
    return end(json);
  }

  private static void address(JsonWriter json, Member member) {
    json.field("host", member.host())
        .field("client_port", member.clientPort())
        .field("peer_port", member.peerPort());
    member.key().ifPresent(key -> json.field("member_key", key));
  }

  private static byte[] presence(ServerId self, PeerFrame.Presence f) {
    int accounts = f.online().size() + f.offline().size();
    JsonWriter json =
        head(self, "PRESENCE", f.term(), ACCOUNT_BYTES * accounts)
            .field("all", f.all())
            .field("first", f.first());
    json.name("online").openList();
    f.online().forEach(json::value);
    json.closeList().name("offline").openList();
    f.offline().forEach(json::value);
    return end(json.closeList());
  }

  private static JsonWriter numbered(
      ServerId self, String type, long term, long session, long number, int more) {
    return head(self, type, term, more).field("session", session).field("number", number);
  }

  /// Opens the frame and its payload.
  static JsonWriter head(ServerId self, String type, long term, int more) {
    return new JsonWriter(FRAME_BYTES + more)
        .open()
        .field("type", type)
        .field("term", term)
        .field("server_id", self.toString())
        .name("payload")
        .open();
  }

  private static byte[] end(JsonWriter json) {
    return json.close().close().toLine();
  }
}

package holdfast.wire;

import holdfast.replication.ServerId;
import tools.jackson.core.JsonParser;

/// The handshake's frames as bytes. Lines go in without their newline and come out with it.
public final class HandshakeCodec {
  /// The versions of this protocol that this server speaks.
  public static final HandshakeFrame.Versions PROTOCOL = new HandshakeFrame.Versions(1, 1);

  /// The versions of commands that this server reads.
  public static final HandshakeFrame.Versions COMMANDS =
      new HandshakeFrame.Versions(1, CommandCodec.VERSION);

  private static final int FRAME_BYTES = 320;

  private HandshakeCodec() {}

  /// A frame and the number that its sender claims.
  public record Received(int from, HandshakeFrame frame) {}

  /// `self`: the sender's number.
  public static byte[] encode(int self, HandshakeFrame frame) {
    return switch (frame) {
      case HandshakeFrame.Hello f ->
          end(
              versions(
                  head(self, "PEER_HELLO").field("nonce", f.nonce()).field("cluster", f.cluster()),
                  "protocol",
                  f.protocol()));
      case HandshakeFrame.Welcome f ->
          end(head(self, "PEER_WELCOME").field("nonce", f.nonce()).field("proof", f.proof()));
      case HandshakeFrame.Proof f -> {
        JsonWriter json = head(self, "PEER_HELLO").field("proof", f.proof());
        yield end(versions(identity(json, f.identity()), "command_version", f.commands()));
      }
      case HandshakeFrame.Accepted f ->
          end(identity(head(self, "PEER_WELCOME").field("accepted", true), f.identity()));
      case HandshakeFrame.Refused f ->
          end(
              head(self, "PEER_WELCOME")
                  .field("accepted", false)
                  .field("code", f.code())
                  .field("reason", f.reason()));
      case HandshakeFrame.Join f -> {
        JsonWriter json = head(self, "JOIN").field("proof", f.proof());
        versions(identity(json, f.identity()), "command_version", f.commands());
        yield end(
            json.field("host", f.host())
                .field("client_port", f.clientPort())
                .field("peer_port", f.peerPort()));
      }
      case HandshakeFrame.Joined f -> {
        JsonWriter json =
            head(self, "JOIN_REPLY").field("accepted", true).field("cluster_id", f.clusterId());
        CommandCodec.memberList(json, f.members());
        yield end(json);
      }
      case HandshakeFrame.JoinRefused f ->
          end(
              head(self, "JOIN_REPLY")
                  .field("accepted", false)
                  .field("code", f.code())
                  .field("reason", f.reason()));
    };
  }

  /// Reads a frame.
  ///
  /// @throws FrameException if it is none of the handshake's
  public static Received decode(byte[] line) throws FrameException {
    Fields frame = PeerReader.envelope(line, HandshakeCodec::nested);
    String type = frame.needText("type");
    int from = Lists.serverId(frame.needText("server_id")).value();
    Fields payload = frame.needNested("payload", Fields.class, "an object");
    return new Received(
        from,
        switch (type) {
          case "PEER_HELLO" -> hello(payload);
          case "PEER_WELCOME" -> welcome(payload);
          case "JOIN" -> join(payload);
          case "JOIN_REPLY" -> joinReply(payload);
          default -> throw new FrameException(ErrorCode.UNKNOWN_TYPE, "no frame of the handshake");
        });
  }

  private static HandshakeFrame hello(Fields payload) throws FrameException {
    if (payload.has("proof")) {
      return new HandshakeFrame.Proof(
          payload.needText("proof"), identity(payload), versions(payload, "command_version"));
    }
    return new HandshakeFrame.Hello(
        payload.needText("nonce"), payload.needText("cluster"), versions(payload, "protocol"));
  }

  private static HandshakeFrame welcome(Fields payload) throws FrameException {
    if (payload.has("nonce")) {
      return new HandshakeFrame.Welcome(payload.needText("nonce"), payload.needText("proof"));
    }
    return payload.needFlag("accepted")
        ? new HandshakeFrame.Accepted(identity(payload))
        : new HandshakeFrame.Refused(payload.needText("code"), payload.needText("reason"));
  }

  private static HandshakeFrame join(Fields payload) throws FrameException {
    return new HandshakeFrame.Join(
        payload.needText("proof"),
        identity(payload),
        versions(payload, "command_version"),
        Lists.host(payload),
        Lists.port(payload, "client_port"),
        Lists.port(payload, "peer_port"));
  }

  private static HandshakeFrame joinReply(Fields payload) throws FrameException {
    return payload.needFlag("accepted")
        ? new HandshakeFrame.Joined(payload.needText("cluster_id"), Lists.members(payload))
        : new HandshakeFrame.JoinRefused(payload.needText("code"), payload.needText("reason"));
  }

  private static PeerIdentity identity(Fields payload) throws FrameException {
    return new PeerIdentity(
        payload.text("cluster_id"), payload.needText("member_key"), payload.needText("boot_id"));
  }

  private static HandshakeFrame.Versions versions(Fields payload, String name)
      throws FrameException {
    Fields range = payload.needNested(name, Fields.class, "an object");
    return new HandshakeFrame.Versions(range.needInt("min"), range.needInt("max"));
  }

  private static Object nested(String name, JsonParser parser) throws FrameException {
    return switch (name) {
      case "protocol", "command_version" -> Fields.of(parser, Fields.Nested.SKIPPED);
      case "members" ->
          parser.isExpectedStartArrayToken()
              ? Lists.rows(parser, Fields.Nested.SKIPPED)
              : Fields.Nested.skip(parser);
      default -> Fields.Nested.skip(parser);
    };
  }

  private static JsonWriter head(int self, String type) {
    return PeerCodec.head(new ServerId(self), type, 0, FRAME_BYTES);
  }

  private static byte[] end(JsonWriter json) {
    return json.close().close().toLine();
  }

  private static JsonWriter identity(JsonWriter json, PeerIdentity identity) {
    if (identity.clusterId().isPresent()) {
      json.field("cluster_id", identity.clusterId().get());
    } else {
      json.nullField("cluster_id");
    }
    return json.field("member_key", identity.memberKey()).field("boot_id", identity.bootId());
  }

  private static JsonWriter versions(
      JsonWriter json, String name, HandshakeFrame.Versions versions) {
    return json.name(name).open().field("min", versions.min()).field("max", versions.max()).close();
  }
}

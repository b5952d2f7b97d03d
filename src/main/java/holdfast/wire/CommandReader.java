package holdfast.wire;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.RequestKey;
import holdfast.chat.RoomRole;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonParser;

/// Reads the log's commands. Fields it does not know are ignored; a version or type that it does
/// not know never is.
final class CommandReader {
  private static final int DIGEST_TEXT_LENGTH = 22;

  private final Fields fields;

  private CommandReader(Fields fields) {
    this.fields = fields;
  }

  static Command read(byte[] command) throws UnreadableCommandException {
    try {
      return new CommandReader(fields(command)).command();
    } catch (FrameException e) {
      throw unreadable(e);
    }
  }

  /// The list that a FOUND or MEMBERS entry states.
  static Membership membership(LogEntry entry) throws UnreadableCommandException {
    try {
      Fields fields = fields(entry.command());
      List<Member> members = Lists.members(fields);
      return new Membership(entry.index(), entry.term(), members, Lists.retired(fields, members));
    } catch (FrameException e) {
      throw unreadable(e);
    }
  }

  private static UnreadableCommandException unreadable(FrameException e) {
    return new UnreadableCommandException("a command of the log is damaged: " + e.getMessage());
  }

  private static Fields fields(byte[] command) throws FrameException, UnreadableCommandException {
    Fields fields = Fields.document(command, CommandReader::nested);
    long version = fields.needCount("v");
    if (version != CommandCodec.VERSION) {
      throw new UnreadableCommandException(
          "a command of the log is of version "
              + version
              + "; this server reads up to "
              + CommandCodec.VERSION
              + ": update it");
    }
    return fields;
  }

  private static Object nested(String name, JsonParser parser) throws FrameException {
    if (parser.isExpectedStartArrayToken()) {
      switch (name) {
        case "direct", "accounts", "messages", "retired" -> {
          return Lists.numbers(parser);
        }
        case "members" -> {
          return Lists.rows(parser, Fields.Nested.SKIPPED);
        }
        default -> {}
      }
    }
    return Fields.Nested.skip(parser);
  }

  private Command command() throws FrameException, UnreadableCommandException {
    String type = fields.needText("type");
    return switch (type) {
      case "NOOP" -> new Command.Noop();
      case "FOUND" -> new Command.Found(time(), fields.needText("cluster_id"), bytes("token_key"));
      case "MEMBERS" -> new Command.Members(time(), fields.flag("outside"));
      case "SEEN" -> new Command.Seen(time(), Lists.numbers(fields, "accounts"));
      case "REGISTER" ->
          new Command.Register(
              time(), request(), fields.needText("username"), fields.needText("password_hash"));
      case "LOGOUT_ALL" -> new Command.LogoutAll(time(), request());
      case "SET_PASSWORD" ->
          new Command.SetPassword(
              time(), request(), fields.needText("password_hash"), digest("verified"));
      case "DELETE_ACCOUNT" -> new Command.DeleteAccount(time(), request(), digest("verified"));
      case "SET_PREFERENCE" ->
          new Command.SetPreference(
              time(), request(), fields.needText("name"), fields.text("value"));
      case "BLOCK" -> new Command.Block(time(), request(), id("blocked", 1));
      case "UNBLOCK" -> new Command.Unblock(time(), request(), id("blocked", 1));
      case "SEND" ->
          new Command.Send(
              time(),
              request(),
              conversation(),
              fields.needText("text"),
              fields.integer("reply_to", 1, Long.MAX_VALUE));
      case "EDIT" ->
          new Command.Edit(
              time(), request(), conversation(), id("message", 1), fields.needText("text"));
      case "DELETE" ->
          new Command.Delete(
              time(),
              request(),
              conversation(),
              Lists.numbers(fields, "messages"),
              fields.needFlag("for_me"));
      case "REACT" ->
          new Command.React(
              time(),
              request(),
              conversation(),
              id("message", 1),
              fields.needText("emoji"),
              fields.needFlag("remove"));
      case "MARK_READ" -> new Command.MarkRead(time(), request(), conversation(), id("message", 0));
      case "CREATE_ROOM" ->
          new Command.CreateRoom(
              time(),
              request(),
              fields.needText("room"),
              fields.needText("topic"),
              fields.needFlag("private"));
      case "JOIN_ROOM" -> new Command.JoinRoom(time(), request(), id("room", 1));
      case "LEAVE_ROOM" -> new Command.LeaveRoom(time(), request(), id("room", 1));
      case "INVITE" -> new Command.Invite(time(), request(), id("room", 1), id("whom", 1));
      case "KICK" -> new Command.Kick(time(), request(), id("room", 1), id("whom", 1));
      case "SET_ROLE" ->
          new Command.SetRole(time(), request(), id("room", 1), id("whom", 1), role());
      case "SET_TOPIC" ->
          new Command.SetTopic(time(), request(), id("room", 1), fields.needText("topic"));
      default ->
          throw new UnreadableCommandException(
              "a command of the log is of a type that this server does not know: update it");
    };
  }

  private long time() throws FrameException {
    return fields.needCount("time");
  }

  /// An id is made of 63 bits, more than the integers of the protocol.
  private long id(String name, long min) throws FrameException {
    return fields.needInteger(name, min, Long.MAX_VALUE);
  }

  private RequestKey request() throws FrameException {
    Optional<String> username =
        fields.has("account") ? Optional.empty() : Optional.of(fields.needText("username"));
    long account = username.isPresent() ? 0 : id("account", 0);
    return new RequestKey(account, username, fields.needText("request_id"), digest("digest"));
  }

  private Digest digest(String name) throws FrameException {
    String text = fields.needText(name);
    if (text.length() != DIGEST_TEXT_LENGTH) {
      throw FrameException.badRequest("`" + name + "` is not 16 bytes");
    }
    return Digest.fromBytes(bytes(name));
  }

  private RoomRole role() throws FrameException {
    Optional<RoomRole> role = Roles.of(fields.needText("role"));
    if (role.isEmpty()) {
      throw FrameException.badRequest("`role` is none that this server knows");
    }
    return role.get();
  }

  private byte[] bytes(String name) throws FrameException {
    try {
      return Base64.getUrlDecoder().decode(fields.needText(name));
    } catch (IllegalArgumentException e) {
      throw FrameException.badRequest("`" + name + "` is not base64url");
    }
  }

  private ConversationId conversation() throws FrameException {
    if (fields.has("room")) {
      return ConversationId.room(id("room", 1));
    }
    List<Long> pair = Lists.numbers(fields, "direct");
    if (pair.size() != 2 || pair.get(0) < 1 || pair.get(1) < pair.get(0)) {
      throw FrameException.badRequest("`direct` must be two accounts, the lower one first");
    }
    return new ConversationId(pair.get(0), pair.get(1));
  }
}

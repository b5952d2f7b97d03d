package holdfast.wire;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.RequestKey;
import holdfast.check.Check;
import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.MembershipReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The log's commands as bytes: compact JSON text that begins `{"v":1,`. A command is turned into
/// bytes once, without its time; the primary splices its stamp in, and from there on only these
/// bytes travel.
public final class CommandCodec implements MembershipReader {
  /// The newest command version that this server writes and reads.
  public static final int VERSION = 1;

  private static final byte[] HEAD = ascii("{\"v\":1,");
  private static final byte[] TIME = ascii("\"time\":");
  private static final byte[] TYPE = ascii("\"type\":\"");
  private static final byte[] FOUND = ascii("FOUND\"");
  private static final byte[] MEMBERS = ascii("MEMBERS\"");

  /// Bytes of a command beyond its text, roughly.
  private static final int COMMAND_BYTES = 192;

  private static final int MEMBER_BYTES = 128;

  /// Digits of a number below 2^53.
  private static final int TIME_DIGITS_MAX = 16;

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  /// The bytes of a client's write, without its time.
  public static byte[] body(Command.Write command) {
    JsonWriter json = head(COMMAND_BYTES + textLength(command));
    switch (command) {
      case Command.Register c -> {
        Check.that(
            c.request().username().equals(Optional.of(c.username())), "REGISTER for two names");
        request(json, "REGISTER", c.request());
        json.field("password_hash", c.passwordHash());
      }
      case Command.LogoutAll c -> request(json, "LOGOUT_ALL", c.request());
      case Command.SetPassword c ->
          request(json, "SET_PASSWORD", c.request())
              .field("password_hash", c.passwordHash())
              .field("verified", text(c.verified()));
      case Command.DeleteAccount c ->
          request(json, "DELETE_ACCOUNT", c.request()).field("verified", text(c.verified()));
      case Command.SetPreference c -> {
        request(json, "SET_PREFERENCE", c.request()).field("name", c.name());
        c.value().ifPresent(value -> json.field("value", value));
      }
      case Command.Block c -> request(json, "BLOCK", c.request()).field("blocked", c.blocked());
      case Command.Unblock c -> request(json, "UNBLOCK", c.request()).field("blocked", c.blocked());
      case Command.Send c -> {
        request(json, "SEND", c.request());
        conversation(json, c.conversation());
        json.field("text", c.text());
        c.replyTo().ifPresent(id -> json.field("reply_to", id));
      }
      case Command.Edit c -> {
        request(json, "EDIT", c.request());
        conversation(json, c.conversation());
        json.field("message", c.message()).field("text", c.text());
      }
      case Command.Delete c -> {
        request(json, "DELETE", c.request());
        conversation(json, c.conversation());
        json.name("messages").openList();
        c.messages().forEach(json::value);
        json.closeList().field("for_me", c.forMe());
      }
      case Command.React c -> {
        request(json, "REACT", c.request());
        conversation(json, c.conversation());
        json.field("message", c.message()).field("emoji", c.emoji()).field("remove", c.remove());
      }
      case Command.MarkRead c -> {
        request(json, "MARK_READ", c.request());
        conversation(json, c.conversation());
        json.field("message", c.message());
      }
      case Command.CreateRoom c ->
          request(json, "CREATE_ROOM", c.request())
              .field("room", c.room())
              .field("topic", c.topic())
              .field("private", c.isPrivate());
      case Command.JoinRoom c -> request(json, "JOIN_ROOM", c.request()).field("room", c.room());
      case Command.LeaveRoom c -> request(json, "LEAVE_ROOM", c.request()).field("room", c.room());
      case Command.Invite c -> about(json, "INVITE", c.request(), c.room(), c.account());
      case Command.Kick c -> about(json, "KICK", c.request(), c.room(), c.account());
      case Command.SetRole c ->
          about(json, "SET_ROLE", c.request(), c.room(), c.account())
              .field("role", Roles.text(c.role()));
      case Command.SetTopic c ->
          request(json, "SET_TOPIC", c.request()).field("room", c.room()).field("topic", c.topic());
    }
    return json.close().toBytes();
  }

  private static int textLength(Command.Write command) {
    return switch (command) {
      case Command.Send send -> send.text().length();
      case Command.Edit edit -> edit.text().length();
      case Command.Write _ -> 0;
    };
  }

  /// The bytes of last-seen times, without their time.
  public static byte[] body(Command.Seen command) {
    JsonWriter json = head(COMMAND_BYTES).field("type", "SEEN").name("accounts").openList();
    command.accounts().forEach(json::value);
    return json.closeList().close().toBytes();
  }

  /// The command `body` with its time, ms since the epoch.
  public static byte[] stamp(byte[] body, long time) {
    Check.that(startsWith(body, 0, HEAD), "a command must begin with its version");
    Check.that(!startsWith(body, HEAD.length, TIME), "the command is stamped already");
    Check.that(time >= 0 && time <= Json.INTEGER_MAX, "time %d", time);
    byte[] digits = ascii(Long.toString(time));
    byte[] stamped = new byte[body.length + TIME.length + digits.length + 1];
    int at = copy(HEAD, 0, HEAD.length, stamped, 0);
    at = copy(TIME, 0, TIME.length, stamped, at);
    at = copy(digits, 0, digits.length, stamped, at);
    stamped[at++] = ',';
    copy(body, HEAD.length, body.length - HEAD.length, stamped, at);
    return stamped;
  }

  /// The time stamped into the command; empty if it has none.
  public static OptionalLong timeOf(byte[] command) {
    if (!startsWith(command, 0, HEAD) || !startsWith(command, HEAD.length, TIME)) {
      return OptionalLong.empty();
    }
    int start = HEAD.length + TIME.length;
    int end = digitsEnd(command, start);
    if (end == start || end - start > TIME_DIGITS_MAX) {
      return OptionalLong.empty();
    }
    long time = 0;
    for (int i = start; i < end; i++) {
      time = time * 10 + (command[i] - '0');
    }
    return OptionalLong.of(time);
  }

  /// Reads a command as it stands in the log.
  ///
  /// @throws UnreadableCommandException if this version cannot; never skip it
  public static Command decode(byte[] command) throws UnreadableCommandException {
    return CommandReader.read(command);
  }

  /// What a primary appends first in its term.
  public static byte[] noop() {
    return head(COMMAND_BYTES).field("type", "NOOP").close().toBytes();
  }

  /// The entry that founds a cluster.
  ///
  /// @param clusterId 128 bits, hex
  /// @param tokenKey signs sign-in tokens, 32 bytes
  public static byte[] founding(
      long time, String clusterId, byte[] tokenKey, List<Member> members) {
    JsonWriter json = head(COMMAND_BYTES + MEMBER_BYTES * members.size());
    json.field("time", time)
        .field("type", "FOUND")
        .field("cluster_id", clusterId)
        .field("token_key", BASE64.encodeToString(tokenKey));
    memberList(json, members);
    return json.close().toBytes();
  }

  /// An entry that states a new list of members, and the ids that are never given again.
  public static byte[] members(long time, Membership membership) {
    List<Member> members = membership.members();
    JsonWriter json = head(COMMAND_BYTES + MEMBER_BYTES * members.size());
    json.field("time", time).field("type", "MEMBERS");
    memberList(json, members);
    json.name("retired").openList();
    membership.retired().forEach(id -> json.value(id.value()));
    return json.closeList().close().toBytes();
  }

  /// The list that a FOUND or MEMBERS entry states. Looks at the first bytes only of any other.
  @Override
  public Optional<Membership> membershipOf(LogEntry entry) {
    byte[] command = entry.command();
    if (!statesMembers(command)) {
      return Optional.empty();
    }
    try {
      return Optional.of(CommandReader.membership(entry));
    } catch (UnreadableCommandException e) {
      // Going on with another list than the other servers' could elect two primaries.
      throw new IllegalStateException("entry " + entry + ": " + e.getMessage(), e);
    }
  }

  private static boolean statesMembers(byte[] command) {
    if (!startsWith(command, 0, HEAD) || !startsWith(command, HEAD.length, TIME)) {
      return false;
    }
    int type = digitsEnd(command, HEAD.length + TIME.length) + 1;
    return startsWith(command, type, TYPE)
        && (startsWith(command, type + TYPE.length, FOUND)
            || startsWith(command, type + TYPE.length, MEMBERS));
  }

  private static JsonWriter head(int expected) {
    return new JsonWriter(expected).open().field("v", VERSION);
  }

  private static JsonWriter request(JsonWriter json, String type, RequestKey request) {
    json.field("type", type);
    if (request.username().isPresent()) {
      json.field("username", request.username().get());
    } else {
      json.field("account", request.account());
    }
    return json.field("request_id", request.requestId()).field("digest", text(request.payload()));
  }

  /// Of a request about somebody in a room.
  private static JsonWriter about(
      JsonWriter json, String type, RequestKey request, long room, long account) {
    return request(json, type, request).field("room", room).field("whom", account);
  }

  private static void conversation(JsonWriter json, ConversationId conversation) {
    if (conversation.isRoom()) {
      json.field("room", conversation.roomId());
    } else {
      json.name("direct")
          .openList()
          .value(conversation.low())
          .value(conversation.high())
          .closeList();
    }
  }

  static void memberList(JsonWriter json, List<Member> members) {
    json.name("members").openList();
    for (Member member : members) {
      json.open()
          .field("server_id", member.id().toString())
          .field("host", member.host())
          .field("client_port", member.clientPort())
          .field("peer_port", member.peerPort())
          .field("voter", member.voter());
      member.key().ifPresent(key -> json.field("member_key", key));
      if (member.moved()) {
        json.field("moved", true);
      }
      json.close();
    }
    json.closeList();
  }

  private static String text(Digest digest) {
    return BASE64.encodeToString(digest.toBytes());
  }

  private static int digitsEnd(byte[] bytes, int start) {
    int end = start;
    while (end < bytes.length && bytes[end] >= '0' && bytes[end] <= '9') {
      end++;
    }
    return end;
  }

  private static boolean startsWith(byte[] bytes, int offset, byte[] prefix) {
    return offset + prefix.length <= bytes.length
        && Arrays.equals(bytes, offset, offset + prefix.length, prefix, 0, prefix.length);
  }

  private static int copy(byte[] from, int offset, int length, byte[] to, int at) {
    System.arraycopy(from, offset, to, at, length);
    return at + length;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

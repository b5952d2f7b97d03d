package holdfast.wire;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads what a server sends to clients. Fields it does not know are ignored.
final class ReplyReader {
  /// One reader for each kind of payload.
  private static final Map<Class<? extends OkPayload>, Tree.ItemReader<? extends OkPayload>>
      PAYLOADS =
          Map.ofEntries(
              Map.entry(OkPayload.Empty.class, t -> new OkPayload.Empty()),
              Map.entry(OkPayload.HelpText.class, t -> new OkPayload.HelpText(t.text("text"))),
              Map.entry(OkPayload.Hello.class, ReplyReader::hello),
              Map.entry(OkPayload.Status.class, ReplyReader::status),
              Map.entry(
                  OkPayload.Written.class, t -> new OkPayload.Written(t.text("index"), acked(t))),
              Map.entry(
                  OkPayload.Registered.class,
                  t -> new OkPayload.Registered(t.text("username"), t.text("index"), acked(t))),
              Map.entry(OkPayload.Sent.class, ReplyReader::sent),
              Map.entry(OkPayload.LoggedIn.class, ReplyReader::loggedIn),
              Map.entry(OkPayload.Existence.class, t -> new OkPayload.Existence(t.flag("exists"))),
              Map.entry(
                  OkPayload.PasswordSet.class,
                  t -> new OkPayload.PasswordSet(t.text("token"), t.text("index"), acked(t))),
              Map.entry(OkPayload.Preferences.class, ReplyReader::preferences),
              Map.entry(
                  OkPayload.Users.class,
                  t -> new OkPayload.Users(t.list("users", ReplyReader::user), t.flag("more"))),
              Map.entry(
                  OkPayload.Conversations.class,
                  t ->
                      new OkPayload.Conversations(
                          t.list("conversations", ReplyReader::conversation), t.flag("more"))),
              Map.entry(
                  OkPayload.History.class,
                  t ->
                      new OkPayload.History(
                          t.list("messages", ReplyReader::historyMessage), t.flag("more"))),
              Map.entry(OkPayload.Accepted.class, t -> new OkPayload.Accepted()),
              Map.entry(
                  OkPayload.Found.class,
                  t ->
                      new OkPayload.Found(
                          t.list("messages", ReplyReader::foundMessage),
                          t.optionalText("next"),
                          t.flag("more"))),
              Map.entry(
                  OkPayload.Rooms.class,
                  t -> new OkPayload.Rooms(t.list("rooms", ReplyReader::room), t.flag("more"))),
              Map.entry(
                  OkPayload.Members.class,
                  t ->
                      new OkPayload.Members(
                          t.list("members", ReplyReader::member), t.flag("more"))),
              Map.entry(
                  OkPayload.Synced.class,
                  t ->
                      new OkPayload.Synced(
                          t.optionalText("cursor"), t.flag("more"), t.flag("reset"))),
              Map.entry(
                  OkPayload.AdminChallenge.class,
                  t -> new OkPayload.AdminChallenge(t.text("nonce"))),
              Map.entry(
                  OkPayload.PrimaryMoved.class,
                  t -> new OkPayload.PrimaryMoved(t.text("primary"), t.number("term"))),
              Map.entry(
                  OkPayload.BackupMade.class,
                  t ->
                      new OkPayload.BackupMade(
                          t.text("cluster_id"),
                          t.number("log_index"),
                          t.number("log_term"),
                          t.number("bytes"),
                          t.text("digest"))),
              Map.entry(
                  OkPayload.BackupPiece.class,
                  t -> new OkPayload.BackupPiece(t.number("offset"), t.text("data"))),
              Map.entry(OkPayload.Checked.class, ReplyReader::checked),
              Map.entry(OkPayload.Unreplayables.class, ReplyReader::unreplayables));

  private ReplyReader() {}

  static ServerFrame read(byte[] line) throws FrameException {
    if (Utf8.firstBad(line) >= 0) {
      throw FrameException.badFrame("the line is not UTF-8 text without control characters");
    }
    JsonNode frame;
    try {
      frame = Json.TREES.readTree(line);
    } catch (JacksonException e) {
      throw Json.broken(e);
    }
    if (!frame.isObject() || !frame.path("type").isString()) {
      throw FrameException.badFrame("the line is not a JSON object with a string `type`");
    }
    JsonNode idNode = frame.path("id");
    Optional<String> id =
        idNode.isMissingNode() || idNode.isNull()
            ? Optional.empty()
            : Optional.of(idNode.toString());
    JsonNode payload = frame.path("payload");
    Tree fields = new Tree(payload);
    String type = frame.path("type").stringValue();
    return switch (type) {
      case "OK" -> new ServerFrame.Ok(id, payload);
      case "ERROR" -> error(id, fields);
      default -> {
        Optional<ServerEvent> event = event(type, fields);
        yield event.isPresent()
            ? new ServerFrame.Pushed(event.get())
            : new ServerFrame.Unknown(type);
      }
    };
  }

  private static Optional<ServerEvent> event(String type, Tree fields) throws FrameException {
    ServerEvent event;
    switch (type) {
      case "MESSAGE" -> event = message(fields);
      case "MESSAGE_EDITED" ->
          event =
              new ServerEvent.MessageEdited(
                  fields.text("conversation"),
                  fields.number("seq"),
                  fields.text("text"),
                  fields.number("edited"),
                  fields.text("cursor"));
      case "MESSAGE_DELETED" ->
          event =
              new ServerEvent.MessageDeleted(
                  fields.text("conversation"), fields.numbers("seqs"), fields.text("cursor"));
      case "REACTION" ->
          event =
              new ServerEvent.Reaction(
                  fields.text("conversation"),
                  fields.number("seq"),
                  fields.text("username"),
                  fields.text("emoji"),
                  fields.flag("removed"),
                  fields.text("cursor"));
      case "TYPING" ->
          event = new ServerEvent.Typing(fields.text("conversation"), fields.text("username"));
      case "READ" ->
          event =
              new ServerEvent.Read(
                  fields.text("conversation"),
                  fields.text("username"),
                  fields.number("seq"),
                  fields.text("cursor"));
      case "ROOM" ->
          event =
              new ServerEvent.Room(
                  fields.text("room"),
                  fields.text("change"),
                  fields.text("username"),
                  fields.text("by"),
                  fields.optionalText("role"),
                  fields.optionalText("topic"),
                  fields.text("cursor"));
      case "PRESENCE" ->
          event = new ServerEvent.Presence(fields.text("username"), fields.flag("online"));
      case "CLUSTER" ->
          event =
              new ServerEvent.Cluster(
                  fields.optionalText("primary"),
                  fields.number("term"),
                  fields.list("servers", ReplyReader::address),
                  fields.flag("solo"));
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(event);
  }

  private static ServerFrame error(Optional<String> id, Tree fields) throws FrameException {
    String name = fields.text("code");
    Optional<ErrorCode> code = Optional.empty();
    for (ErrorCode known : ErrorCode.values()) {
      if (known.name().equals(name)) {
        code = Optional.of(known);
      }
    }
    Optional<Long> after = fields.optionalNumber("retry_after_ms");
    return new ServerFrame.Error(
        id,
        name,
        code,
        fields.text("message"),
        fields.flag("retry"),
        after.isPresent() ? OptionalLong.of(after.get()) : OptionalLong.empty());
  }

  private static ServerEvent message(Tree fields) throws FrameException {
    return new ServerEvent.Message(
        fields.text("conversation"),
        fields.number("seq"),
        fields.text("sender"),
        fields.optionalText("text").orElse(""),
        fields.number("time"),
        fields.optionalNumber("reply_to"),
        fields.optionalText("request_id"),
        fields.optionalNumber("edited"),
        fields.has("deleted") && fields.flag("deleted"),
        fields.text("cursor"));
  }

  static <T extends OkPayload> T payload(Class<T> type, JsonNode node) throws FrameException {
    Tree.ItemReader<? extends OkPayload> reader = PAYLOADS.get(type);
    Check.that(reader != null, "no reader for %s", type);
    return type.cast(reader.read(new Tree(node)));
  }

  private static OkPayload sent(Tree t) throws FrameException {
    return new OkPayload.Sent(
        t.text("conversation"), t.number("seq"), t.number("time"), t.text("index"), acked(t));
  }

  private static OptionalInt acked(Tree t) throws FrameException {
    Optional<Long> acked = t.optionalNumber("acked");
    return acked.isPresent() ? OptionalInt.of(acked.get().intValue()) : OptionalInt.empty();
  }

  private static OkPayload hello(Tree t) throws FrameException {
    return new OkPayload.Hello(
        t.integer("protocol"),
        t.text("cluster"),
        t.text("server_id"),
        t.text("role"),
        t.number("term"),
        t.optionalText("primary"),
        t.list("servers", ReplyReader::address),
        t.flag("solo"));
  }

  private static OkPayload status(Tree t) throws FrameException {
    return new OkPayload.Status(
        t.list("servers", ReplyReader::serverStatus),
        t.optionalText("primary"),
        t.number("term"),
        t.integer("quorum"),
        t.integer("failures_tolerated"),
        t.flag("solo"),
        t.optionalText("why"),
        t.optionalText("warning"));
  }

  static ServerStatus serverStatus(Tree t) throws FrameException {
    return new ServerStatus(
        t.text("server_id"),
        t.text("host"),
        t.integer("client_port"),
        t.integer("peer_port"),
        t.text("role"),
        t.number("term"),
        t.flag("up"),
        t.number("last_index"),
        t.number("commit_index"),
        t.number("applied_index"),
        t.flag("voter"),
        t.number("lag_ms"),
        t.integer("clients"),
        t.text("version"),
        vitals(t));
  }

  private static Optional<Vitals> vitals(Tree t) throws FrameException {
    if (!t.has("up_since")) {
      return Optional.empty();
    }
    return Optional.of(
        new Vitals(t.number("up_since"), t.number("disk_used"), t.number("disk_free")));
  }

  private static OkPayload unreplayables(Tree t) throws FrameException {
    return new OkPayload.Unreplayables(
        t.number("waiting"),
        t.number("count"),
        t.list(
            "commands",
            row ->
                new OkPayload.UnreplayableCommand(
                    row.number("position"),
                    row.number("time"),
                    row.text("command"),
                    row.text("reason"))),
        t.flag("more"));
  }

  private static OkPayload checked(Tree t) throws FrameException {
    return new OkPayload.Checked(
        t.number("log_index"),
        t.number("digest_index"),
        t.optionalText("digest"),
        t.list(
            "tables",
            row ->
                new OkPayload.TableCheck(
                    row.text("table"),
                    row.number("log_index"),
                    row.number("rows"),
                    row.text("digest"))),
        t.texts("faults"));
  }

  private static OkPayload loggedIn(Tree t) throws FrameException {
    Tree unread = t.object("unread");
    return new OkPayload.LoggedIn(
        t.text("username"),
        t.text("token"),
        t.text("cursor"),
        unread.number("messages"),
        unread.number("conversations"),
        t.number("last_seen"),
        t.flag("reset"));
  }

  private static OkPayload preferences(Tree t) throws FrameException {
    Map<String, String> preferences = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : t.object("preferences").node().properties()) {
      entry.getValue().stringValueOpt().ifPresent(value -> preferences.put(entry.getKey(), value));
    }
    return new OkPayload.Preferences(preferences);
  }

  private static ServerAddress address(Tree t) throws FrameException {
    return new ServerAddress(t.text("server_id"), t.text("host"), t.integer("client_port"));
  }

  private static OkPayload.User user(Tree t) throws FrameException {
    return new OkPayload.User(
        t.text("username"),
        t.flag("online"),
        t.number("last_seen"),
        t.has("blocked") && t.flag("blocked"));
  }

  private static OkPayload.Conversation conversation(Tree t) throws FrameException {
    Optional<OkPayload.LastMessage> last = Optional.empty();
    if (t.has("last")) {
      Tree l = t.object("last");
      last =
          Optional.of(
              new OkPayload.LastMessage(
                  l.number("seq"),
                  l.text("sender"),
                  l.optionalText("text").orElse(""),
                  l.number("time"),
                  l.has("deleted") && l.flag("deleted")));
    }
    return new OkPayload.Conversation(
        t.text("conversation"),
        t.number("last_seq"),
        t.number("read_seq"),
        t.number("unread"),
        t.number("mentions"),
        last);
  }

  private static OkPayload.HistoryMessage historyMessage(Tree t) throws FrameException {
    Map<String, List<String>> reactions = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : t.object("reactions").node().properties()) {
      List<String> names = new ArrayList<>();
      entry.getValue().values().forEach(name -> name.stringValueOpt().ifPresent(names::add));
      reactions.put(entry.getKey(), names);
    }
    return new OkPayload.HistoryMessage(
        t.number("seq"),
        t.text("sender"),
        t.optionalText("text").orElse(""),
        t.number("time"),
        t.optionalNumber("edited"),
        t.flag("deleted"),
        t.optionalNumber("reply_to"),
        reactions,
        t.optionalText("request_id"),
        t.has("sender_deleted") && t.flag("sender_deleted"));
  }

  private static OkPayload.FoundMessage foundMessage(Tree t) throws FrameException {
    return new OkPayload.FoundMessage(t.text("conversation"), historyMessage(t));
  }

  private static OkPayload.RoomInfo room(Tree t) throws FrameException {
    return new OkPayload.RoomInfo(
        t.text("room"),
        t.text("topic"),
        t.flag("private"),
        t.number("members"),
        t.flag("member"),
        t.has("invited") && t.flag("invited"));
  }

  private static OkPayload.MemberInfo member(Tree t) throws FrameException {
    return new OkPayload.MemberInfo(t.text("username"), t.text("role"), t.flag("online"));
  }
}

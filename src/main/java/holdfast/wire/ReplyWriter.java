package holdfast.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Writes what a server sends to clients: OK, ERROR and events.
final class ReplyWriter {
  /// Bytes of a small frame; larger ones grow.
  private static final int FRAME_BYTES = 256;

  private final JsonWriter json;

  private ReplyWriter(int expected) {
    json = new JsonWriter(expected);
  }

  static byte[] ok(Optional<String> id, OkPayload payload) {
    ReplyWriter writer = new ReplyWriter(FRAME_BYTES);
    writer.head("OK", id);
    writer.payload(payload);
    return writer.json.close().close().toLine();
  }

  static byte[] error(
      Optional<String> id, ErrorCode code, String message, OptionalLong retryAfterMs) {
    ReplyWriter writer = new ReplyWriter(FRAME_BYTES);
    writer.head("ERROR", id);
    writer.json.field("code", code.name()).field("message", message).field("retry", code.retry());
    retryAfterMs.ifPresent(ms -> writer.json.field("retry_after_ms", ms));
    return writer.json.close().close().toLine();
  }

  static byte[] event(ServerEvent event) {
    int text = event instanceof ServerEvent.Message message ? message.text().length() : 0;
    ReplyWriter writer = new ReplyWriter(FRAME_BYTES + text);
    switch (event) {
      case ServerEvent.Message e -> writer.message(e);
      case ServerEvent.MessageEdited e -> {
        writer.head("MESSAGE_EDITED", Optional.empty());
        writer
            .json
            .field("conversation", e.conversation())
            .field("seq", e.seq())
            .field("text", e.text())
            .field("edited", e.edited())
            .field("cursor", e.cursor());
      }
      case ServerEvent.MessageDeleted e -> {
        writer.head("MESSAGE_DELETED", Optional.empty());
        writer.json.field("conversation", e.conversation()).name("seqs").openList();
        e.seqs().forEach(writer.json::value);
        writer.json.closeList().field("cursor", e.cursor());
      }
      case ServerEvent.Reaction e -> {
        writer.head("REACTION", Optional.empty());
        writer
            .json
            .field("conversation", e.conversation())
            .field("seq", e.seq())
            .field("username", e.username())
            .field("emoji", e.emoji())
            .field("removed", e.removed())
            .field("cursor", e.cursor());
      }
      case ServerEvent.Typing e -> {
        writer.head("TYPING", Optional.empty());
        writer.json.field("conversation", e.conversation()).field("username", e.username());
      }
      case ServerEvent.Read e -> {
        writer.head("READ", Optional.empty());
        writer
            .json
            .field("conversation", e.conversation())
            .field("username", e.username())
            .field("seq", e.seq())
            .field("cursor", e.cursor());
      }
      case ServerEvent.Room e -> writer.room(e);
      case ServerEvent.Presence e -> {
        writer.head("PRESENCE", Optional.empty());
        writer.json.field("username", e.username()).field("online", e.online());
      }
      case ServerEvent.Cluster e -> {
        writer.head("CLUSTER", Optional.empty());
        writer.orNull("primary", e.primary());
        writer.json.field("term", e.term());
        writer.addresses(e.servers());
        writer.json.field("solo", e.solo());
      }
    }
    return writer.json.close().close().toLine();
  }

  /// Opens the frame and its payload.
  private void head(String type, Optional<String> id) {
    json.open().field("type", type);
    id.ifPresent(text -> json.rawField("id", text.getBytes(StandardCharsets.UTF_8)));
    json.name("payload").open();
  }

  private void message(ServerEvent.Message e) {
    head("MESSAGE", Optional.empty());
    json.field("conversation", e.conversation()).field("seq", e.seq()).field("sender", e.sender());
    textUnless(e.deleted(), e.text());
    json.field("time", e.time());
    orNullNumber("reply_to", e.replyTo());
    e.requestId().ifPresent(id -> json.field("request_id", id));
    e.edited().ifPresent(time -> json.field("edited", time));
    ifTrue("deleted", e.deleted());
    json.field("cursor", e.cursor());
  }

  private void room(ServerEvent.Room e) {
    head("ROOM", Optional.empty());
    json.field("room", e.room())
        .field("change", e.change())
        .field("username", e.username())
        .field("by", e.by());
    e.role().ifPresent(role -> json.field("role", role));
    e.topic().ifPresent(topic -> json.field("topic", topic));
    json.field("cursor", e.cursor());
  }

  private void payload(OkPayload payload) {
    switch (payload) {
      case OkPayload.Empty _ -> {}
      case OkPayload.HelpText p -> json.field("text", p.text());
      case OkPayload.Hello p -> hello(p);
      case OkPayload.Status p -> status(p);
      case OkPayload.Written p -> written(p.index(), p.acked());
      case OkPayload.Accepted _ -> json.field("accepted", true);
      case OkPayload.Registered p -> {
        json.field("username", p.username());
        written(p.index(), p.acked());
      }
      case OkPayload.Sent p -> {
        json.field("conversation", p.conversation()).field("seq", p.seq()).field("time", p.time());
        written(p.index(), p.acked());
      }
      case OkPayload.LoggedIn p -> loggedIn(p);
      case OkPayload.Existence p -> json.field("exists", p.exists());
      case OkPayload.PasswordSet p -> {
        json.field("token", p.token());
        written(p.index(), p.acked());
      }
      case OkPayload.Preferences p -> {
        json.name("preferences").open();
        for (Map.Entry<String, String> preference : p.preferences().entrySet()) {
          json.textName(preference.getKey()).value(preference.getValue());
        }
        json.close();
      }
      case OkPayload.Users p -> {
        json.name("users").openList();
        p.users().forEach(this::user);
        json.closeList().field("more", p.more());
      }
      case OkPayload.Conversations p -> {
        json.name("conversations").openList();
        p.conversations().forEach(this::conversation);
        json.closeList().field("more", p.more());
      }
      case OkPayload.History p -> history(p);
      case OkPayload.Found p -> found(p);
      case OkPayload.Rooms p -> {
        json.name("rooms").openList();
        p.rooms().forEach(this::room);
        json.closeList().field("more", p.more());
      }
      case OkPayload.Members p -> {
        json.name("members").openList();
        p.members().forEach(this::member);
        json.closeList().field("more", p.more());
      }
      case OkPayload.Synced p -> {
        orNull("cursor", p.cursor());
        json.field("more", p.more()).field("reset", p.reset());
      }
      case OkPayload.AdminChallenge p -> json.field("nonce", p.nonce());
      case OkPayload.PrimaryMoved p -> json.field("primary", p.primary()).field("term", p.term());
      case OkPayload.BackupMade p ->
          json.field("cluster_id", p.clusterId())
              .field("log_index", p.logIndex())
              .field("log_term", p.logTerm())
              .field("bytes", p.bytes())
              .field("digest", p.digest());
      case OkPayload.BackupPiece p -> json.field("offset", p.offset()).field("data", p.data());
      case OkPayload.Checked p -> checked(p);
      case OkPayload.Unreplayables p -> unreplayables(p);
    }
  }

  private void history(OkPayload.History p) {
    json.name("messages").openList();
    for (OkPayload.HistoryMessage message : p.messages()) {
      json.open();
      historyMessage(message);
      json.close();
    }
    json.closeList().field("more", p.more());
  }

  private void found(OkPayload.Found p) {
    json.name("messages").openList();
    for (OkPayload.FoundMessage found : p.messages()) {
      json.open().field("conversation", found.conversation());
      historyMessage(found.message());
      json.close();
    }
    json.closeList();
    orNull("next", p.next());
    json.field("more", p.more());
  }

  private void hello(OkPayload.Hello p) {
    json.field("protocol", p.protocol())
        .field("cluster", p.cluster())
        .field("server_id", p.serverId())
        .field("role", p.role())
        .field("term", p.term());
    orNull("primary", p.primary());
    addresses(p.servers());
    json.field("solo", p.solo());
  }

  private void status(OkPayload.Status p) {
    json.name("servers").openList();
    p.servers().forEach(server -> serverStatus(json, server));
    json.closeList();
    orNull("primary", p.primary());
    json.field("term", p.term())
        .field("quorum", p.quorum())
        .field("failures_tolerated", p.failuresTolerated())
        .field("solo", p.solo());
    p.why().ifPresent(why -> json.field("why", why));
    p.warning().ifPresent(warning -> json.field("warning", warning));
  }

  /// A row of STATUS; HEARTBEAT carries the same.
  static void serverStatus(JsonWriter json, ServerStatus s) {
    JsonWriter row =
        json.open()
            .field("server_id", s.serverId())
            .field("host", s.host())
            .field("client_port", s.clientPort())
            .field("peer_port", s.peerPort())
            .field("role", s.role())
            .field("term", s.term())
            .field("up", s.up())
            .field("last_index", s.lastIndex())
            .field("commit_index", s.commitIndex())
            .field("applied_index", s.appliedIndex())
            .field("voter", s.voter())
            .field("lag_ms", s.lagMs())
            .field("clients", s.clients())
            .field("version", s.version());
    vitals(row, s.vitals()).close();
  }

  static JsonWriter vitals(JsonWriter json, Optional<Vitals> vitals) {
    vitals.ifPresent(v ->
        json.field("up_since", v.upSince())
            .field("disk_used", v.diskUsed())
            .field("disk_free", v.diskFree()));
    return json;
  }

  private void unreplayables(OkPayload.Unreplayables p) {
    json.field("waiting", p.waiting()).field("count", p.count()).name("commands").openList();
    for (OkPayload.UnreplayableCommand one : p.commands()) {
      json.open()
          .field("position", one.position())
          .field("time", one.time())
          .field("command", one.command())
          .field("reason", one.reason())
          .close();
    }
    json.closeList().field("more", p.more());
  }

  private void checked(OkPayload.Checked p) {
    json.field("log_index", p.logIndex()).field("digest_index", p.digestIndex());
    orNull("digest", p.digest());
    json.name("tables").openList();
    for (OkPayload.TableCheck table : p.tables()) {
      json.open()
          .field("table", table.table())
          .field("log_index", table.logIndex())
          .field("rows", table.rows())
          .field("digest", table.digest())
          .close();
    }
    json.closeList().name("faults").openList();
    p.faults().forEach(json::value);
    json.closeList();
  }

  private void written(String index, OptionalInt acked) {
    json.field("index", index);
    acked.ifPresent(count -> json.field("acked", count));
  }

  private void loggedIn(OkPayload.LoggedIn p) {
    json.field("username", p.username())
        .field("token", p.token())
        .field("cursor", p.cursor())
        .name("unread")
        .open()
        .field("messages", p.unreadMessages())
        .field("conversations", p.unreadConversations())
        .close()
        .field("last_seen", p.lastSeen())
        .field("reset", p.reset());
  }

  private void user(OkPayload.User u) {
    json.open()
        .field("username", u.username())
        .field("online", u.online())
        .field("last_seen", u.lastSeen());
    ifTrue("blocked", u.blocked());
    json.close();
  }

  private void conversation(OkPayload.Conversation c) {
    json.open()
        .field("conversation", c.conversation())
        .field("last_seq", c.lastSeq())
        .field("read_seq", c.readSeq())
        .field("unread", c.unread())
        .field("mentions", c.mentions());
    if (c.last().isPresent()) {
      OkPayload.LastMessage last = c.last().get();
      json.name("last").open().field("seq", last.seq()).field("sender", last.sender());
      textUnless(last.deleted(), last.text());
      json.field("time", last.time());
      ifTrue("deleted", last.deleted());
      json.close();
    } else {
      json.nullField("last");
    }
    json.close();
  }

  private void historyMessage(OkPayload.HistoryMessage m) {
    json.field("seq", m.seq()).field("sender", m.sender());
    textUnless(m.deleted(), m.text());
    json.field("time", m.time());
    orNullNumber("edited", m.edited());
    json.field("deleted", m.deleted());
    orNullNumber("reply_to", m.replyTo());
    json.name("reactions").open();
    for (Map.Entry<String, List<String>> reaction : m.reactions().entrySet()) {
      json.textName(reaction.getKey()).openList();
      reaction.getValue().forEach(json::value);
      json.closeList();
    }
    json.close();
    m.requestId().ifPresent(id -> json.field("request_id", id));
    ifTrue("sender_deleted", m.senderDeleted());
  }

  private void textUnless(boolean deleted, String text) {
    if (deleted) {
      json.nullField("text");
    } else {
      json.field("text", text);
    }
  }

  private void room(OkPayload.RoomInfo r) {
    json.open()
        .field("room", r.room())
        .field("topic", r.topic())
        .field("private", r.isPrivate())
        .field("members", r.members())
        .field("member", r.member());
    ifTrue("invited", r.invited());
    json.close();
  }

  private void member(OkPayload.MemberInfo m) {
    json.open()
        .field("username", m.username())
        .field("role", m.role())
        .field("online", m.online())
        .close();
  }

  private void addresses(List<ServerAddress> servers) {
    json.name("servers").openList();
    for (ServerAddress server : servers) {
      json.open()
          .field("server_id", server.serverId())
          .field("host", server.host())
          .field("client_port", server.clientPort())
          .close();
    }
    json.closeList();
  }

  private void ifTrue(String name, boolean value) {
    if (value) {
      json.field(name, true);
    }
  }

  private void orNull(String name, Optional<String> value) {
    if (value.isPresent()) {
      json.field(name, value.get());
    } else {
      json.nullField(name);
    }
  }

  private void orNullNumber(String name, Optional<Long> value) {
    if (value.isPresent()) {
      json.field(name, value.get());
    } else {
      json.nullField(name);
    }
  }
}

package holdfast.wire;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Writes a request as a client sends it. Fields at their defaults are left out.
final class RequestWriter {
  /// Bytes of a frame beyond its text, roughly.
  private static final int FRAME_BYTES = 192;

  private final JsonWriter json;

  private RequestWriter(int expected) {
    json = new JsonWriter(expected);
  }

  static byte[] line(ClientRequest request) {
    int text = request instanceof ClientRequest.Send send ? send.text().length() : 0;
    return new RequestWriter(FRAME_BYTES + text).frame(request);
  }

  private byte[] frame(ClientRequest request) {
    RequestHeader header = request.header();
    json.open().field("type", type(request).name());
    header.id().ifPresent(id -> json.rawField("id", id.getBytes(StandardCharsets.UTF_8)));
    optional("request_id", header.requestId());
    optional("min_index", header.minIndex());
    switch (header.ack()) {
      case MAJORITY -> {}
      case ALL -> json.field("ack", "all");
      case PRIMARY -> json.field("ack", "primary");
    }
    if (header.read() == ReadLevel.LINEARIZABLE) {
      json.field("read", "linearizable");
    }
    json.name("payload").open();
    payload(request);
    return json.close().close().toLine();
  }

  static RequestType type(ClientRequest request) {
    return switch (request) {
      case ClientRequest.Hello _ -> RequestType.HELLO;
      case ClientRequest.Ping _ -> RequestType.PING;
      case ClientRequest.Help _ -> RequestType.HELP;
      case ClientRequest.Quit _ -> RequestType.QUIT;
      case ClientRequest.Status _ -> RequestType.STATUS;
      case ClientRequest.Exists _ -> RequestType.EXISTS;
      case ClientRequest.Register _ -> RequestType.REGISTER;
      case ClientRequest.Login _ -> RequestType.LOGIN;
      case ClientRequest.Logout _ -> RequestType.LOGOUT;
      case ClientRequest.SetPassword _ -> RequestType.SET_PASSWORD;
      case ClientRequest.DeleteAccount _ -> RequestType.DELETE_ACCOUNT;
      case ClientRequest.SetPreference _ -> RequestType.SET_PREFERENCE;
      case ClientRequest.Block _ -> RequestType.BLOCK;
      case ClientRequest.Unblock _ -> RequestType.UNBLOCK;
      case ClientRequest.Send _ -> RequestType.SEND;
      case ClientRequest.Edit _ -> RequestType.EDIT;
      case ClientRequest.Delete _ -> RequestType.DELETE;
      case ClientRequest.React _ -> RequestType.REACT;
      case ClientRequest.Typing _ -> RequestType.TYPING;
      case ClientRequest.MarkRead _ -> RequestType.MARK_READ;
      case ClientRequest.CreateRoom _ -> RequestType.CREATE_ROOM;
      case ClientRequest.JoinRoom _ -> RequestType.JOIN_ROOM;
      case ClientRequest.LeaveRoom _ -> RequestType.LEAVE_ROOM;
      case ClientRequest.Invite _ -> RequestType.INVITE;
      case ClientRequest.Kick _ -> RequestType.KICK;
      case ClientRequest.SetRole _ -> RequestType.SET_ROLE;
      case ClientRequest.SetTopic _ -> RequestType.SET_TOPIC;
      case ClientRequest.Users _ -> RequestType.USERS;
      case ClientRequest.Preferences _ -> RequestType.PREFERENCES;
      case ClientRequest.Conversations _ -> RequestType.CONVERSATIONS;
      case ClientRequest.History _ -> RequestType.HISTORY;
      case ClientRequest.Search _ -> RequestType.SEARCH;
      case ClientRequest.Rooms _ -> RequestType.ROOMS;
      case ClientRequest.Members _ -> RequestType.MEMBERS;
      case ClientRequest.Sync _ -> RequestType.SYNC;
      case ClientRequest.Admin _ -> RequestType.ADMIN;
      case ClientRequest.AddServer _ -> RequestType.ADD_SERVER;
      case ClientRequest.RemoveServer _ -> RequestType.REMOVE_SERVER;
      case ClientRequest.MoveServer _ -> RequestType.MOVE_SERVER;
      case ClientRequest.ReplaceServer _ -> RequestType.REPLACE_SERVER;
      case ClientRequest.TransferPrimary _ -> RequestType.TRANSFER_PRIMARY;
      case ClientRequest.BackupDatabase _ -> RequestType.BACKUP_DATABASE;
      case ClientRequest.CheckDatabase _ -> RequestType.CHECK;
      case ClientRequest.Survive _ -> RequestType.SURVIVE;
      case ClientRequest.Unreplayable _ -> RequestType.UNREPLAYABLE;
    };
  }

  private void payload(ClientRequest request) {
    switch (request) {
      case ClientRequest.Hello r -> optional("client", r.client());
      case ClientRequest.Ping _,
          ClientRequest.Help _,
          ClientRequest.Quit _,
          ClientRequest.Status _,
          ClientRequest.Preferences _ -> {}
      case ClientRequest.Exists r -> json.field("username", r.username());
      case ClientRequest.Register r ->
          json.field("username", r.username()).field("password", r.password());
      case ClientRequest.Login r -> login(r);
      case ClientRequest.Logout r -> json.field("all", r.all());
      case ClientRequest.SetPassword r -> json.field("old", r.old()).field("new", r.password());
      case ClientRequest.DeleteAccount r -> json.field("password", r.password());
      case ClientRequest.SetPreference r -> {
        json.field("name", r.name());
        optional("value", r.value());
      }
      case ClientRequest.Block r -> json.field("username", r.username());
      case ClientRequest.Unblock r -> json.field("username", r.username());
      case ClientRequest.Send r -> {
        json.field("to", r.to()).field("text", r.text());
        r.replyTo().ifPresent(seq -> json.field("reply_to", seq));
      }
      case ClientRequest.Edit r ->
          json.field("conversation", r.conversation())
              .field("seq", r.seq())
              .field("text", r.text());
      case ClientRequest.Delete r -> delete(r);
      case ClientRequest.React r ->
          json.field("conversation", r.conversation())
              .field("seq", r.seq())
              .field("emoji", r.emoji())
              .field("remove", r.remove());
      case ClientRequest.Typing r -> json.field("conversation", r.conversation());
      case ClientRequest.MarkRead r ->
          json.field("conversation", r.conversation()).field("seq", r.seq());
      case ClientRequest.CreateRoom r ->
          json.field("room", r.room()).field("topic", r.topic()).field("private", r.isPrivate());
      case ClientRequest.JoinRoom r -> json.field("room", r.room());
      case ClientRequest.LeaveRoom r -> json.field("room", r.room());
      case ClientRequest.Invite r -> json.field("room", r.room()).field("username", r.username());
      case ClientRequest.Kick r -> json.field("room", r.room()).field("username", r.username());
      case ClientRequest.SetRole r ->
          json.field("room", r.room()).field("username", r.username()).field("role", r.role());
      case ClientRequest.SetTopic r -> json.field("room", r.room()).field("topic", r.topic());
      case ClientRequest.Users r -> list(r.pattern(), r.after(), r.limit());
      case ClientRequest.Conversations r -> page(r.after(), r.limit());
      case ClientRequest.History r -> history(r);
      case ClientRequest.Search r -> {
        json.field("query", r.query());
        optional("conversation", r.conversation());
        optional("before", r.before());
        json.field("limit", r.limit());
      }
      case ClientRequest.Rooms r -> list(r.pattern(), r.after(), r.limit());
      case ClientRequest.Members r -> {
        json.field("room", r.room());
        page(r.after(), r.limit());
      }
      case ClientRequest.Sync r -> json.field("cursor", r.cursor()).field("limit", r.limit());
      case ClientRequest.Operator r -> operator(r);
    }
  }

  private void operator(ClientRequest.Operator request) {
    switch (request) {
      case ClientRequest.Admin r -> optional("proof", r.proof());
      case ClientRequest.MemberRequest r -> change(r.change());
      case ClientRequest.TransferPrimary r -> server(r.serverId());
      case ClientRequest.BackupDatabase r ->
          r.offset().ifPresent(offset -> json.field("offset", offset));
      case ClientRequest.CheckDatabase r ->
          r.logIndex().ifPresent(index -> json.field("log_index", index));
      case ClientRequest.Survive _ -> {}
      case ClientRequest.Unreplayable r -> {
        r.after().ifPresent(after -> json.field("after", after));
        r.forget().ifPresent(upTo -> json.field("forget", upTo));
      }
    }
  }

  private void login(ClientRequest.Login r) {
    optional("username", r.username());
    optional("password", r.password());
    optional("token", r.token());
    optional("cursor", r.cursor());
  }

  private void history(ClientRequest.History r) {
    json.field("conversation", r.conversation());
    r.before().ifPresent(seq -> json.field("before", seq));
    r.after().ifPresent(seq -> json.field("after", seq));
    json.field("limit", r.limit());
  }

  private void change(MemberChange change) {
    server(change.subject());
    switch (change) {
      case MemberChange.Add(Member member) -> address(member);
      case MemberChange.Move move -> address(move.host(), move.clientPort(), move.peerPort());
      case MemberChange.Replace(_, Member successor) -> {
        json.field("successor", successor.id().toString());
        address(successor);
      }
      case MemberChange.Remove _, MemberChange.Transfer _ -> {}
    }
  }

  private void server(ServerId id) {
    json.field("server_id", id.toString());
  }

  private void address(Member member) {
    address(member.host(), member.clientPort(), member.peerPort());
  }

  private void address(String host, int clientPort, int peerPort) {
    json.field("host", host).field("client_port", clientPort).field("peer_port", peerPort);
  }

  private void delete(ClientRequest.Delete r) {
    json.field("conversation", r.conversation());
    if (r.seqs().size() == 1) {
      json.field("seq", r.seqs().getFirst());
    } else {
      json.name("seqs").openList();
      r.seqs().forEach(json::value);
      json.closeList();
    }
    if (r.forMe()) {
      json.field("for", "me");
    }
  }

  private void list(String pattern, Optional<String> after, int limit) {
    json.field("pattern", pattern);
    page(after, limit);
  }

  private void page(Optional<String> after, int limit) {
    optional("after", after);
    json.field("limit", limit);
  }

  private void optional(String name, Optional<String> value) {
    value.ifPresent(text -> json.field(name, text));
  }
}

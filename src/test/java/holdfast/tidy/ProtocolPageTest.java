package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.RequestKey;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.HandshakeCodec;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.OkPayload;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds docs/PROTOCOL.md and the codecs together. The code's side is what encoded sample frames
/// have in them, the page's side what its tables say.
final class ProtocolPageTest {
  private static final Page PAGE = Page.of("docs/PROTOCOL.md");
  private static final JsonMapper JSON = new JsonMapper();
  private static final byte[] COMMAND = CommandCodec.noop();
  private static final Member MEMBER =
      new Member(new ServerId(1), "host", 1, 2, true, Optional.of("key"), true);

  /// What each request is answered with. A request or a payload that is new must be entered here.
  private static final Map<String, Set<Class<? extends OkPayload>>> REPLIES =
      Map.ofEntries(
          Map.entry("HELLO", Set.of(OkPayload.Hello.class)),
          Map.entry("PING", Set.of(OkPayload.Empty.class)),
          Map.entry("HELP", Set.of(OkPayload.HelpText.class)),
          Map.entry("QUIT", Set.of(OkPayload.Empty.class)),
          Map.entry("STATUS", Set.of(OkPayload.Status.class)),
          Map.entry("REGISTER", Set.of(OkPayload.Registered.class)),
          Map.entry("LOGIN", Set.of(OkPayload.LoggedIn.class)),
          Map.entry("LOGOUT", Set.of(OkPayload.Empty.class, OkPayload.Written.class)),
          Map.entry("EXISTS", Set.of(OkPayload.Existence.class)),
          Map.entry("SET_PASSWORD", Set.of(OkPayload.PasswordSet.class)),
          Map.entry("DELETE_ACCOUNT", Set.of(OkPayload.Written.class)),
          Map.entry("PREFERENCES", Set.of(OkPayload.Preferences.class)),
          Map.entry("SET_PREFERENCE", Set.of(OkPayload.Written.class)),
          Map.entry("BLOCK", Set.of(OkPayload.Written.class)),
          Map.entry("UNBLOCK", Set.of(OkPayload.Written.class)),
          Map.entry("INVITE", Set.of(OkPayload.Written.class)),
          Map.entry("KICK", Set.of(OkPayload.Written.class)),
          Map.entry("SET_ROLE", Set.of(OkPayload.Written.class)),
          Map.entry("SET_TOPIC", Set.of(OkPayload.Written.class)),
          Map.entry("SEND", Set.of(OkPayload.Sent.class)),
          Map.entry("MARK_READ", Set.of(OkPayload.Written.class)),
          Map.entry("CREATE_ROOM", Set.of(OkPayload.Written.class)),
          Map.entry("JOIN_ROOM", Set.of(OkPayload.Written.class)),
          Map.entry("LEAVE_ROOM", Set.of(OkPayload.Written.class)),
          Map.entry("USERS", Set.of(OkPayload.Users.class)),
          Map.entry("CONVERSATIONS", Set.of(OkPayload.Conversations.class)),
          Map.entry("HISTORY", Set.of(OkPayload.History.class)),
          Map.entry("ROOMS", Set.of(OkPayload.Rooms.class)),
          Map.entry("MEMBERS", Set.of(OkPayload.Members.class)),
          Map.entry("SYNC", Set.of(OkPayload.Synced.class)),
          Map.entry("ADMIN", Set.of(OkPayload.AdminChallenge.class, OkPayload.Empty.class)),
          Map.entry("ADD_SERVER", Set.of(OkPayload.Empty.class)),
          Map.entry("REMOVE_SERVER", Set.of(OkPayload.Empty.class)),
          Map.entry("MOVE_SERVER", Set.of(OkPayload.Empty.class)),
          Map.entry("REPLACE_SERVER", Set.of(OkPayload.Empty.class)),
          Map.entry("TRANSFER_PRIMARY", Set.of(OkPayload.PrimaryMoved.class)),
          Map.entry(
              "BACKUP_DATABASE", Set.of(OkPayload.BackupMade.class, OkPayload.BackupPiece.class)),
          Map.entry("CHECK", Set.of(OkPayload.Checked.class)),
          Map.entry("EDIT", Set.of(OkPayload.Written.class)),
          Map.entry("DELETE", Set.of(OkPayload.Written.class)),
          Map.entry("REACT", Set.of(OkPayload.Written.class)),
          Map.entry("TYPING", Set.of(OkPayload.Empty.class)),
          Map.entry("SEARCH", Set.of(OkPayload.Found.class)));

  /// What any write with `ack` primary is answered with; see Rules.
  private static final Class<? extends OkPayload> TO_ANY_WRITE = OkPayload.Accepted.class;

  @Test
  void thePageListsTheRequestsThatAreServedAndTheirFields() {
    Fields code = new Fields();
    for (ClientRequest request : requests()) {
      code.add(JSON.readTree(ClientCodec.request(request)));
    }
    assertEquals(new TreeSet<>(ClientCodec.requestTypes()), new TreeSet<>(code.types()));
    assertEquals(code.text(), fields("### Requests", 2));
  }

  @Test
  void thePageListsTheFieldsOfEveryReply() {
    Fields code = new Fields();
    for (Map.Entry<String, Set<Class<? extends OkPayload>>> reply : REPLIES.entrySet()) {
      for (OkPayload payload : new Samples().each(OkPayload.class)) {
        if (reply.getValue().contains(payload.getClass())) {
          code.add(reply.getKey(), frame(ClientCodec.ok(Optional.empty(), payload)));
        }
      }
    }
    assertEquals(code.text(), fields("### Requests", 3));
  }

  @Test
  void everyRequestHasItsReplyAndEveryReplyItsRequest() {
    assertEquals(new TreeSet<>(ClientCodec.requestTypes()), new TreeSet<>(REPLIES.keySet()));
    Set<Class<?>> replied = new HashSet<>(Set.of(TO_ANY_WRITE));
    REPLIES.values().forEach(replied::addAll);
    assertEquals(Set.of(OkPayload.class.getPermittedSubclasses()), replied);
  }

  @Test
  void thePageSaysWhichRequestsNeedALogin() {
    for (List<String> row : PAGE.section("### Requests").table()) {
      assertEquals(ClientCodec.needsLogin(row.get(0)) ? "yes" : "no", row.get(1), row.get(0));
    }
  }

  @Test
  void thePageListsTheFieldsOfTheFrameItself() {
    TreeSet<String> code = new TreeSet<>();
    for (ClientRequest request : requests()) {
      code.addAll(JSON.readTree(ClientCodec.request(request)).propertyNames());
    }
    code.removeAll(Set.of("type", "payload"));
    TreeSet<String> page = new TreeSet<>();
    PAGE.section("### Frame fields").table().forEach(row -> page.addAll(Page.codes(row.get(0))));
    assertEquals(code, page);
  }

  @Test
  void thePageListsTheBareWords() throws FrameException {
    String line =
        PAGE.section("## Framing").lines().stream()
            .filter(text -> text.contains("bare words"))
            .findFirst()
            .orElseThrow();
    List<String> words = Page.codes(line).stream().filter(code -> code.matches("[A-Z]+")).toList();
    for (String word : words) {
      ClientRequest request = ClientCodec.parse(word.getBytes(StandardCharsets.UTF_8));
      assertEquals(word, ClientCodec.type(request));
      assertEquals(Optional.empty(), request.header().id());
    }
    assertEquals(4, words.size());
  }

  @Test
  void thePageListsTheEventsAndTheirFields() {
    Fields code = new Fields();
    for (ServerEvent event : new Samples().each(ServerEvent.class)) {
      code.add(frame(ClientCodec.event(event)));
    }
    assertEquals(code.text(), fields("### Events", 1));
  }

  @Test
  void thePageListsTheErrorCodesAndWhichMayBeRetried() {
    Map<String, String> code = new TreeMap<>();
    for (ErrorCode error : ErrorCode.values()) {
      code.put(error.name(), error.retry() ? "yes" : "no");
    }
    Map<String, String> page = new TreeMap<>();
    PAGE.section("### Error codes").table().forEach(row -> page.put(row.get(0), row.get(1)));
    assertEquals(code, page);
  }

  @Test
  void thePageListsThePeerFramesAndTheirFields() {
    assertEquals(peerFrames().text(), fields("### Peer frames", 2));
  }

  private static Fields peerFrames() {
    Fields code = new Fields();
    ServerId self = new ServerId(1);
    Samples samples = new Samples().with(byte[].class, COMMAND);
    for (PeerFrame frame : samples.each(PeerFrame.class)) {
      if (!(frame instanceof PeerFrame.Core)) {
        code.add(frame(PeerCodec.encode(self, frame)));
      }
    }
    for (MemberChange change : samples.each(MemberChange.class)) {
      code.add(frame(PeerCodec.encode(self, new PeerFrame.Change(1, 1, change))));
    }
    for (PeerMessage message : samples.each(PeerMessage.class)) {
      // The two that travel with more are frames of their own, above.
      if (!(message instanceof PeerMessage.Heartbeat)
          && !(message instanceof PeerMessage.HeartbeatAck)) {
        code.add(frame(PeerCodec.encode(self, new PeerFrame.Core(message))));
      }
    }
    for (HandshakeFrame frame : samples.each(HandshakeFrame.class)) {
      code.add(frame(HandshakeCodec.encode(1, frame)));
    }
    return code;
  }

  @Test
  void everyPeerFrameHasTheFourFieldsThatThePageSays() {
    PeerFrame frame = new PeerFrame.ReadIndex(7, 1);
    JsonNode json = JSON.readTree(PeerCodec.encode(new ServerId(2), frame));
    assertEquals(
        List.of("type", "term", "server_id", "payload"), List.copyOf(json.propertyNames()));
  }

  @Test
  void thePageListsTheCommandsAndTheirFields() {
    Fields code = new Fields();
    Samples inRoom = samplesOf(Optional.empty(), ConversationId.room(7));
    Samples direct = samplesOf(Optional.empty(), ConversationId.direct(1, 2));
    Samples registering = samplesOf(Optional.of(Samples.TEXT), ConversationId.room(7));
    for (Command command : inRoom.each(Command.class)) {
      code.addCommand(bytes(command));
    }
    for (Command command : direct.each(Command.class)) {
      code.addCommand(bytes(command));
    }
    for (Command command : registering.each(Command.class)) {
      if (command instanceof Command.Register) {
        code.addCommand(bytes(command));
      }
    }
    assertEquals(code.text(), fields("## Commands", 1));
  }

  private static Samples samplesOf(Optional<String> username, ConversationId conversation) {
    RequestKey key =
        new RequestKey(username.isPresent() ? 0 : 1, username, "id", Digest.of(new byte[0]));
    return new Samples()
        .with(byte[].class, new byte[32])
        .with(RequestKey.class, key)
        .with(ConversationId.class, conversation);
  }

  /// Empty for REGISTER without the name it is keyed by, which cannot be.
  private static Optional<byte[]> bytes(Command command) {
    return switch (command) {
      case Command.Register register when register.request().username().isEmpty() ->
          Optional.empty();
      case Command.Write write -> Optional.of(CommandCodec.stamp(CommandCodec.body(write), 1));
      case Command.Seen seen -> Optional.of(CommandCodec.stamp(CommandCodec.body(seen), 1));
      case Command.Noop _ -> Optional.of(CommandCodec.noop());
      case Command.Found found ->
          Optional.of(
              CommandCodec.founding(1, found.clusterId(), found.tokenKey(), List.of(MEMBER)));
      case Command.Members _ ->
          Optional.of(CommandCodec.members(1, new Membership(0, List.of(MEMBER))));
    };
  }

  private static List<ClientRequest> requests() {
    RequestHeader plain = RequestHeader.PLAIN;
    RequestHeader full =
        new RequestHeader(
            Optional.of("1"),
            Optional.of("id"),
            Optional.of("i1.1"),
            Ack.ALL,
            ReadLevel.LINEARIZABLE);
    List<ClientRequest> requests =
        new ArrayList<>(new Samples().with(RequestHeader.class, full).each(ClientRequest.class));
    requests.addAll(new Samples().with(RequestHeader.class, plain).each(ClientRequest.class));
    // Of one message and of several it is written differently.
    requests.add(new ClientRequest.Delete(plain, "@bob", List.of(1L, 2L), false));
    return requests;
  }

  private static JsonNode frame(byte[] line) {
    return JSON.readTree(line);
  }

  /// What a table says: the first column's name and the fields in column `column`, a line each.
  private static String fields(String section, int column) {
    Fields page = new Fields();
    for (List<String> row : PAGE.section(section).table()) {
      assertFalse(page.types().contains(row.get(0)), "twice in the table: " + row.get(0));
      page.put(row.get(0), Page.codes(row.get(column)));
    }
    return page.text();
  }

  /// Types of frames and, for each, the names of all fields of its payload, nested ones included.
  private static final class Fields {
    private final Map<String, TreeSet<String>> byType = new TreeMap<>();

    Set<String> types() {
      return byType.keySet();
    }

    void put(String type, Set<String> names) {
      byType.computeIfAbsent(type, t -> new TreeSet<>()).addAll(names);
    }

    void add(JsonNode frame) {
      add(frame.get("type").asString(), frame);
    }

    void add(String type, JsonNode frame) {
      put(type, names(frame.get("payload")));
    }

    /// Without the fields that every command has.
    void addCommand(Optional<byte[]> command) {
      if (command.isPresent()) {
        JsonNode json = JSON.readTree(command.get());
        Set<String> names = names(json);
        names.removeAll(Set.of("v", "type", "time"));
        put(json.get("type").asString(), names);
      }
    }

    private static Set<String> names(JsonNode node) {
      TreeSet<String> names = new TreeSet<>();
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        if (!field.getKey().equals("command")) {
          names.addAll(names(field.getValue()));
        }
        names.add(field.getKey());
      }
      for (JsonNode item : node.isArray() ? node.values() : List.<JsonNode>of()) {
        names.addAll(names(item));
      }
      names.remove(Samples.TEXT);
      return names;
    }

    String text() {
      StringBuilder text = new StringBuilder();
      byType.forEach((type, names) -> text.append(type + " " + names + "\n"));
      return text.toString();
    }
  }
}

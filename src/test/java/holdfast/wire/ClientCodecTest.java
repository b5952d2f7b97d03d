package holdfast.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What goes out comes in as it was, and looks as the protocol's tables say.
class ClientCodecTest {
  private static final RequestHeader FULL =
      new RequestHeader(
          Optional.of("\"a\\\"b é\""),
          Optional.of("c7f2-17"),
          Optional.of(IndexToken.text(99)),
          Ack.ALL,
          ReadLevel.LINEARIZABLE);

  private static byte[] body(byte[] line) {
    assertEquals('\n', line[line.length - 1]);
    return Arrays.copyOf(line, line.length - 1);
  }

  private static String text(byte[] line) {
    return new String(body(line), UTF_8);
  }

  private static final Member NEWCOMER =
      new Member(new ServerId(6), "10.0.0.6", 8091, 8081, false, Optional.empty());

  private static Optional<String> none() {
    return Optional.empty();
  }

  static List<ClientRequest> requests() {
    List<ClientRequest> requests = new ArrayList<>();
    for (RequestHeader header : List.of(RequestHeader.PLAIN, FULL)) {
      String cursor = Cursor.text(17, 3);
      requests.addAll(
          List.of(
              new ClientRequest.Hello(header, none()),
              new ClientRequest.Hello(header, Optional.of("console/0.1.0")),
              new ClientRequest.Ping(header),
              new ClientRequest.Help(header),
              new ClientRequest.Quit(header),
              new ClientRequest.Status(header),
              new ClientRequest.Register(header, "alice", "correct horse \t\\\"é🐙"),
              new ClientRequest.Login(
                  header, Optional.of("alice"), Optional.of("x"), none(), Optional.of(cursor)),
              new ClientRequest.Login(header, none(), none(), Optional.of("h1.token"), none()),
              new ClientRequest.Logout(header, false),
              new ClientRequest.Logout(header, true),
              new ClientRequest.Send(header, "@bob", "hi\n\tthere \"\\/ äöü € 🐙", none(0)),
              new ClientRequest.Send(header, "#room.x_1-2", "?", Optional.of(41L)),
              new ClientRequest.Edit(header, "@bob", 12, "better"),
              new ClientRequest.Delete(header, "@bob", List.of(12L), false),
              new ClientRequest.Delete(header, "#r", List.of(3L, 1L, 2L), true),
              new ClientRequest.React(header, "#r", 3, "👩‍👩‍👧‍👦", false),
              new ClientRequest.React(header, "#r", 3, ":+1:", true),
              new ClientRequest.Typing(header, "#r"),
              new ClientRequest.Search(header, "a b* \"c d\"", none(), none(), 50),
              new ClientRequest.Search(
                  header, "x", Optional.of("@bob"), Optional.of(SearchToken.text(77)), 10),
              new ClientRequest.MarkRead(header, "@bob", 12),
              new ClientRequest.CreateRoom(header, "#r", "a topic", true),
              new ClientRequest.CreateRoom(header, "#r", "", false),
              new ClientRequest.JoinRoom(header, "#r"),
              new ClientRequest.LeaveRoom(header, "#r"),
              new ClientRequest.Exists(header, "alice"),
              new ClientRequest.SetPassword(header, "x", "correct horse \t\\\"é🐙"),
              new ClientRequest.DeleteAccount(header, "x"),
              new ClientRequest.Preferences(header),
              new ClientRequest.SetPreference(header, "mute.#r-1_@", Optional.of("a\n🐙")),
              new ClientRequest.SetPreference(header, "x", Optional.of("")),
              new ClientRequest.SetPreference(header, "x", none()),
              new ClientRequest.Block(header, "bob"),
              new ClientRequest.Unblock(header, "bob"),
              new ClientRequest.Invite(header, "#r", "bob"),
              new ClientRequest.Kick(header, "#r", "bob"),
              new ClientRequest.SetRole(header, "#r", "bob", "moderator"),
              new ClientRequest.SetTopic(header, "#r", "")));
      requests.addAll(
          List.of(
              new ClientRequest.Users(header, "al*", Optional.of("alf"), 200),
              new ClientRequest.Users(header, "*", none(), 50),
              new ClientRequest.Conversations(header, Optional.of("#r"), 1),
              new ClientRequest.Conversations(header, none(), 1),
              new ClientRequest.History(header, "@bob", Optional.of(9L), none(0), 50),
              new ClientRequest.History(header, "@bob", none(0), Optional.of(0L), 50),
              new ClientRequest.Rooms(header, "#a*", Optional.of("#ab"), 10),
              new ClientRequest.Members(header, "#r", Optional.of("bob"), 10),
              new ClientRequest.Sync(header, cursor, 1_000)));
      requests.addAll(operatorsRequests(header));
    }
    return requests;
  }

  private static List<ClientRequest> operatorsRequests(RequestHeader header) {
    return List.of(
        new ClientRequest.Admin(header, none()),
        new ClientRequest.Admin(header, Optional.of("00ff")),
        new ClientRequest.AddServer(header, new MemberChange.Add(NEWCOMER)),
        new ClientRequest.RemoveServer(header, new MemberChange.Remove(new ServerId(3))),
        new ClientRequest.MoveServer(
            header, new MemberChange.Move(new ServerId(3), "::1", 8091, 8081)),
        new ClientRequest.ReplaceServer(
            header, new MemberChange.Replace(new ServerId(3), NEWCOMER)),
        new ClientRequest.TransferPrimary(header, new ServerId(4_095)),
        new ClientRequest.BackupDatabase(header, none(0)),
        new ClientRequest.BackupDatabase(header, Optional.of(65_536L)),
        new ClientRequest.CheckDatabase(header, none(0)),
        new ClientRequest.CheckDatabase(header, Optional.of(12L)),
        new ClientRequest.Survive(header),
        new ClientRequest.Unreplayable(header, none(0), none(0)),
        new ClientRequest.Unreplayable(header, Optional.of(7L), Optional.of(9L)));
  }

  private static Optional<Long> none(int ignored) {
    return Optional.empty();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void everyRequestIsParsedAsItWasWritten(ClientRequest request) throws FrameException {
    assertEquals(request, ClientCodec.parse(body(ClientCodec.request(request))));
  }

  @Test
  void everyRequestTypeIsTested() {
    TreeSet<String> tested = new TreeSet<>();
    requests().forEach(request -> tested.add(ClientCodec.type(request)));
    assertEquals(new TreeSet<>(ClientCodec.requestTypes()), tested);
  }

  private static final OkPayload.HistoryMessage EDITED =
      new OkPayload.HistoryMessage(
          3, "bob", "hi", 5, Optional.of(9L), false, none(0), Map.of(), none(), false);

  private static final OkPayload.HistoryMessage DELETED =
      new OkPayload.HistoryMessage(
          4, "bob", "", 5, none(0), true, none(0), Map.of(), none(), false);

  private static ServerStatus aStatus() {
    return new ServerStatus(
        "1",
        "h",
        8091,
        8081,
        "PRIMARY",
        7,
        true,
        12,
        11,
        10,
        true,
        0,
        4,
        "0.1.0",
        Optional.empty());
  }

  private static OkPayload conversations() {
    return new OkPayload.Conversations(
        List.of(
            new OkPayload.Conversation(
                "@bob", 9, 7, 2, 0, Optional.of(new OkPayload.LastMessage(9, "bob", "hi 🐙", 5))),
            new OkPayload.Conversation(
                "#r", 9, 7, 2, 1, Optional.of(new OkPayload.LastMessage(9, "bob", "", 5, true))),
            new OkPayload.Conversation("#empty", 0, 0, 0, 0, Optional.empty())),
        false);
  }

  static Stream<OkPayload> payloads() {
    ServerAddress address = new ServerAddress("1", "::1", 8091);
    ServerStatus status = aStatus();
    return Stream.of(
        new OkPayload.Empty(),
        new OkPayload.HelpText("one\ntwo"),
        new OkPayload.Hello(1, "c", "2", "BACKUP", 7, Optional.of("1"), List.of(address), false),
        new OkPayload.Hello(1, "c", "2", "CANDIDATE", 7, none(), List.of(), true),
        new OkPayload.Status(
            List.of(status, status),
            Optional.of("1"),
            7,
            3,
            2,
            false,
            none(),
            Optional.of("the log is large")),
        new OkPayload.Status(List.of(), none(), 7, 3, 0, false, Optional.of("no majority"), none()),
        new OkPayload.Written("i1.x", OptionalInt.empty()),
        new OkPayload.Written("i1.x", OptionalInt.of(5)),
        new OkPayload.Accepted(),
        new OkPayload.Registered("alice", "i1.x", OptionalInt.of(3)),
        new OkPayload.Sent("@bob", 4, 1_790_000_000_000L, "i1.x", OptionalInt.empty()),
        new OkPayload.Sent("#r", 4, 1_790_000_000_000L, "i1.x", OptionalInt.of(5)),
        new OkPayload.LoggedIn("alice", "h1.t", "c1.0.0", 12, 3, 1_790_000_000_000L, true),
        new OkPayload.Users(List.of(new OkPayload.User("bob", true, 5, false)), true),
        new OkPayload.Users(List.of(new OkPayload.User("bob", true, 5, true)), true),
        new OkPayload.Existence(true),
        new OkPayload.PasswordSet("h1.t", "i1.x", OptionalInt.of(3)),
        new OkPayload.PasswordSet("h1.t", "i1.x", OptionalInt.empty()),
        new OkPayload.Preferences(Map.of("mute.@bob", "yes")),
        new OkPayload.Preferences(Map.of()),
        conversations(),
        new OkPayload.History(
            List.of(
                new OkPayload.HistoryMessage(
                    1, "bob", "hi", 5, none(0), Map.of(), Optional.of("r-1"), false),
                new OkPayload.HistoryMessage(
                    2,
                    "alice",
                    "hi",
                    6,
                    Optional.of(1L),
                    Map.of("🐙", List.of("bob", "alice")),
                    none(),
                    true)),
            true),
        new OkPayload.History(List.of(EDITED, DELETED), false),
        new OkPayload.Found(
            List.of(
                new OkPayload.FoundMessage("#r", EDITED), new OkPayload.FoundMessage("@b", EDITED)),
            Optional.of("s1.x"),
            true),
        new OkPayload.Found(List.of(), none(), false),
        new OkPayload.Rooms(
            List.of(new OkPayload.RoomInfo("#r", "t", true, 2, true, false)), false),
        new OkPayload.Rooms(
            List.of(new OkPayload.RoomInfo("#r", "t", true, 2, false, true)), false),
        new OkPayload.Members(List.of(new OkPayload.MemberInfo("bob", "owner", false)), false),
        new OkPayload.Synced(Optional.of("c1.0.0"), true, false),
        new OkPayload.Synced(none(), false, true));
  }

  static Stream<OkPayload> operatorsPayloads() {
    return Stream.of(
        new OkPayload.AdminChallenge("00ff"),
        new OkPayload.PrimaryMoved("2", 8),
        new OkPayload.BackupMade("c0ffee", 12, 7, 65_537, "ab"),
        new OkPayload.BackupPiece(65_536, "AA=="),
        new OkPayload.Checked(12, 0, none(), List.of(), List.of("torn")),
        new OkPayload.Unreplayables(0, 0, List.of(), false),
        new OkPayload.Unreplayables(
            3,
            2,
            List.of(new OkPayload.UnreplayableCommand(1, 7, "{\"v\":1}", "the name is taken")),
            true),
        new OkPayload.Checked(
            1_012,
            1_000,
            Optional.of("ab"),
            List.of(new OkPayload.TableCheck("message", 12, 5, "cd")),
            List.of()));
  }

  @ParameterizedTest
  @MethodSource({"payloads", "operatorsPayloads"})
  void everyPayloadComesBackAsItWasSent(OkPayload payload) throws FrameException {
    ServerFrame frame = ClientCodec.parseServer(body(ClientCodec.ok(Optional.of("17"), payload)));
    ServerFrame.Ok ok = (ServerFrame.Ok) frame;
    assertEquals(Optional.of("17"), ok.id());
    assertEquals(payload, ClientCodec.payload(payload.getClass(), ok.payload()));
  }

  @Test
  void everyKindOfPayloadIsTested() {
    TreeSet<String> tested = new TreeSet<>();
    Stream.concat(payloads(), operatorsPayloads())
        .forEach(payload -> tested.add(payload.getClass().getName()));
    TreeSet<String> known = new TreeSet<>();
    for (Class<?> kind : OkPayload.class.getPermittedSubclasses()) {
      known.add(kind.getName());
    }
    assertEquals(known, tested);
  }

  static Stream<ServerEvent> events() {
    return Stream.of(
        new ServerEvent.Message("@bob", 4, "bob", "hi 🐙", 5, none(0), none(), "c1.4.0"),
        new ServerEvent.Message(
            "#r", 4, "bob", "hi", 5, Optional.of(3L), Optional.of("r-1"), "c1.4.0"),
        new ServerEvent.Message(
            "#r", 4, "bob", "hi", 5, none(0), none(), Optional.of(9L), false, "c1.4.0"),
        new ServerEvent.Message("#r", 4, "bob", "", 5, none(0), none(), none(0), true, "c1.4.0"),
        new ServerEvent.MessageEdited("#r", 4, "hi!", 9, "c1.5.0"),
        new ServerEvent.MessageDeleted("@bob", List.of(4L, 7L), "c1.5.0"),
        new ServerEvent.Reaction("@bob", 4, "bob", "🐙", true, "c1.5.0"),
        new ServerEvent.Typing("#r", "bob"),
        new ServerEvent.Read("@bob", "bob", 4, "c1.4.0"),
        new ServerEvent.Room("#r", "joined", "bob", "bob", none(), none(), "c1.4.0"),
        new ServerEvent.Room("#r", "role", "bob", "alice", Optional.of("owner"), none(), "c1.4.0"),
        new ServerEvent.Room("#r", "topic", "bob", "bob", none(), Optional.of(""), "c1.4.0"),
        new ServerEvent.Presence("bob", true),
        new ServerEvent.Cluster(
            Optional.of("2"), 7, List.of(new ServerAddress("2", "h", 8092)), false),
        new ServerEvent.Cluster(none(), 8, List.of(), true));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventComesBackAsItWasSent(ServerEvent event) throws FrameException {
    assertEquals(
        new ServerFrame.Pushed(event), ClientCodec.parseServer(body(ClientCodec.event(event))));
  }

  @Test
  void anErrorComesBackAsItWasSent() throws FrameException {
    for (ErrorCode code : ErrorCode.values()) {
      byte[] line = ClientCodec.error(Optional.of("\"x\""), code, "why", OptionalLong.of(250));
      assertEquals(
          new ServerFrame.Error(
              Optional.of("\"x\""),
              code.name(),
              Optional.of(code),
              "why",
              code.retry(),
              OptionalLong.of(250)),
          ClientCodec.parseServer(body(line)));
    }
  }

  @Test
  void framesOfANewerServerAreToldAsSuch() throws FrameException {
    assertEquals(
        new ServerFrame.Unknown("NEWS"),
        ClientCodec.parseServer("{\"type\":\"NEWS\",\"payload\":{}}".getBytes(UTF_8)));
    ServerFrame.Error error =
        (ServerFrame.Error)
            ClientCodec.parseServer(
                """
                {"type":"ERROR","payload":{"code":"NEW","message":"m","retry":true,"x":[]}}\
                """
                    .getBytes(UTF_8));
    assertEquals("NEW", error.name());
    assertTrue(error.code().isEmpty());
    assertTrue(error.retry());
    assertTrue(error.id().isEmpty());
  }

  @Test
  void repliesLookAsTheProtocolSays() {
    assertEquals(
        "{\"type\":\"OK\",\"id\":17,\"payload\":{}}",
        text(ClientCodec.ok(Optional.of("17"), new OkPayload.Empty())));
    assertEquals(
        "{\"type\":\"OK\",\"payload\":{\"text\":\"t\"}}",
        text(ClientCodec.ok(none(), new OkPayload.HelpText("t"))));
    assertEquals(
        """
        {"type":"ERROR","id":17,"payload":{"code":"NO_SUCH_USER",\
        "message":"no account is named bob","retry":false}}\
        """,
        text(
            ClientCodec.error(
                Optional.of("17"),
                ErrorCode.NO_SUCH_USER,
                "no account is named bob",
                OptionalLong.empty())));
    assertEquals(
        """
        {"type":"ERROR","payload":{"code":"RATE_LIMITED","message":"m","retry":true,\
        "retry_after_ms":250}}\
        """,
        text(ClientCodec.error(none(), ErrorCode.RATE_LIMITED, "m", OptionalLong.of(250))));
  }

  @Test
  void okPayloadsLookAsTheProtocolSays() {
    Map<Class<?>, String> golden = GoldenPayloads.byKind();
    TreeSet<String> seen = new TreeSet<>();
    payloads()
        .forEach(payload -> {
          if (seen.add(payload.getClass().getName())) {
            assertEquals(
                "{\"type\":\"OK\",\"payload\":" + golden.get(payload.getClass()) + "}",
                text(ClientCodec.ok(none(), payload)));
          }
        });
  }

  @Test
  void eventsLookAsTheProtocolSays() {
    List<String> lines = events().map(event -> text(ClientCodec.event(event))).toList();
    assertEquals(
        List.of(
            """
            {"type":"MESSAGE","payload":{"conversation":"@bob","seq":4,"sender":"bob",\
            "text":"hi 🐙","time":5,"reply_to":null,"cursor":"c1.4.0"}}\
            """,
            """
            {"type":"MESSAGE","payload":{"conversation":"#r","seq":4,"sender":"bob","text":"hi",\
            "time":5,"reply_to":3,"request_id":"r-1","cursor":"c1.4.0"}}\
            """,
            """
            {"type":"MESSAGE","payload":{"conversation":"#r","seq":4,"sender":"bob","text":"hi",\
            "time":5,"reply_to":null,"edited":9,"cursor":"c1.4.0"}}\
            """,
            """
            {"type":"MESSAGE","payload":{"conversation":"#r","seq":4,"sender":"bob","text":null,\
            "time":5,"reply_to":null,"deleted":true,"cursor":"c1.4.0"}}\
            """,
            """
            {"type":"MESSAGE_EDITED","payload":{"conversation":"#r","seq":4,"text":"hi!",\
            "edited":9,"cursor":"c1.5.0"}}\
            """,
            """
            {"type":"MESSAGE_DELETED","payload":{"conversation":"@bob","seqs":[4,7],\
            "cursor":"c1.5.0"}}\
            """,
            """
            {"type":"REACTION","payload":{"conversation":"@bob","seq":4,"username":"bob",\
            "emoji":"🐙","removed":true,"cursor":"c1.5.0"}}\
            """,
            """
            {"type":"TYPING","payload":{"conversation":"#r","username":"bob"}}\
            """,
            """
            {"type":"READ","payload":{"conversation":"@bob","username":"bob","seq":4,\
            "cursor":"c1.4.0"}}\
            """,
            """
            {"type":"ROOM","payload":{"room":"#r","change":"joined","username":"bob",\
            "by":"bob","cursor":"c1.4.0"}}\
            """,
            """
            {"type":"ROOM","payload":{"room":"#r","change":"role","username":"bob",\
            "by":"alice","role":"owner","cursor":"c1.4.0"}}\
            """,
            """
            {"type":"ROOM","payload":{"room":"#r","change":"topic","username":"bob",\
            "by":"bob","topic":"","cursor":"c1.4.0"}}\
            """,
            "{\"type\":\"PRESENCE\",\"payload\":{\"username\":\"bob\",\"online\":true}}",
            """
            {"type":"CLUSTER","payload":{"primary":"2","term":7,"servers":[{"server_id":"2",\
            "host":"h","client_port":8092}],"solo":false}}\
            """,
            """
            {"type":"CLUSTER","payload":{"primary":null,"term":8,"servers":[],"solo":true}}\
            """),
        lines);
  }

  @Test
  void onlyTheseTypesAreServedWithoutLogin() {
    List<String> open =
        ClientCodec.requestTypes().stream().filter(type -> !ClientCodec.needsLogin(type)).toList();
    assertEquals(
        List.of(
            "HELLO",
            "PING",
            "HELP",
            "QUIT",
            "STATUS",
            "EXISTS",
            "REGISTER",
            "LOGIN",
            "ADMIN",
            "ADD_SERVER",
            "REMOVE_SERVER",
            "MOVE_SERVER",
            "REPLACE_SERVER",
            "TRANSFER_PRIMARY",
            "BACKUP_DATABASE",
            "CHECK",
            "SURVIVE",
            "UNREPLAYABLE"),
        open);
    assertFalse(open.contains("SEND"));
  }
}

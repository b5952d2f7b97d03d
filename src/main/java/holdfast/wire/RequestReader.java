package holdfast.wire;

import holdfast.chat.SearchQuery;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;

/// Reads a client's line. First the line as a frame (BAD_FRAME), then its type (UNKNOWN_TYPE), then
/// the fields (BAD_REQUEST); each failure carries the request's `id`, where it could be read.
final class RequestReader {
  static final int ID_CHARACTERS_MAX = 64;
  static final int REQUEST_ID_CHARACTERS_MAX = 64;
  static final int TEXT_CHARACTERS_MAX = 8_192;
  static final int EMOJI_CHARACTERS_MAX = 16;
  static final int QUERY_CHARACTERS_MAX = 256;

  /// Messages that one DELETE names.
  static final int DELETED_MAX = 64;

  static final int TOPIC_CHARACTERS_MAX = 512;
  static final int PASSWORD_CHARACTERS_MIN = 8;
  static final int PASSWORD_CHARACTERS_MAX = 256;
  static final int CLIENT_CHARACTERS_MAX = 128;
  static final int PROOF_CHARACTERS_MAX = 128;
  static final int PREFERENCE_NAME_CHARACTERS_MAX = 64;
  static final int PREFERENCE_VALUE_CHARACTERS_MAX = 256;
  static final int PAGE_MAX = 200;
  static final int PAGE_DEFAULT = 50;
  static final int SYNC_PAGE_MAX = 1_000;
  static final int SYNC_PAGE_DEFAULT = 200;

  /// Characters of a pattern, a room's `#` included; and stars in it, since each one multiplies the
  /// work of matching.
  static final int PATTERN_CHARACTERS_MAX = Names.LENGTH_MAX + 1;

  static final int PATTERN_STARS_MAX = 4;

  private static final int BARE_WORD_BYTES_MAX = 64;

  private static final Map<String, RequestType> TYPES = new TreeMap<>();

  static {
    for (RequestType type : RequestType.values()) {
      TYPES.put(type.name(), type);
    }
  }

  private final RequestHeader header;
  private final Fields payload;

  private RequestReader(RequestHeader header, Fields payload) {
    this.header = header;
    this.payload = payload;
  }

  static ClientRequest read(byte[] line) throws FrameException {
    Optional<ClientRequest> word = bareWord(line);
    if (word.isPresent()) {
      return word.get();
    }
    Fields frame = frame(line);
    if (!frame.isText("type")) {
      throw FrameException.badFrame("the frame has no string `type`").in(readableId(frame), "");
    }
    RequestType type = TYPES.get(frame.needText("type"));
    if (type == null) {
      throw new FrameException(
              ErrorCode.UNKNOWN_TYPE, "no request has this `type`; HELP lists them")
          .in(readableId(frame), "");
    }
    try {
      Fields payload = frame.nested("payload", Fields.class, "an object").orElseGet(Fields::new);
      return new RequestReader(header(frame), payload).request(type);
    } catch (FrameException e) {
      throw e.in(readableId(frame), type.name());
    }
  }

  private static Optional<ClientRequest> bareWord(byte[] line) {
    if (line.length > BARE_WORD_BYTES_MAX) {
      return Optional.empty();
    }
    String word = new String(line, StandardCharsets.ISO_8859_1).strip().toUpperCase(Locale.ROOT);
    return switch (word) {
      case "PING" -> Optional.of(new ClientRequest.Ping(RequestHeader.PLAIN));
      case "STATUS" -> Optional.of(new ClientRequest.Status(RequestHeader.PLAIN));
      case "HELP" -> Optional.of(new ClientRequest.Help(RequestHeader.PLAIN));
      case "QUIT" -> Optional.of(new ClientRequest.Quit(RequestHeader.PLAIN));
      default -> Optional.empty();
    };
  }

  /// The frame's own fields, with `payload` as fields in turn.
  private static Fields frame(byte[] line) throws FrameException {
    int bad = Utf8.firstBad(line);
    Fields frame = new Fields();
    try {
      // What stands before the first bad byte is read all the same: there may be an `id`.
      frame.readDocument(line, bad < 0 ? line.length : bad, RequestReader::nested);
    } catch (FrameException e) {
      throw (bad < 0 ? e : badByte(bad)).in(readableId(frame), "");
    }
    if (bad >= 0) {
      throw badByte(bad).in(readableId(frame), "");
    }
    return frame;
  }

  private static FrameException badByte(int offset) {
    return FrameException.badFrame(
        "the line is not UTF-8 text without control characters, see byte " + offset);
  }

  private static Object nested(String name, JsonParser parser) throws FrameException {
    return name.equals("payload")
        ? Fields.of(parser, RequestReader::nestedInPayload)
        : Fields.Nested.skip(parser);
  }

  private static Object nestedInPayload(String name, JsonParser parser) {
    return name.equals("seqs") && parser.isExpectedStartArrayToken()
        ? Lists.numbersOrOther(parser)
        : Fields.Nested.skip(parser);
  }

  /// The `id` as JSON text, or empty if it is absent or not one that can be given back.
  private static Optional<String> readableId(Fields frame) {
    try {
      if (frame.isInteger("id")) {
        return Optional.of(
            Long.toString(frame.needInteger("id", -Json.INTEGER_MAX, Json.INTEGER_MAX)));
      }
      if (frame.isText("id")) {
        String id = frame.needText("id");
        if (characters(id) <= ID_CHARACTERS_MAX) {
          byte[] json = new JsonWriter(id.length() + 2).value(id).toBytes();
          return Optional.of(new String(json, StandardCharsets.UTF_8));
        }
      }
      return Optional.empty();
    } catch (FrameException e) {
      return Optional.empty();
    }
  }

  private static RequestHeader header(Fields frame) throws FrameException {
    Optional<String> id = readableId(frame);
    if (id.isEmpty() && frame.has("id")) {
      throw FrameException.badRequest(
          "`id` must be a string of at most "
              + ID_CHARACTERS_MAX
              + " characters or an integer within 2^53");
    }
    Optional<String> requestId = frame.text("request_id");
    if (requestId.isPresent()) {
      Texts.checkLine("request_id", requestId.get(), 1, REQUEST_ID_CHARACTERS_MAX);
    }
    Optional<String> minIndex = frame.text("min_index");
    if (minIndex.isPresent()) {
      IndexToken.parse(minIndex.get());
    }
    Ack ack =
        switch (frame.text("ack").orElse("majority")) {
          case "majority" -> Ack.MAJORITY;
          case "all" -> Ack.ALL;
          case "primary" -> Ack.PRIMARY;
          default -> throw FrameException.badRequest("`ack` must be majority, all or primary");
        };
    ReadLevel level =
        switch (frame.text("read").orElse("local")) {
          case "local" -> ReadLevel.LOCAL;
          case "linearizable" -> ReadLevel.LINEARIZABLE;
          default -> throw FrameException.badRequest("`read` must be local or linearizable");
        };
    return new RequestHeader(id, requestId, minIndex, ack, level);
  }

  private ClientRequest request(RequestType type) throws FrameException {
    return switch (type) {
      case HELLO -> new ClientRequest.Hello(header, client());
      case PING -> new ClientRequest.Ping(header);
      case HELP -> new ClientRequest.Help(header);
      case QUIT -> new ClientRequest.Quit(header);
      case STATUS -> new ClientRequest.Status(header);
      case REGISTER ->
          new ClientRequest.Register(header, account("username"), newPassword("password"));
      case EXISTS -> new ClientRequest.Exists(header, account("username"));
      case LOGIN -> login();
      case LOGOUT -> new ClientRequest.Logout(header, payload.flag("all"));
      case SET_PASSWORD ->
          new ClientRequest.SetPassword(header, oldPassword("old"), newPassword("new"));
      case DELETE_ACCOUNT -> new ClientRequest.DeleteAccount(header, oldPassword("password"));
      case SET_PREFERENCE -> setPreference();
      case BLOCK -> new ClientRequest.Block(header, account("username"));
      case UNBLOCK -> new ClientRequest.Unblock(header, account("username"));
      case SEND -> send();
      case EDIT ->
          new ClientRequest.Edit(header, conversation("conversation"), seq(), messageText());
      case DELETE -> delete();
      case REACT ->
          new ClientRequest.React(
              header, conversation("conversation"), seq(), emoji(), payload.flag("remove"));
      case TYPING -> new ClientRequest.Typing(header, conversation("conversation"));
      case MARK_READ ->
          new ClientRequest.MarkRead(
              header, conversation("conversation"), payload.needCount("seq"));
      case CREATE_ROOM ->
          new ClientRequest.CreateRoom(header, room("room"), topic(), payload.flag("private"));
      case JOIN_ROOM -> new ClientRequest.JoinRoom(header, room("room"));
      case LEAVE_ROOM -> new ClientRequest.LeaveRoom(header, room("room"));
      case INVITE -> new ClientRequest.Invite(header, room("room"), account("username"));
      case KICK -> new ClientRequest.Kick(header, room("room"), account("username"));
      case SET_ROLE -> new ClientRequest.SetRole(header, room("room"), account("username"), role());
      case SET_TOPIC -> {
        payload.needText("topic");
        yield new ClientRequest.SetTopic(header, room("room"), topic());
      }
      case PREFERENCES -> new ClientRequest.Preferences(header);
      case USERS -> new ClientRequest.Users(header, pattern(false), afterAccount(), page());
      case CONVERSATIONS -> new ClientRequest.Conversations(header, afterConversation(), page());
      case HISTORY -> history();
      case SEARCH -> search();
      case ROOMS -> new ClientRequest.Rooms(header, pattern(true), afterRoom(), page());
      case MEMBERS -> new ClientRequest.Members(header, room("room"), afterAccount(), page());
      case SYNC -> sync();
      case ADMIN -> new ClientRequest.Admin(header, proof());
      case ADD_SERVER ->
          new ClientRequest.AddServer(header, new MemberChange.Add(newcomer("server_id")));
      case REMOVE_SERVER ->
          new ClientRequest.RemoveServer(header, new MemberChange.Remove(server("server_id")));
      case MOVE_SERVER -> new ClientRequest.MoveServer(header, move());
      case REPLACE_SERVER ->
          new ClientRequest.ReplaceServer(
              header, new MemberChange.Replace(server("server_id"), newcomer("successor")));
      case TRANSFER_PRIMARY -> new ClientRequest.TransferPrimary(header, server("server_id"));
      case BACKUP_DATABASE -> new ClientRequest.BackupDatabase(header, number("offset"));
      case CHECK -> new ClientRequest.CheckDatabase(header, number("log_index"));
      case SURVIVE -> new ClientRequest.Survive(header);
      case UNREPLAYABLE ->
          new ClientRequest.Unreplayable(header, number("after"), number("forget"));
    };
  }

  private Optional<Long> number(String name) throws FrameException {
    return payload.integer(name, 0, Json.INTEGER_MAX);
  }

  private ClientRequest login() throws FrameException {
    Optional<String> token = payload.text("token");
    Optional<String> cursor = payload.text("cursor");
    if (cursor.isPresent()) {
      Cursor.parse(cursor.get());
    }
    if (token.isPresent()) {
      if (payload.has("username") || payload.has("password")) {
        throw FrameException.badRequest("give either `token`, or `username` and `password`");
      }
      return new ClientRequest.Login(header, Optional.empty(), Optional.empty(), token, cursor);
    }
    return new ClientRequest.Login(
        header,
        Optional.of(account("username")),
        Optional.of(oldPassword("password")),
        token,
        cursor);
  }

  private ClientRequest send() throws FrameException {
    String text = messageText();
    return new ClientRequest.Send(
        header, conversation("to"), text, payload.integer("reply_to", 1, Json.INTEGER_MAX));
  }

  private String messageText() throws FrameException {
    String text = payload.needText("text");
    Texts.checkText("text", text, 1, TEXT_CHARACTERS_MAX);
    if (text.codePoints().allMatch(Texts::isSpace)) {
      throw FrameException.badRequest("`text` is only white space");
    }
    return text;
  }

  private long seq() throws FrameException {
    return payload.needInteger("seq", 1, Json.INTEGER_MAX);
  }

  private ClientRequest delete() throws FrameException {
    String conversation = conversation("conversation");
    if (payload.has("seq") == payload.has("seqs")) {
      throw FrameException.badRequest("give either `seq` or `seqs`");
    }
    List<Long> seqs = payload.has("seq") ? List.of(seq()) : Lists.numbers(payload, "seqs");
    if (seqs.isEmpty()
        || seqs.size() > DELETED_MAX
        || seqs.stream().anyMatch(seq -> seq < 1 || seq > Json.INTEGER_MAX)) {
      throw FrameException.badRequest("`seqs` must be 1 to " + DELETED_MAX + " seqs");
    }
    boolean forMe =
        switch (payload.text("for").orElse("everyone")) {
          case "everyone" -> false;
          case "me" -> true;
          default -> throw FrameException.badRequest("`for` must be everyone or me");
        };
    return new ClientRequest.Delete(header, conversation, seqs, forMe);
  }

  private String emoji() throws FrameException {
    String emoji = payload.needText("emoji");
    Texts.checkLine("emoji", emoji, 1, EMOJI_CHARACTERS_MAX);
    if (emoji.codePoints().anyMatch(Texts::isSpace)) {
      throw FrameException.badRequest("`emoji` has white space in it");
    }
    return emoji;
  }

  private ClientRequest search() throws FrameException {
    String query = payload.needText("query");
    Texts.checkText("query", query, 1, QUERY_CHARACTERS_MAX);
    if (SearchQuery.parse(query).isEmpty()) {
      throw FrameException.badRequest(
          "`query` must have 1 to " + SearchQuery.TERMS_MAX + " words to search for");
    }
    Optional<String> conversation =
        payload.has("conversation") ? Optional.of(conversation("conversation")) : Optional.empty();
    Optional<String> before = payload.text("before");
    if (before.isPresent()) {
      SearchToken.parse(before.get());
    }
    return new ClientRequest.Search(header, query, conversation, before, page());
  }

  private ClientRequest history() throws FrameException {
    Optional<Long> before = payload.integer("before", 0, Json.INTEGER_MAX);
    Optional<Long> after = payload.integer("after", 0, Json.INTEGER_MAX);
    if (before.isPresent() && after.isPresent()) {
      throw FrameException.badRequest("give `before` or `after`, not both");
    }
    return new ClientRequest.History(header, conversation("conversation"), before, after, page());
  }

  private ClientRequest sync() throws FrameException {
    String cursor = payload.needText("cursor");
    Cursor.parse(cursor);
    long limit = payload.integer("limit", 1, SYNC_PAGE_MAX).orElse((long) SYNC_PAGE_DEFAULT);
    return new ClientRequest.Sync(header, cursor, (int) limit);
  }

  private Optional<String> client() throws FrameException {
    Optional<String> client = payload.text("client");
    if (client.isPresent()) {
      Texts.checkLine("client", client.get(), 0, CLIENT_CHARACTERS_MAX);
    }
    return client;
  }

  private Optional<String> proof() throws FrameException {
    Optional<String> proof = payload.text("proof");
    if (proof.isPresent()) {
      Texts.checkSecret("proof", proof.get(), 1, PROOF_CHARACTERS_MAX);
    }
    return proof;
  }

  private ServerId server(String field) throws FrameException {
    return Lists.serverId(payload.needText(field));
  }

  /// A member that is to come, without a vote; whether its host is one is for the server to say.
  private Member newcomer(String field) throws FrameException {
    return new Member(
        server(field),
        Lists.host(payload),
        Lists.port(payload, "client_port"),
        Lists.port(payload, "peer_port"),
        false,
        Optional.empty());
  }

  private MemberChange.Move move() throws FrameException {
    return new MemberChange.Move(
        server("server_id"),
        Lists.host(payload),
        Lists.port(payload, "client_port"),
        Lists.port(payload, "peer_port"));
  }

  private String newPassword(String field) throws FrameException {
    return password(field, PASSWORD_CHARACTERS_MIN);
  }

  /// One to be compared: whatever it is, it fits or it does not.
  private String oldPassword(String field) throws FrameException {
    return password(field, 1);
  }

  private String password(String field, int min) throws FrameException {
    String password = payload.needText(field);
    Texts.checkSecret(field, password, min, PASSWORD_CHARACTERS_MAX);
    return password;
  }

  private ClientRequest setPreference() throws FrameException {
    String name = payload.needText("name");
    boolean isName =
        !name.isEmpty()
            && name.length() <= PREFERENCE_NAME_CHARACTERS_MAX
            && name.chars().allMatch(RequestReader::isOfPreference);
    if (!isName) {
      throw FrameException.badRequest(
          "`name` must be 1 to "
              + PREFERENCE_NAME_CHARACTERS_MAX
              + " letters a to z, digits, `_`, `.`, `-`, `@` or `#`");
    }
    Optional<String> value = payload.text("value");
    if (value.isPresent()) {
      Texts.checkText("value", value.get(), 0, PREFERENCE_VALUE_CHARACTERS_MAX);
    }
    return new ClientRequest.SetPreference(header, name, value);
  }

  private static boolean isOfPreference(int c) {
    boolean isLarge = c >= 'A' && c <= 'Z';
    return (Names.isNameCharacter((char) c) && !isLarge) || c == '@' || c == '#';
  }

  private String role() throws FrameException {
    String role = payload.needText("role");
    if (Roles.of(role).isEmpty()) {
      throw FrameException.badRequest("`role` must be owner, moderator or member");
    }
    return role;
  }

  private String topic() throws FrameException {
    String topic = payload.text("topic").orElse("");
    Texts.checkText("topic", topic, 0, TOPIC_CHARACTERS_MAX);
    return topic;
  }

  private int page() throws FrameException {
    return payload.integer("limit", 1, PAGE_MAX).orElse((long) PAGE_DEFAULT).intValue();
  }

  /// A pattern of names in which each `*` stands for any characters.
  private String pattern(boolean ofRooms) throws FrameException {
    String pattern = payload.text("pattern").orElse("*");
    String bare = ofRooms && pattern.startsWith("#") ? pattern.substring(1) : pattern;
    boolean fits =
        !pattern.isEmpty()
            && pattern.length() <= PATTERN_CHARACTERS_MAX
            && bare.chars().filter(c -> c == '*').count() <= PATTERN_STARS_MAX
            && bare.chars().allMatch(c -> Names.isNameCharacter((char) c) || c == '*');
    if (!fits) {
      throw FrameException.badRequest(
          "`pattern` must be a name, with at most " + PATTERN_STARS_MAX + " `*` in it");
    }
    return Names.fold(pattern);
  }

  private Optional<String> afterAccount() throws FrameException {
    return payload.has("after") ? Optional.of(account("after")) : Optional.empty();
  }

  private Optional<String> afterRoom() throws FrameException {
    return payload.has("after") ? Optional.of(room("after")) : Optional.empty();
  }

  private Optional<String> afterConversation() throws FrameException {
    return payload.has("after") ? Optional.of(conversation("after")) : Optional.empty();
  }

  private String account(String field) throws FrameException {
    return named(field, Names.account(payload.needText(field)), "an account's name");
  }

  private String room(String field) throws FrameException {
    return named(field, Names.room(payload.needText(field)), "`#` and a room's name");
  }

  private String conversation(String field) throws FrameException {
    return named(field, Names.conversation(payload.needText(field)), "@account or #room");
  }

  private static String named(String field, Optional<String> name, String what)
      throws FrameException {
    if (name.isEmpty()) {
      throw FrameException.badRequest(
          "`"
              + field
              + "` must be "
              + what
              + ": a letter or digit, then up to 31 letters, digits, `_`, `.` or `-`");
    }
    return name.get();
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }
}

package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.protocol.Asking.Ask;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Every kind of request, asked before, while and after the primary of three servers dies.
final class EveryRequestAcrossADeathTest {
  /// What operators ask is about one server and has tests of its own; QUIT ends the connection.
  private static final Set<String> ELSEWHERE =
      Set.of(
          "QUIT",
          "ADMIN",
          "ADD_SERVER",
          "REMOVE_SERVER",
          "MOVE_SERVER",
          "REPLACE_SERVER",
          "TRANSFER_PRIMARY",
          "BACKUP_DATABASE",
          "CHECK",
          "SURVIVE",
          "UNREPLAYABLE");

  private static final String LINEARIZABLE = "'read':'linearizable'";

  @TempDir private static Path folder;
  private static TestServers servers;

  /// The two servers that are left.
  private static int[] left;

  /// Whose writes were made before the primary died, and whose while it did.
  private static DeathWorld before;

  private static DeathWorld during;
  private static Person stranger;
  private static String cursorBefore;
  private static String cursorDuring;

  private static Map<String, JsonNode> madeBefore;
  private static Map<String, JsonNode> madeDuring;

  /// The same requests, asked at the other server at the same time.
  private static Map<String, JsonNode> madeElsewhere;

  private static Map<String, JsonNode> refusedDuring;
  private static Map<String, JsonNode> readDuring;

  @BeforeAll
  static void askEverything() throws Exception {
    // Soon, so that what waits for a primary finds one.
    servers = TestServers.start(folder, 3, "election.timeout=600ms-1200ms");
    int primary = servers.primary();
    left = new int[] {primary % 3 + 1, (primary + 1) % 3 + 1};
    before = DeathWorld.make(servers);
    during = DeathWorld.make(servers);
    stranger = servers.person("stranger");
    cursorBefore = cursor(before.owner());
    cursorDuring = cursor(during.owner());
    madeBefore = Asking.lastReplies(servers, primary, before.writes());
    try (RawClient client = servers.as(stranger, primary);
        RawClient owner = servers.as(before.owner(), primary)) {
      client.ok("JOIN_ROOM", "{'room':'%s'}".formatted(before.toMake()));
      owner.ok("SEND", "{'to':'%s','text':'mine'}".formatted(before.toMake()));
    }
    // Whatever is there is applied here, too.
    servers.as(stranger, left[0]).close();
    List<Asking> writes = Asking.prepare(servers, left[0], during.writes());
    List<Asking> same = Asking.prepare(servers, left[1], during.writesForTwo());
    List<Asking> refusals = Asking.prepare(servers, left[0], refusals());
    List<Asking> reads = Asking.prepare(servers, left[0], reads());
    try {
      servers.server(primary).close();
      Asking.askAll(writes);
      Asking.askAll(same);
      Asking.askAll(refusals);
      Asking.askAll(reads);
      madeDuring = Asking.lastReplies(writes);
      madeElsewhere = Asking.lastReplies(same);
      refusedDuring = Asking.lastReplies(refusals);
      readDuring = Asking.lastReplies(reads);
    } finally {
      Asking.closeAll(writes);
      Asking.closeAll(same);
      Asking.closeAll(refusals);
      Asking.closeAll(reads);
    }
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String cursor(Person person) throws IOException {
    try (RawClient client = servers.client(1)) {
      return client
          .ok("LOGIN", "{'token':'%s'}".formatted(person.token()))
          .path("cursor")
          .asString();
    }
  }

  // ---- what is asked

  private static List<Ask> reads() {
    Person owner = before.owner();
    String talk = "'conversation':'" + before.talk() + "'";
    return List.of(
        Ask.ofNobody("HELLO", "{}", ""),
        Ask.ofNobody("PING", "{}", ""),
        Ask.ofNobody("HELP", "{}", ""),
        Ask.ofNobody("STATUS", "{}", ""),
        Ask.ofNobody("EXISTS", "{'username':'%s'}".formatted(owner.name()), ""),
        Ask.ofNobody("EXISTS", "{'username':'nobody-at-all'}", ""),
        Ask.ofNobody("LOGIN", TestServers.credentials(owner.name()), ""),
        Ask.of(owner, "USERS", "{'pattern':'%s'}".formatted(owner.name())),
        Ask.of(owner, "USERS", "{}", LINEARIZABLE),
        Ask.of(before.member(), "PREFERENCES", "{}"),
        Ask.of(owner, "PREFERENCES", "{}", LINEARIZABLE),
        Ask.of(owner, "CONVERSATIONS", "{}"),
        Ask.of(owner, "CONVERSATIONS", "{}", LINEARIZABLE),
        Ask.of(owner, "HISTORY", "{" + talk + "}"),
        Ask.of(owner, "HISTORY", "{" + talk + "}", LINEARIZABLE),
        Ask.of(owner, "SEARCH", "{'query':'better'}"),
        Ask.of(owner, "SEARCH", "{'query':'better'}", LINEARIZABLE),
        Ask.of(owner, "ROOMS", "{}"),
        Ask.of(owner, "ROOMS", "{}", LINEARIZABLE),
        Ask.of(owner, "MEMBERS", "{'room':'%s'}".formatted(before.talk())),
        Ask.of(owner, "MEMBERS", "{'room':'%s'}".formatted(before.talk()), LINEARIZABLE),
        Ask.of(owner, "SYNC", "{'cursor':'%s'}".formatted(cursorBefore)),
        Ask.of(owner, "TYPING", "{" + talk + "}"));
  }

  /// What is refused for good, and with which code. The stranger is a plain member of one room.
  private static Map<Ask, String> refused() {
    Map<Ask, String> refused = new LinkedHashMap<>();
    Person owner = before.owner();
    String room = "'room':'" + before.toMake() + "'";
    String here = "'conversation':'" + before.toMake() + "'";
    String talk = "'conversation':'" + before.talk() + "'";
    String whom = "'username':'" + owner.name() + "'";
    put(
        refused,
        "USERNAME_TAKEN",
        Ask.ofNobody("REGISTER", "{" + whom + ",'password':'something else'}", ""));
    put(
        refused,
        "BAD_CREDENTIALS",
        Ask.ofNobody("LOGIN", "{" + whom + ",'password':'something else'}", ""),
        Ask.ofNobody("LOGIN", TestServers.credentials(before.gone().name()), ""),
        Ask.ofNobody("LOGIN", "{'token':'%s'}".formatted(before.leaver().token()), ""),
        Ask.of(stranger, "SET_PASSWORD", "{'old':'wrong','new':'something else'}"),
        Ask.of(before.member(), "DELETE_ACCOUNT", "{'password':'wrong'}"));
    put(refused, "NOT_LOGGED_IN", Ask.ofNobody("LOGOUT", "{'all':true}", ""));
    put(refused, "ROOM_EXISTS", Ask.of(stranger, "CREATE_ROOM", "{" + room + "}"));
    put(
        refused,
        "NO_SUCH_ROOM",
        Ask.of(stranger, "JOIN_ROOM", "{'room':'#nowhere-at-all'}"),
        Ask.of(stranger, "HISTORY", "{'conversation':'#nowhere-at-all'}"),
        Ask.of(stranger, "MEMBERS", "{'room':'#nowhere-at-all'}"));
    put(
        refused,
        "NO_SUCH_USER",
        Ask.of(stranger, "SEND", "{'to':'@nobody-at-all','text':'x'}"),
        Ask.of(stranger, "SEND", "{'to':'@%s','text':'x'}".formatted(before.gone().name())),
        Ask.of(stranger, "BLOCK", "{'username':'nobody-at-all'}"),
        Ask.of(stranger, "UNBLOCK", "{'username':'nobody-at-all'}"),
        Ask.of(stranger, "TYPING", "{'conversation':'@nobody-at-all'}"));
    put(
        refused,
        "NO_SUCH_MESSAGE",
        Ask.of(stranger, "EDIT", "{" + here + ",'seq':99,'text':'x'}"),
        Ask.of(stranger, "DELETE", "{" + here + ",'seq':99}"),
        Ask.of(stranger, "REACT", "{" + here + ",'seq':99,'emoji':'+'}"));
    put(
        refused,
        "NOT_A_MEMBER",
        Ask.of(stranger, "LEAVE_ROOM", "{'room':'%s'}".formatted(before.talk())),
        Ask.of(stranger, "SEND", "{'to':'%s','text':'x'}".formatted(before.talk())),
        Ask.of(stranger, "MARK_READ", "{" + talk + ",'seq':1}"),
        Ask.of(stranger, "HISTORY", "{" + talk + "}"),
        Ask.of(stranger, "SEARCH", "{" + talk + ",'query':'word'}"),
        Ask.of(stranger, "TYPING", "{" + talk + "}"));
    put(refused, "BLOCKED", Ask.of(owner, "SEND", toMember("x")));
    put(
        refused,
        "FORBIDDEN",
        Ask.of(stranger, "JOIN_ROOM", "{'room':'%s'}".formatted(before.forGuests())),
        Ask.of(stranger, "INVITE", "{" + room + "," + whom + "}"),
        Ask.of(stranger, "KICK", "{" + room + "," + whom + "}"),
        Ask.of(stranger, "SET_ROLE", "{" + room + "," + whom + ",'role':'member'}"),
        Ask.of(stranger, "SET_TOPIC", "{" + room + ",'topic':'x'}"),
        Ask.of(stranger, "EDIT", "{" + here + ",'seq':1,'text':'x'}"),
        Ask.of(stranger, "DELETE", "{" + here + ",'seq':1}"));
    put(
        refused,
        "BAD_REQUEST",
        Ask.of(stranger, "SET_PREFERENCE", "{'name':'','value':'x'}"),
        Ask.of(stranger, "BLOCK", "{'username':'%s'}".formatted(stranger.name())),
        Ask.of(stranger, "SYNC", "{'cursor':'what'}"));
    return refused;
  }

  private static String toMember(String text) {
    return "{'to':'@%s','text':'%s'}".formatted(before.member().name(), text);
  }

  private static void put(Map<Ask, String> refused, String code, Ask... asks) {
    for (Ask ask : asks) {
      boolean isRead =
          Set.of("LOGIN", "HISTORY", "MEMBERS", "SEARCH", "SYNC", "TYPING").contains(ask.type());
      refused.put(isRead ? ask : ask.repeatable("refused " + refused.size()), code);
    }
  }

  private static List<Ask> refusals() {
    return List.copyOf(refused().keySet());
  }

  private static Map<String, String> codesExpected() {
    Map<String, String> codes = new LinkedHashMap<>();
    refused().forEach((ask, code) -> codes.put(ask.name(), code));
    return codes;
  }

  private static Map<String, String> allOk(List<Ask> asks) {
    Map<String, String> codes = new LinkedHashMap<>();
    asks.forEach(ask -> codes.put(ask.name(), "OK"));
    return codes;
  }

  // ---- what must come of it

  @Test
  void noKindOfRequestIsLeftOut() throws IOException {
    Set<String> asked = new TreeSet<>(ELSEWHERE);
    before.writes().forEach(ask -> asked.add(ask.type()));
    reads().forEach(ask -> asked.add(ask.type()));
    try (RawClient client = servers.client(left[0])) {
      String help = client.ok("HELP", "{}").path("text").asString();
      String types = help.substring(help.lastIndexOf(':') + 1).strip();
      assertEquals(new TreeSet<>(Arrays.asList(types.split("[ ,.]+"))), asked);
    }
  }

  @Test
  void everyWriteSucceedsBeforeAndWhileThePrimaryDies() {
    assertEquals(allOk(before.writes()), Asking.codes(madeBefore));
    assertEquals(allOk(during.writes()), Asking.codes(madeDuring));
  }

  @Test
  void theSameWriteAskedAtTwoServersWhileThePrimaryDiesIsOneWrite() {
    for (Ask ask : during.writesForTwo()) {
      assertEquals(
          outcome(madeDuring.get(ask.name())), outcome(madeElsewhere.get(ask.name())), ask.name());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void everyWriteRepeatedOnAServerThatIsLeftGetsItsFirstOutcome(int which) throws IOException {
    assertSameOutcomes(before, madeBefore, left[which]);
    assertSameOutcomes(during, madeDuring, left[which]);
  }

  private static void assertSameOutcomes(DeathWorld world, Map<String, JsonNode> made, int number)
      throws IOException {
    Map<String, JsonNode> again =
        Asking.lastReplies(servers, number, world.repeats(servers, number));
    Map<String, String> first = new TreeMap<>();
    Map<String, String> second = new TreeMap<>();
    again.forEach((name, reply) -> {
      first.put(name, outcome(made.get(name)));
      second.put(name, outcome(reply));
    });
    assertEquals(world.writes().size() - 1, first.size());
    assertEquals(first, second);
    // Who logged out everywhere once is not logged out again by the repeat.
    Person back = DeathWorld.signIn(servers, number, world.leaver(), TestServers.PASSWORD);
    Asking.lastReplies(servers, number, world.repeats(servers, number));
    try (RawClient client = servers.client(number)) {
      client.ok("LOGIN", "{'token':'%s'}".formatted(back.token()));
      client.error("BAD_CREDENTIALS", "LOGIN", TestServers.credentials(world.gone().name()));
    }
  }

  private static String outcome(JsonNode reply) {
    JsonNode payload = RawClient.okPayload(reply);
    return "%s %s %s".formatted(payload.path("index"), payload.path("seq"), payload.path("time"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void everyWriteHappenedOnceHoweverOftenItIsRepeated(int which) throws IOException {
    Asking.lastReplies(servers, left[which], before.repeats(servers, left[which]));
    Asking.lastReplies(servers, left[which], during.repeats(servers, left[which]));
    assertHeardOnce(before.owner(), cursorBefore, before.talk(), left[which]);
    assertHeardOnce(during.owner(), cursorDuring, during.talk(), left[which]);
  }

  /// Of the rooms of one's own, from `cursor` on.
  private static void assertHeardOnce(Person owner, String cursor, String talk, int number)
      throws IOException {
    String end = TestServers.freshName("the end");
    Map<String, Integer> heard = new TreeMap<>();
    try (RawClient client = servers.client(number)) {
      client.ok("LOGIN", "{'token':'%s','cursor':'%s'}".formatted(owner.token(), cursor));
      client.ok("SEND", "{'to':'@%s','text':'%s'}".formatted(owner.name(), end));
      JsonNode event = client.push();
      while (!event.path("payload").path("text").asString("").equals(end)) {
        count(event, talk, heard);
        event = client.push();
      }
    }
    assertEquals(new TreeMap<>(DeathWorld.HEARD_BY_OWNER), heard);
  }

  /// Leaves out what the owner and the stranger said and did for the refusals.
  private static void count(JsonNode event, String talk, Map<String, Integer> heard) {
    String type = event.path("type").asString();
    JsonNode payload = event.path("payload");
    boolean isOfWrites =
        type.equals("ROOM")
            ? !payload.path("username").asString().equals(stranger.name())
            : payload.path("conversation").asString().equals(talk);
    if (isOfWrites && !type.equals("READ")) {
      String what = type.equals("ROOM") ? "ROOM " + payload.path("change").asString() : type;
      heard.merge(what, 1, Integer::sum);
    }
  }

  @Test
  void everyReadIsAnsweredWhileThePrimaryDies() {
    assertEquals(allOk(reads()), Asking.codes(readDuring));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void everyReadIsAnsweredAfterwardsByEachThatIsLeft(int which) throws IOException {
    assertEquals(allOk(reads()), Asking.codes(Asking.lastReplies(servers, left[which], reads())));
  }

  @Test
  void whatIsRefusedForGoodIsRefusedWithTheSameCodeWhileThePrimaryDies() {
    assertEquals(codesExpected(), Asking.codes(refusedDuring));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatIsRefusedForGoodIsRefusedWithTheSameCodeAfterwards(int which) throws IOException {
    assertEquals(
        codesExpected(), Asking.codes(Asking.lastReplies(servers, left[which], refusals())));
  }
}

package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.Asking.Ask;
import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Four servers of which two die: what the other two, one of them the primary until then, say as a
/// server is missing, as a majority is missing, and once there is no primary.
final class ErrorsWithoutPrimaryTest {
  private static final String LINEARIZABLE = "'read':'linearizable'";

  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person alice;
  private static DeathWorld world;
  private static String cursor;
  private static String index;

  /// The servers that are left, by what they were.
  private static final Map<Door, Integer> left = new EnumMap<>(Door.class);

  /// What alice was told as one server died; and as the next did.
  private static final Map<Door, AfterOne> afterOne = new EnumMap<>(Door.class);

  private static final Map<Door, AfterTwo> afterTwo = new EnumMap<>(Door.class);

  /// @param all to a write with ack all: a server that died counts as up for a while
  /// @param later to another write behind that
  /// @param repeat to the first one's repeat, without ack all
  private record AfterOne(JsonNode all, JsonNode later, JsonNode repeat) {}

  /// @param requestId of a write
  /// @param first what she was told of it
  /// @param behind to one on its way behind that
  /// @param later to one sent when that was known
  private record AfterTwo(String requestId, JsonNode first, JsonNode behind, JsonNode later) {}

  /// Talks until something is not done.
  private interface Talk<T> {
    T until(RawClient client, Door door, Runnable begun) throws IOException;
  }

  @BeforeAll
  static void loseTheMajority() throws Exception {
    servers = TestServers.start(folder, 4, "request.timeout=1s", "election.timeout=2s-5s");
    alice = servers.person("alice");
    world = DeathWorld.make(servers);
    int primary = servers.primary();
    left.put(Door.PRIMARY, primary);
    left.put(Door.BACKUP, primary % 4 + 1);
    Map<Door, RawClient> clients = new EnumMap<>(Door.class);
    try (RawClient watcher = servers.as(world.member(), primary)) {
      for (Door door : Door.values()) {
        clients.put(door, servers.as(alice, left.get(door)));
      }
      try (RawClient client = servers.client(primary)) {
        JsonNode login = client.ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
        cursor = login.path("cursor").asString();
        index = client.ok("SEND", say("remembered"), rid("remembered")).path("index").asString();
      }
      afterOne.putAll(
          whileDying(
              (primary + 1) % 4 + 1, clients, ErrorsWithoutPrimaryTest::untilAServerIsMissing));
      afterTwo.putAll(
          whileDying(
              (primary + 2) % 4 + 1, clients, ErrorsWithoutPrimaryTest::untilAMajorityIsMissing));
      awaitNoPrimary(watcher);
    } finally {
      for (RawClient client : clients.values()) {
        client.close();
      }
    }
  }

  /// Has alice talk on all connections while server `number` dies: whenever that is, something of
  /// hers is on its way.
  private static <T> Map<Door, T> whileDying(int number, Map<Door, RawClient> clients, Talk<T> talk)
      throws Exception {
    Map<Door, T> told = new EnumMap<>(Door.class);
    CountDownLatch begun = new CountDownLatch(clients.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<Door, Future<T>> talks = new EnumMap<>(Door.class);
      clients.forEach((door, client) ->
          talks.put(door, threads.submit(() -> talk.until(client, door, begun::countDown))));
      begun.await();
      servers.server(number).close();
      for (Door door : talks.keySet()) {
        told.put(door, talks.get(door).get());
      }
    }
    return told;
  }

  private static AfterOne untilAServerIsMissing(RawClient client, Door door, Runnable begun)
      throws IOException {
    for (int i = 0; ; i++) {
      String name = "all %s %d".formatted(door, i);
      JsonNode reply = client.ask("SEND", say(name), rid(name), "'ack':'all'");
      if (!reply.path("type").asString().equals("OK")) {
        JsonNode later = client.ask("SEND", say("x"), rid("later " + door));
        return new AfterOne(reply, later, client.ask("SEND", say(name), rid(name)));
      }
      client.forgetEvents();
      begun.run();
    }
  }

  /// Two at a time: one is always behind the other.
  private static AfterTwo untilAMajorityIsMissing(RawClient client, Door door, Runnable begun)
      throws IOException {
    String name = "lost " + door;
    String first = client.send("SEND", say("x"), rid(name));
    for (int i = 0; ; i++) {
      String next = "lost %s %d".formatted(door, i);
      String behind = client.send("SEND", say("x"), rid(next));
      JsonNode reply = client.reply(first);
      if (!reply.path("type").asString().equals("OK")) {
        JsonNode later = client.ask("SEND", say("x"), rid("after " + door));
        return new AfterTwo(name, reply, client.reply(behind), later);
      }
      name = next;
      first = behind;
      client.forgetEvents();
      begun.run();
    }
  }

  /// Who was primary knows first that there is none.
  private static void awaitNoPrimary(RawClient watcher) throws IOException {
    JsonNode frame = watcher.next();
    while (!frame.path("type").asString().equals("CLUSTER")
        || frame.path("payload").path("primary").isString()) {
      frame = watcher.next();
    }
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  /// To herself.
  private static String say(String text) {
    return "{'to':'@%s','text':'%s'}".formatted(alice.name(), text);
  }

  private static String rid(String id) {
    return "'request_id':'" + id + "'";
  }

  /// An index or a cursor of what is yet to come.
  private static String ahead(String token, String separator) {
    int end = token.indexOf(separator, 3);
    return end < 0 ? token + "00" : token.substring(0, end) + "00" + token.substring(end);
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void withAckAllAWriteTimesOutWhileAServerMayStillAnswerAndIsDoneAllTheSame(Door door) {
    AfterOne told = afterOne.get(door);
    RawClient.errorPayload("TIMEOUT", told.all());
    RawClient.errorPayload("BUSY", told.later());
    assertEquals(
        "@" + alice.name(), RawClient.okPayload(told.repeat()).path("conversation").asString());
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void aWriteThatNoMajorityGetsTimesOutAndWhatCameBehindItIsNotDone(Door door) {
    AfterTwo told = afterTwo.get(door);
    RawClient.errorPayload("TIMEOUT", told.first());
    RawClient.errorPayload("TIMEOUT", told.behind());
    RawClient.errorPayload("BUSY", told.later());
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whatTimedOutAndComesAgainIsNotDoneThisTimeButMayBeYet(Door door) throws IOException {
    try (RawClient client = servers.client(left.get(door))) {
      client.ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
      String again = rid(afterTwo.get(door).requestId());
      JsonNode refused = client.error("NO_PRIMARY", "SEND", say("x"), again);
      String sentence = refused.path("message").asString();
      assertTrue(sentence.startsWith("not done this time"), sentence);
      assertTrue(sentence.contains("may still be committed"), sentence);
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whatIsWrittenBehindAFailureIsBusyUntilThatComesAgainOrALogin(Door door) throws IOException {
    try (RawClient client = servers.client(left.get(door))) {
      client.ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
      client.error("NO_PRIMARY", "SEND", say("x"), rid("1" + door));
      client.error("BUSY", "SEND", say("x"), rid("2" + door));
      client.error("BUSY", "SET_PREFERENCE", "{'name':'a','value':'x'}", rid("3" + door));
      // Only what has a request_id has an order that matters.
      String unnamed = client.send("SEND", say("x"));
      String again = client.send("SEND", say("x"), rid("1" + door));
      RawClient.errorPayload("NO_PRIMARY", client.reply(unnamed));
      RawClient.errorPayload("NO_PRIMARY", client.reply(again));
      client.error("BUSY", "SEND", say("x"), rid("2" + door));
      client.ok("LOGIN", "{'token':'%s'}".formatted(alice.token()));
      client.error("NO_PRIMARY", "SEND", say("x"), rid("2" + door));
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void everyKindOfWriteIsRefusedWithNoPrimary(Door door) throws IOException {
    Map<String, String> expected = new LinkedHashMap<>();
    world.writes().forEach(ask -> expected.put(ask.name(), "NO_PRIMARY"));
    assertEquals(
        expected, Asking.codes(Asking.firstReplies(servers, left.get(door), world.writes())));
  }

  /// What each kind of read says, and what is refused for good or for now.
  private static Map<Ask, String> answers() {
    Map<Ask, String> answers = new LinkedHashMap<>();
    String talk = "{'conversation':'" + world.talk() + "'}";
    String room = "{'room':'" + world.talk() + "'}";
    for (Ask read :
        List.of(
            Ask.of(world.owner(), "USERS", "{}"),
            Ask.of(world.owner(), "PREFERENCES", "{}"),
            Ask.of(world.owner(), "CONVERSATIONS", "{}"),
            Ask.of(world.owner(), "HISTORY", talk),
            Ask.of(world.owner(), "SEARCH", "{'query':'word'}"),
            Ask.of(world.owner(), "ROOMS", "{}"),
            Ask.of(world.owner(), "MEMBERS", room),
            Ask.of(world.owner(), "SYNC", "{'cursor':'%s'}".formatted(cursor)))) {
      answers.put(read, "OK");
      answers.put(read.with(LINEARIZABLE), "NO_PRIMARY");
      answers.put(read.with("'min_index':'" + index + "'"), "OK");
      answers.put(read.with("'min_index':'" + ahead(index, ".") + "'"), "BEHIND");
    }
    answers.put(Ask.of(world.owner(), "TYPING", talk), "OK");
    for (String type : List.of("HELLO", "PING", "HELP", "STATUS")) {
      answers.put(Ask.ofNobody(type, "{}", ""), "OK");
    }
    String token = "'token':'" + alice.token() + "'";
    answers.put(Ask.ofNobody("LOGIN", TestServers.credentials(alice.name()), ""), "OK");
    answers.put(Ask.ofNobody("LOGIN", "{" + token + ",'cursor':'" + cursor + "'}", ""), "OK");
    answers.put(
        Ask.ofNobody("LOGIN", "{" + token + ",'cursor':'" + ahead(cursor, ".") + "'}", ""),
        "BEHIND");
    answers.put(
        Ask.ofNobody("LOGIN", "{" + token + "}", "'min_index':'" + ahead(index, ".") + "'"),
        "BEHIND");
    answers.put(Ask.ofNobody("EXISTS", "{'username':'%s'}".formatted(alice.name()), ""), "OK");
    answers.putAll(notKnownHere());
    answers.putAll(refusedAllTheSame());
    return answers;
  }

  /// It may be known elsewhere by now, or be another password: who could say?
  private static Map<Ask, String> notKnownHere() {
    Map<Ask, String> behind = new LinkedHashMap<>();
    for (Ask ask :
        List.of(
            Ask.ofNobody("EXISTS", "{'username':'nobody-at-all'}", ""),
            Ask.ofNobody("LOGIN", TestServers.credentials("nobody-at-all"), ""),
            Ask.ofNobody("LOGIN", "{'username':'%s','password':'x'}".formatted(alice.name()), ""),
            Ask.ofNobody("LOGIN", "{'token':'h1.what'}", ""),
            Ask.of(alice, "HISTORY", "{'conversation':'#nowhere-at-all'}"),
            Ask.of(alice, "HISTORY", "{'conversation':'%s'}".formatted(world.talk())),
            Ask.of(alice, "SEARCH", "{'query':'x','conversation':'%s'}".formatted(world.talk())),
            Ask.of(alice, "MEMBERS", "{'room':'#nowhere-at-all'}"),
            Ask.of(alice, "TYPING", "{'conversation':'@nobody-at-all'}"),
            Ask.of(alice, "SEND", "{'to':'@nobody-at-all','text':'x'}"),
            Ask.of(alice, "JOIN_ROOM", "{'room':'#nowhere-at-all'}"),
            Ask.of(alice, "BLOCK", "{'username':'nobody-at-all'}"),
            Ask.of(alice, "SET_PASSWORD", "{'old':'wrong','new':'something else'}"),
            Ask.of(alice, "DELETE_ACCOUNT", "{'password':'wrong'}"))) {
      behind.put(ask, "BEHIND");
    }
    return behind;
  }

  /// What no primary is needed for: what the request says of itself, and what never changes.
  private static Map<Ask, String> refusedAllTheSame() {
    Map<Ask, String> refused = new LinkedHashMap<>();
    refused.put(Ask.of(alice, "SEND", "{'to':'@nobody-at-all'}"), "BAD_REQUEST");
    refused.put(Ask.of(alice, "NOTHING", "{}"), "UNKNOWN_TYPE");
    refused.put(Ask.ofNobody("SEND", say("x"), ""), "NOT_LOGGED_IN");
    refused.put(Ask.ofNobody("HISTORY", "{}", ""), "NOT_LOGGED_IN");
    refused.put(Ask.ofNobody("CHECK", "{}", ""), "FORBIDDEN");
    refused.put(
        Ask.ofNobody("REGISTER", TestServers.credentials(alice.name()), ""), "USERNAME_TAKEN");
    // The first outcome is known here, too.
    refused.put(Ask.of(alice, "SEND", say("remembered"), rid("remembered")), "OK");
    refused.put(Ask.of(alice, "SEND", say("other"), rid("remembered")), "BAD_REQUEST");
    return refused;
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whatNeedsNoPrimaryIsAnsweredAndTheRestIsRefusedForNow(Door door) throws IOException {
    Map<Ask, String> answers = answers();
    Map<String, String> expected = new LinkedHashMap<>();
    answers.forEach((ask, code) -> expected.put(ask.name(), code));
    assertEquals(
        expected,
        Asking.codes(Asking.firstReplies(servers, left.get(door), List.copyOf(answers.keySet()))));
  }
}
